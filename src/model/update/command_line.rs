//! The `:` line.

use bytes::Bytes;

use super::notices::notify;
use super::{actions, app, effects, menus, options, pane, search, session};
use crate::model::action::{Action, SessionAction};
use crate::model::command::{LineCommand, parse};
use crate::model::msg::Effect;
use crate::model::state::Model;
use crate::model::words;
use crate::sessions::order::{DatagramVerb, ListenerVerb};
use crate::sessions::spec::MulticastGroup;
use crate::sessions::spec::system_names::ServiceProtocol;
use crate::sessions::spec::target::AddressReader;
use crate::sessions::{SessionId, Verb, retention};
use crate::text::{escapes, quantity};

/// Runs a command of the `:` line.
///
/// # Errors
/// Fails with what was wrong, and what is accepted.
pub(super) fn run(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match parse(text)? {
        LineCommand::Run(action) => actions::run(model, action, effects),
        LineCommand::Open(target) => return effects::open_pasted(model, &target, effects),
        LineCommand::Send(text) => {
            let bytes = escapes::parse_text(&text).map_err(|error| error.to_string())?;
            effects::send_verb(model, Verb::Send(Bytes::from(bytes)), effects);
        }
        LineCommand::SendHex(hex) => {
            let bytes = escapes::parse_hex(&hex).map_err(|error| error.to_string())?;
            effects::send_verb(model, Verb::Send(Bytes::from(bytes)), effects);
        }
        LineCommand::SendFile(path) => return effects::find_file(model, &path, effects),
        LineCommand::Lab(peers) => return menus::start_lab(model, &peers, effects),
        LineCommand::SendTo(peer, text) => {
            let addresses = AddressReader::new(&model.names, ServiceProtocol::Udp);
            let target = addresses.target(&peer)?;
            let peer = addresses.address(&target.host, target.port)?;
            let bytes = escapes::parse_text(&text).map_err(|error| error.to_string())?;
            effects::send_verb(model, Verb::Datagram(DatagramVerb::SendTo(peer, Bytes::from(bytes))), effects);
        }
        LineCommand::Join(group) => {
            let group = MulticastGroup::parse(&group)?;
            effects::send_verb(model, Verb::Datagram(DatagramVerb::Join(group)), effects);
        }
        LineCommand::Leave(group) => {
            let group = MulticastGroup::parse(&group)?;
            effects::send_verb(model, Verb::Datagram(DatagramVerb::Leave(group)), effects);
        }
        LineCommand::Limit(limit) => effects::send_verb(model, Verb::Listener(ListenerVerb::Limit(limit)), effects),
        LineCommand::SetOption(option, value) => return options::command(model, option, value, effects),
        LineCommand::Capture(on) => {
            if !actions::is_refused(model, Action::Session(SessionAction::ToggleCapture)) {
                session::capture(model, on, effects);
            }
        }
        LineCommand::ReadOptions => actions::run(model, Action::Session(SessionAction::Options), effects),
        LineCommand::SampleEvery(every) => {
            model.sample_every = every;
            notify(model, format!("the kernel's gauges are sampled every {}", quantity::duration(every)));
        }
        LineCommand::ShowRetained => show_retained(model),
        LineCommand::Retain(wish) => retain(model, wish, effects),
        LineCommand::Theme(name) => app::use_theme(model, name),
        LineCommand::Session(number) => {
            let id = SessionId(number);
            if !model.sessions.contains_key(&id) {
                return Err(format!("there is no session {number}"));
            }
            app::select(model, id);
        }
        LineCommand::Search(text) => return search::search(model, &text, effects),
        LineCommand::Filter(text) => return pane::filter(model, &text),
        LineCommand::Save(path) => return save(model, &path, false, effects),
    }
    Ok(())
}

fn show_retained(model: &mut Model) {
    let text = match model.session() {
        Some(session) => format!("session {} keeps {}", session.id, words::retention_text(&session.transcript)),
        None => format!("new sessions keep {}", model.settings.retain),
    };
    notify(model, text);
}

fn retain(model: &mut Model, wish: retention::RetentionChange, effects: &mut Vec<Effect>) {
    match model.selected.and_then(|id| model.sessions.get_mut(&id)) {
        Some(session) => {
            let wanted = wish.applied_to(session.spec.retain);
            session.spec.retain = wanted;
            session.transcript.set_retention(wanted);
            let id = session.id;
            effects.push(Effect::Retain(id, wanted));
            notify(model, format!("session {id} keeps {wanted} from now on"));
        }
        None => {
            model.settings.retain = wish.applied_to(model.settings.retain);
            notify(model, format!("new sessions keep {}", model.settings.retain));
        }
    }
}

/// Writes the received bytes of the selected session that are still kept to a file.
pub(super) fn save(model: &mut Model, path: &str, make_folder: bool, effects: &mut Vec<Effect>) -> Result<(), String> {
    if path.trim().is_empty() {
        return Err("type the name of the file to write".into());
    }
    let Some(session) = model.session() else { return Err("there is no session".into()) };
    let transcript = Box::new(session.transcript.clone());
    let request = model.next_request();
    effects.push(Effect::Save { request, path: path.trim().into(), make_folder, transcript });
    Ok(())
}
