//! Carries out the effects of the model.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use tokio::sync::mpsc;

use super::editor::ExternalEdit;
use crate::files;
use crate::model::msg::{Effect, Msg};
use crate::model::notice::NoticeWeight;
use crate::model::seen::CellArea;
use crate::model::words::text_of;
use crate::net::Net;
use crate::sessions::Transcript;
use crate::sessions::panic_guard::{catch_panic, panic_failure, panic_point};
use crate::sessions::search::Finder;
use crate::sessions::transcript::EntryKind;
use crate::text::{quantity, sanitize};
use crate::wire::Direction;

/// The most hits of a search that are collected.
const MOST_HITS: usize = 100_000;

/// An effect that the loop itself must carry out, because it needs the terminal.
#[derive(Debug)]
pub(super) enum LoopEffect {
    /// A message for the model.
    Tell(Box<Msg>),
    /// Copy this text to the clipboard.
    Copy(String),
    /// Copy the text of these cells to the clipboard, and say what was copied.
    CopyShown(CellArea, &'static str),
    /// Capture the mouse, or release it.
    GrabMouse(bool),
    /// Suspend the program.
    Suspend,
    /// Edit this text on the terminal.
    Edit(ExternalEdit),
}

/// Carries out an effect. Slow work runs on other tasks and answers through `replies`.
pub(super) fn perform(effect: Effect, net: &Net, replies: &mpsc::Sender<Msg>) -> Option<LoopEffect> {
    match effect {
        Effect::Open(spec) => {
            let id = net.open((*spec).clone());
            Some(LoopEffect::Tell(Box::new(Msg::Opened { id, spec })))
        }
        Effect::Net(order) => {
            net.send_order(order).err().map(|refused| LoopEffect::Tell(Box::new(Msg::Refused(refused))))
        }
        Effect::Retain(id, retention) => {
            net.retain(id, retention);
            None
        }
        Effect::Search { id, generation, needle, from, transcript } => {
            let search = move |replies: &mpsc::Sender<Msg>| {
                panic_point("search");
                let mut finder = Finder::new(&transcript, &needle, text_of, from, MOST_HITS);
                let mut told = false;
                while finder.search_slice() {
                    if finder.has_hits() && !told {
                        told = true;
                        answer(replies, Msg::Found { id, generation, hits: finder.hits(), done: false });
                    }
                }
                Msg::Found { id, generation, hits: finder.hits(), done: true }
            };
            run_beside(replies, search, move |why| Msg::SearchFailed { id, generation, why });
            None
        }
        Effect::Save { path, transcript } => {
            let save = move |_: &mpsc::Sender<Msg>| {
                panic_point("save");
                let (weight, text) = match save(&path, &transcript) {
                    Ok(text) => (NoticeWeight::Done, text),
                    Err(error) => (NoticeWeight::Problem, sanitize::line(&format!("{error:#}"))),
                };
                Msg::Said { weight, text }
            };
            run_beside(replies, save, problem);
            None
        }
        Effect::Remember(text) => {
            let replies = replies.clone();
            tokio::task::spawn_blocking(move || {
                let kept = catch_panic(|| {
                    panic_point("history");
                    files::history::append(&text)
                });
                let why = match kept {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => format!("{error:#}"),
                    Err(panic) => panic_failure(&*panic).message,
                };
                answer(&replies, problem(sanitize::line(&format!("the history is not kept: {why}"))));
            });
            None
        }
        Effect::Copy(text) => Some(LoopEffect::Copy(text)),
        Effect::CopyShown { area, what } => Some(LoopEffect::CopyShown(area, what)),
        Effect::GrabMouse(grab) => Some(LoopEffect::GrabMouse(grab)),
        Effect::Suspend => Some(LoopEffect::Suspend),
        Effect::EditOutside { id, text } => Some(LoopEffect::Edit(ExternalEdit { id, text })),
    }
}

/// Runs slow work on another thread, and sends its answer; after a panic the answer is that of `failed`.
fn run_beside(
    replies: &mpsc::Sender<Msg>,
    work: impl FnOnce(&mpsc::Sender<Msg>) -> Msg + Send + 'static,
    failed: impl FnOnce(String) -> Msg + Send + 'static,
) {
    let replies = replies.clone();
    tokio::task::spawn_blocking(move || {
        let done = catch_panic(|| work(&replies));
        answer(&replies, done.unwrap_or_else(|panic| failed(panic_failure(&*panic).message)));
    });
}

fn problem(text: String) -> Msg {
    Msg::Said { weight: NoticeWeight::Problem, text }
}

/// Sends an answer of another task. If the loop has ended, nobody needs the answer.
fn answer(replies: &mpsc::Sender<Msg>, msg: Msg) {
    drop(replies.blocking_send(msg));
}

/// Writes the received bytes that are still kept to a file.
fn save(path: &Path, transcript: &Transcript) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    for entry in transcript.entries() {
        if let EntryKind::Data(data) = entry.kind
            && data.direction == Direction::Received
        {
            bytes.extend_from_slice(data.bytes);
        }
    }
    anyhow::ensure!(!fs::exists(path).unwrap_or(false), "{} is there already; it was not overwritten", path.display());
    files::write_whole(path, &bytes, true).with_context(|| format!("{} was not written", path.display()))?;
    let missing = transcript.not_kept().received.bytes;
    let gap = if missing > 0 { format!("; {} bytes were not kept", quantity::grouped(missing)) } else { String::new() };
    Ok(sanitize::line(&format!("wrote {} to {}{gap}", quantity::bytes(bytes.len() as u64), path.display())))
}
