//! The `:` line.

use std::net::IpAddr;

use bytes::Bytes;

use super::{app, compose, fields, find, keys, options, pane, say, session};
use crate::model::command::{Command, parse};
use crate::model::msg::Effect;
use crate::model::state::Model;
use crate::wire::spec::Group;
use crate::wire::{SessionId, Verb, escapes, quantity};

/// Runs what was typed behind `:`.
///
/// # Errors
/// What was wrong with it, and what is accepted.
pub(super) fn run(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match parse(text)? {
        Command::Run(action) => keys::run(model, action, effects),
        Command::Open(target) => return fields::open_pasted(model, &target, effects),
        Command::Send(text) => {
            let bytes = escapes::parse_text(&text).map_err(|error| error.to_string())?;
            compose::give(model, Verb::Send(Bytes::from(bytes)), effects);
        }
        Command::SendHex(hex) => {
            let bytes = escapes::parse_hex(&hex).map_err(|error| error.to_string())?;
            compose::give(model, Verb::Send(Bytes::from(bytes)), effects);
        }
        Command::SendFile(path) => compose::give(model, Verb::SendFile(path.into()), effects),
        Command::SendTo(peer, text) => {
            let bytes = escapes::parse_text(&text).map_err(|error| error.to_string())?;
            compose::give(model, Verb::SendTo(peer, Bytes::from(bytes)), effects);
        }
        Command::Join(group) => {
            let group = parse_group(&group)?;
            compose::give(model, Verb::Join(group), effects);
        }
        Command::Leave(group) => {
            let group = parse_group(&group)?;
            compose::give(model, Verb::Leave(group), effects);
        }
        Command::Limit(limit) => compose::give(model, Verb::Limit(limit), effects),
        Command::SetOption(option, value) => return options::command(model, option, value, effects),
        Command::Capture(on) => session::capture(model, on, effects),
        Command::ReadOptions => options::of_session(model, effects),
        Command::SampleEvery(every) => {
            model.sample_every = every;
            say(model, format!("the kernel's gauges are looked at every {}", quantity::duration(every)));
        }
        Command::Retain(bytes) => retain(model, bytes),
        Command::Theme(name) => app::use_theme(model, name),
        Command::Session(number) => {
            let id = SessionId(number);
            if !model.sessions.contains_key(&id) {
                return Err(format!("there is no session {number}"));
            }
            app::select(model, id);
        }
        Command::Search(text) => return find::search(model, &text, effects),
        Command::Filter(text) => return pane::filter(model, &text),
        Command::Save(path) => return save(model, &path, effects),
    }
    Ok(())
}

/// A group as `ADDRESS` or `ADDRESS%INTERFACE`.
fn parse_group(text: &str) -> Result<Group, String> {
    let (address, interface) = text.split_once('%').map_or((text, None), |(address, name)| (address, Some(name)));
    let parsed: IpAddr = address.trim().parse().map_err(|_| {
        format!("{address:?} is no address; a group is 224.0.0.0 to 239.255.255.255 or ff00::/8, as 239.1.2.3%eth0")
    })?;
    if !parsed.is_multicast() {
        return Err(format!("{parsed} is no multicast group; those are 224.0.0.0 to 239.255.255.255 and ff00::/8"));
    }
    Ok(Group { address: parsed, interface: interface.map(str::to_string) })
}

fn retain(model: &mut Model, bytes: usize) {
    let text = quantity::bytes(bytes as u64);
    match model.selected.and_then(|id| model.sessions.get_mut(&id)) {
        Some(session) => {
            session.spec.retain = bytes;
            session.transcript.set_budget(bytes);
            let id = session.id;
            say(model, format!("session {id} keeps {text} from now on"));
        }
        None => {
            model.settings.retain = bytes;
            say(model, format!("new sessions keep {text}"));
        }
    }
}

/// Writes what the selected session received, as far as it is kept, to a file.
pub(super) fn save(model: &mut Model, path: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    if path.trim().is_empty() {
        return Err("type the name of the file to write".into());
    }
    let Some(session) = model.session() else { return Err("there is no session".into()) };
    effects.push(Effect::Save { path: path.trim().into(), transcript: Box::new(session.transcript.clone()) });
    Ok(())
}
