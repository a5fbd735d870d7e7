//! Overlays: what is open in front of the panes, in a frame in the middle of the screen.

use std::num::NonZeroU64;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, capital, columns_of, part};
use super::dialog::{dialog, draw_more_below};
use super::layout::ScreenLayout;
use super::list::draw_list;
use super::{help, key_hints, kinds, options, overlay_keys, prompt, status};
use crate::files::theme::Role;
use crate::model::action::{Action, AppAction};
use crate::model::editor::TextField;
use crate::model::form_reading::FormReading;
use crate::model::keymap::KeyMode;
use crate::model::overlay::{ConfirmQuestion, Overlay};
use crate::model::palette_entry::{PaletteEntry, PaletteMatch};
use crate::model::state::Model;
use crate::sessions::Spec;
use crate::sessions::spec::ScriptStep;

/// Examples in the new-session dialog while its field is empty.
const EXAMPLES: [(&str, &str); 9] = [
    ("127.0.0.1:7001", "TCP"),
    ("udp://127.0.0.1:7002", "UDP"),
    ("https://example.org/", "HTTP: a URL, or a pasted curl command"),
    ("dns example.org MX", "ask name servers; or a pasted dig line"),
    ("listen tcp 9000", "a TCP listener; peers become sessions"),
    ("listen udp 5000", "a bound UDP socket, open to any peer"),
    ("127.0.0.1:8000-8010", "each port of a range"),
    ("nc -u 127.0.0.1 53", "a line for nc, ncat, socat or telnet"),
    ("tcp 127.0.0.1:80 --retry 3", "with options, as on the command line"),
];

/// Draws the open overlay.
pub(super) fn draw(canvas: &mut Canvas<'_>, layout: &ScreenLayout, model: &Model, overlay: &Overlay) {
    match overlay {
        Overlay::Help { query, scroll } => help::draw(canvas, layout.dialogs, model, query, *scroll),
        Overlay::New { input, reading, problem } => new(canvas, layout, model, input, (reading, problem.as_deref())),
        Overlay::Close { picked } => draw_close_menu(canvas, layout, model, *picked),
        Overlay::Prompt { purpose, input, completing, problem, .. } => {
            prompt::draw(canvas, layout, model, *purpose, input, completing.as_ref(), problem.as_deref());
        }
        Overlay::Lab { picked } => draw_lab(canvas, layout, model, *picked),
        Overlay::Palette { input, found, picked } => draw_palette(canvas, layout, model, input, found, *picked),
        Overlay::Options(dialog) => options::draw(canvas, layout, model, dialog),
        Overlay::Confirm(question) => draw_confirmation(canvas, layout, model, question),
    }
}

fn new(
    canvas: &mut Canvas<'_>,
    layout: &ScreenLayout,
    model: &Model,
    input: &TextField,
    (reading, problem): (&FormReading, Option<&str>),
) {
    let (screen, keys) = (layout.dialogs, overlay_keys::rows(layout));
    let rows = if screen.height >= 18 { 14 } else { 7 };
    let inner = dialog(canvas, screen, 72, rows + 2 * keys, "new session");
    let end = inner.height.saturating_sub(keys);
    canvas.draw_text(inner, 0, 0, "❯", Role::Key);
    prompt::field(canvas, part(inner, 2, 0, inner.width.saturating_sub(2), 1), input);
    let mut y = 1;
    if input.text().trim().is_empty() {
        canvas.draw_text(inner, 2, 0, "a host and port, a URL, or a pasted nc or curl command", Role::Faint);
        y += 1;
    } else {
        let room = part(inner, 0, y, inner.width, end.saturating_sub(y));
        y += match (problem, reading) {
            (Some(problem), _) => draw_marked(canvas, room, "!", problem, Role::Bad),
            (None, FormReading::Session(pasted)) => {
                let rows = draw_marked(canvas, room, "→", &interpretation(&pasted.spec), Role::Good);
                pasted.notes.iter().fold(rows, |rows, note| {
                    let below = part(room, 0, rows, room.width, room.height.saturating_sub(rows));
                    rows + draw_marked(canvas, below, "!", note, Role::Warn)
                })
            }
            (None, FormReading::Command) => {
                draw_marked(canvas, room, "→", "a command with options, as on the command line", Role::Good)
            }
            (None, FormReading::Nothing(problem)) => draw_marked(canvas, room, " ", problem, Role::Warn),
        };
        y += 1;
    }
    y += draw_requested_options(canvas, part(inner, 0, y, inner.width, end.saturating_sub(y)), model);
    for (example, what) in EXAMPLES {
        if y + keys >= end {
            break;
        }
        let strip = StyledText::single(format!("  {example:<27}"), Role::Text).with(what, Role::Dim);
        canvas.draw_styled_text(inner, 0, y, &strip);
        y += 1;
    }
    overlay_keys::draw(canvas, layout, inner, model);
}

