//! Copying to the clipboard: what is marked, what is under the cursor, or what the view shows.

use super::notices::{notify, warn};
use crate::formats::{curl_line, dig_answer};
use crate::model::documents::document::{Document, Fold};
use crate::model::documents::of_view::document_shown;
use crate::model::msg::Effect;
use crate::model::panel::{Panel, TranscriptCursor};
use crate::model::state::Model;
use crate::model::transcript_layout::{RowBody, RowBytes, TranscriptMode, TranscriptRow};
use crate::model::view::{View, ViewContent, ViewDocument};
use crate::sessions::kinds::SessionKind;
use crate::sessions::transcript::EntryKind;
use crate::sessions::{Session, SpecKind, Transcript};
use crate::text::{quantity, sanitize};
use crate::wire::Direction;

/// The most bytes of one copy to the clipboard: terminals accept no more by OSC 52.
const MOST_COPIED: usize = 64 * 1024;

/// How many rows are laid out at a time while what is marked is collected.
const ROWS: usize = 512;

/// A text for the clipboard.
struct CopyText {
    /// What it is, as the notice names it: `the row`, `3 rows`, `the body`.
    what: String,
    /// The text, in bytes; not neutralised yet, and perhaps longer than what is copied.
    bytes: Vec<u8>,
    /// How many bytes of the source it stands for: more than the text has, if it was cut.
    source_bytes: usize,
    /// Whether it is hex of those bytes.
    as_hex: bool,
}

impl CopyText {
    fn new(what: impl Into<String>, bytes: Vec<u8>) -> Self {
        CopyText { what: what.into(), source_bytes: bytes.len(), bytes, as_hex: false }
    }
}

/// Copies what is marked; else what is under the cursor; else what the view is about.
pub(super) fn run(model: &mut Model, effects: &mut Vec<Effect>) {
    let (Some(session), Some(panel)) = (model.session(), model.selected_panel()) else { return };
    let columns = model.seen.view.columns.max(1);
    let found = match panel.view.entry().shows {
        ViewContent::Transcript => of_transcript(session, panel, columns),
        ViewContent::Document(_) => of_document(session, panel, columns),
        ViewContent::Remedies => {
            Some(CopyText::new("the explanation", crate::model::explain::text(model, session).into_bytes()))
        }
        // These views have no text but that on the screen.
        ViewContent::Rungs | ViewContent::Gauges | ViewContent::Peers | ViewContent::Page => {
            let (area, what) = match (model.seen.picked, panel.view.entry().shows) {
                (Some(area), ViewContent::Rungs) => (area, "the rung"),
                (Some(area), ViewContent::Gauges) => (area, "the gauge"),
                (Some(area), ViewContent::Peers) => (area, "the row"),
                (_, _) => (model.seen.view, "the view as text"),
            };
            effects.push(Effect::CopyShown { area, what });
            return;
        }
    };
    let Some(text) = found.filter(|text| !text.bytes.is_empty()) else {
        warn(model, "there is nothing to copy yet");
        return;
    };
    let CopyText { what, mut bytes, source_bytes, as_hex } = text;
    let copied = bytes.len().min(MOST_COPIED);
    let cut = copied < bytes.len() || !as_hex && bytes.len() < source_bytes;
    bytes.truncate(copied);
    effects.push(Effect::Copy(clipboard_text(&bytes)));
    let size = if as_hex && !cut { source_bytes } else { copied };
    let form = if as_hex { " as hex" } else { "" };
    let cut = if cut { format!(", the first of {}", bytes_text(source_bytes)) } else { String::new() };
    notify(model, format!("copied {what}{form}: {}{cut}", bytes_text(size)));
}

/// Bytes as safe text: line ends stay, everything else that a terminal acts on is neutralised.
pub(super) fn clipboard_text(bytes: &[u8]) -> String {
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines: Vec<String> = lines.map(|line| sanitize::line_of(line.strip_suffix(b"\r").unwrap_or(line))).collect();
    lines.join("\n")
}

/// A count of bytes, to the byte.
fn bytes_text(count: usize) -> String {
    format!("{} {}", quantity::grouped(count as u64), if count == 1 { "byte" } else { "bytes" })
}

fn of_transcript(session: &Session, panel: &Panel, columns: u16) -> Option<CopyText> {
    match panel.cursor {
        Some(cursor) => Some(rows_of(session, panel, columns, cursor)),
        None => last_message(panel.transcript(session)),
    }
}