/// The socket options requested for the session to be opened. Returns how many rows they took.
fn draw_requested_options(canvas: &mut Canvas<'_>, area: Rect, model: &Model) -> u16 {
    if model.wishes.is_empty() {
        return 0;
    }
    let named: Vec<String> = model.wishes.iter().map(|(option, value)| option.assignment_text(value)).collect();
    draw_marked(canvas, area, "+", &named.join(", "), Role::Sent) + 1
}

/// A mark, and a sentence beside it. Returns how many rows they took.
fn draw_marked(canvas: &mut Canvas<'_>, area: Rect, mark: &str, text: &str, role: Role) -> u16 {
    canvas.draw_text(area, 0, 0, mark, role);
    canvas.draw_sentence(area, 2, 0, text, role).min(area.height)
}

/// How the new-session dialog understands a text.
fn interpretation(spec: &Spec) -> String {
    let steps = &spec.script.steps;
    let finishes = steps.last() == Some(&ScriptStep::Finish);
    let sends = match steps.len() - usize::from(finishes) {
        0 => String::new(),
        1 => ", then one thing is sent".to_owned(),
        count => format!(", then {count} things are sent"),
    };
    let finish = if finishes { ", then our FIN" } else { "" };
    let ending = if spec.input.crlf { ", lines end in CRLF" } else { "" };
    let answers = match spec.answers.map(NonZeroU64::get) {
        None => String::new(),
        Some(1) => ", until something came".to_owned(),
        Some(count) => format!(", until {count} reads or datagrams came"),
    };
    format!("{}{ending}{sends}{finish}{answers}", kinds::meaning(&spec.what))
}

fn draw_close_menu(canvas: &mut Canvas<'_>, layout: &ScreenLayout, model: &Model, picked: usize) {
    let endings = model.endings();
    let Some(session) = model.session() else { return };
    let explained = layout.dialogs.width >= 60;
    let rows = u16::try_from(endings.len()).unwrap_or(3);
    let width = if explained { 80 } else { 34 };
    let title = format!("end {}", status::numbered_title(session));
    let inner = dialog(canvas, layout.dialogs, width, rows + 2 + 2 * overlay_keys::rows(layout), &title);
    let rows = Rect { width: inner.width + 1, ..inner };
    draw_list(canvas, rows, endings.iter(), picked, |canvas, row, ending| {
        let mut x = canvas.draw_text(row, 0, 0, ending.letter.encode_utf8(&mut [0; 4]), Role::Key) + 1;
        let name = if explained { format!("{:<14}", ending.name) } else { ending.name.to_owned() };
        x += canvas.draw_text(row, x, 0, &name, Role::Text) + 1;
        if explained {
            canvas.draw_text(row, x, 0, ending.explain, Role::Dim);
        }
    });
    overlay_keys::draw(canvas, layout, inner, model);
}

/// The built-in peers; the first line is all of them.
fn draw_lab(canvas: &mut Canvas<'_>, layout: &ScreenLayout, model: &Model, picked: usize) {
    let all = ("all", "every peer, and a session to each");
    let lines: Vec<(&str, &str)> = std::iter::once(all).chain(model.lab.peers.iter().copied()).collect();
    let keys = 2 * overlay_keys::rows(layout);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2 + keys);
    let inner = dialog(canvas, layout.dialogs, 84, height, "the lab: built-in peers on loopback");
    let list = part(inner, 0, 0, inner.width, inner.height.saturating_sub(keys));
    let column = lines.iter().map(|(name, _)| columns_of(name)).max().unwrap_or(0) + 2;
    draw_list(canvas, list, lines.iter(), picked, |canvas, row, (name, says)| {
        canvas.draw_text(row, 0, 0, name, Role::Text);
        canvas.draw_text(row, column, 0, says, Role::Dim);
    });
    overlay_keys::draw(canvas, layout, inner, model);
}

fn draw_palette(
    canvas: &mut Canvas<'_>,
    layout: &ScreenLayout,
    model: &Model,
    input: &TextField,
    found: &[PaletteMatch],
    picked: usize,
) {
    let inner = dialog(canvas, layout.dialogs, 76, 20, "everything that can be done");
    canvas.draw_text(inner, 0, 0, "❯", Role::Key);
    prompt::field(canvas, part(inner, 2, 0, inner.width.saturating_sub(2), 1), input);
    let list = part(inner, 0, 2, inner.width, inner.height.saturating_sub(2 + 2 * overlay_keys::rows(layout)));
    let wide = list.width >= 56;
    let below = draw_list(canvas, list, found.iter(), picked, |canvas, row, PaletteMatch { entry, makes_sense }| {
        let (role, quiet) = if *makes_sense { (Role::Text, Role::Dim) } else { (Role::Faint, Role::Faint) };
        let name = format!("{:<20}", entry.name());
        let x = canvas.draw_text(row, 0, 0, if wide { name.as_str() } else { name.trim_end() }, role) + 1;
        let chord = match entry.action() {
            Some(action) => key_hints::key(model, KeyMode::Normal, action)
                .or_else(|| key_hints::key(model, KeyMode::Composer, action)),
            None if matches!(entry, PaletteEntry::Session { .. }) => None,
            None => key_hints::key(model, KeyMode::Normal, Action::App(AppAction::CommandLine)),
        };
        let chord = chord.map_or(StyledText::new(), |chord| StyledText::single(chord, Role::Key).with(" ", Role::Dim));
        let room = part(row, x, 0, row.width.saturating_sub(x + chord.columns() + 1), 1);
        if wide {
            canvas.draw_text(room, 0, 0, entry.describe(), quiet);
        }
        canvas.draw_right(row, 0, &chord);
    });
    if found.is_empty() {
        canvas.draw_text(list, 1, 0, "nothing has these letters", Role::Dim);
    }
    overlay_keys::draw(canvas, layout, inner, model);
    draw_more_below(canvas, inner, below);
}

fn draw_confirmation(canvas: &mut Canvas<'_>, layout: &ScreenLayout, model: &Model, question: &ConfirmQuestion) {
    let (title, text) = match question {
        ConfirmQuestion::Quit { open: 0, .. } => ("quit", "A text is not sent yet. Quit and lose it?".to_owned()),
        ConfirmQuestion::Quit { open, draft } => {
            let lost = if *draft { ", and lose the text that is not sent" } else { "" };
            let text = match open {
                1 => format!("One session is open. Quit and close it{lost}?"),
                open => format!("{open} sessions are open. Quit and close them{lost}?"),
            };
            ("quit", text)
        }
        ConfirmQuestion::Remedy { label, sends, .. } => ("try it", format!("{}: it {sends}. Do it?", capital(label))),
    };
    let width = 60.min(layout.dialogs.width);
    let rows = Canvas::sentence_rows(width.saturating_sub(4), &text);
    let inner = dialog(canvas, layout.dialogs, width, rows + 2 + 2 * overlay_keys::rows(layout), title);
    canvas.draw_sentence(part(inner, 0, 0, inner.width, rows), 0, 0, &text, Role::Text);
    overlay_keys::draw(canvas, layout, inner, model);
}