/// The last entry that has bytes.
fn last_message(transcript: &Transcript) -> Option<CopyText> {
    let mut at = transcript.last();
    loop {
        let number = at?;
        if let EntryKind::Data(data) = transcript.entry(number)?.kind {
            let bytes = data.bytes.get(..data.bytes.len().min(MOST_COPIED)).unwrap_or_default().to_vec();
            let what =
                format!("the last bytes {}", if data.direction == Direction::Sent { "sent" } else { "received" });
            return Some(CopyText { source_bytes: data.bytes.len(), ..CopyText::new(what, bytes) });
        }
        at = transcript.previous(number);
    }
}

/// The rows that are marked, or the one under the cursor.
fn rows_of(session: &Session, panel: &Panel, columns: u16, cursor: TranscriptCursor) -> CopyText {
    let layout = panel.layout(session, columns);
    let (first, last) = cursor.span();
    let mut text = CopyText::new("", Vec::new());
    text.as_hex = layout.lens == TranscriptMode::Hex;
    let (mut count, mut next) = (0_u64, layout.row_start(first));
    'all: loop {
        let rows = layout.rows_from(next, ROWS);
        for row in &rows {
            if row.place > last {
                break 'all;
            }
            count += 1;
            add_row(&mut text, layout.transcript, row);
            next = row.next;
        }
        // A mark may hold gigabytes; more than this is not copied anyway.
        if rows.is_empty() || text.bytes.len() > MOST_COPIED {
            break;
        }
    }
    text.what = if count == 1 { "the row".to_owned() } else { format!("{} rows", quantity::grouped(count)) };
    text
}

fn add_row(text: &mut CopyText, transcript: &Transcript, row: &TranscriptRow) {
    let bytes = |bytes: &RowBytes| match transcript.entry(row.place.entry).map(|entry| entry.kind) {
        Some(EntryKind::Data(data)) => data.bytes.get(bytes.range.clone()).unwrap_or_default().to_vec(),
        Some(EntryKind::Note(_) | EntryKind::Gap(_)) | None => Vec::new(),
    };
    match &row.body {
        RowBody::Text(range) => {
            let bytes = bytes(range);
            text.source_bytes += bytes.len();
            text.bytes.extend(bytes);
        }
        RowBody::Hex { bytes: range, .. } => {
            let bytes = bytes(range);
            text.source_bytes += bytes.len();
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            text.bytes.extend(digits.join(" ").into_bytes());
            text.bytes.push(b'\n');
        }
        RowBody::Note { text: note, .. } => {
            let mut line = note.clone().into_bytes();
            line.push(b'\n');
            text.source_bytes += line.len();
            text.bytes.extend(line);
        }
        RowBody::Gap(_) => {}
    }
}

fn of_document(session: &Session, panel: &Panel, columns: u16) -> Option<CopyText> {
    if let Some(row) = panel.document_cursor {
        let document = document_shown(session, panel)?;
        let fold = Fold::new(&document, columns);
        let line = document.lines.get(fold.line_at(row.min(fold.row_count().saturating_sub(1))))?;
        let what = match panel.view {
            View::Headers | View::Request => "the header",
            View::Fields => "the field",
            _ => "the line",
        };
        return Some(CopyText::new(what, line.text().trim().as_bytes().to_vec()));
    }
    let whole = |what: &str| Some(CopyText::new(what, text_of(&*document_shown(session, panel)?)));
    match (panel.view.document()?, &session.kind, &session.spec.what) {
        (ViewDocument::Body, _, _) => {
            let bytes = &panel.body.bytes;
            let copied = bytes.get(..bytes.len().min(MOST_COPIED)).unwrap_or_default().to_vec();
            Some(CopyText { source_bytes: bytes.len(), ..CopyText::new("the body", copied) })
        }
        (ViewDocument::Request, _, SpecKind::Http(http)) => {
            Some(CopyText::new("the request as curl", curl_line::curl_line(http).into_bytes()))
        }
        (ViewDocument::DnsAnswer | ViewDocument::DnsFields, SessionKind::Dns(lookup), SpecKind::Dns(spec)) => {
            // As dig prints it, but with spaces for tabs: a tab would be neutralised.
            let answers = lookup.answers().map(|(_, answer)| dig_answer::of_answer(answer, spec.printed));
            let text: String = answers.collect();
            Some(CopyText::new("the answers as dig prints them", text.replace('\t', " ").into_bytes()))
        }
        (ViewDocument::Heads, _, _) => whole("all headers"),
        (ViewDocument::Tls, _, _) => whole("all of TLS"),
        (ViewDocument::DnsFields, _, _) => whole("all fields"),
        (ViewDocument::Request | ViewDocument::DnsAnswer, _, _) => None,
    }
}

fn text_of(document: &Document) -> Vec<u8> {
    let lines: Vec<String> = document.lines.iter().map(|line| line.text().trim_end().to_owned()).collect();
    lines.join("\n").into_bytes()
}
