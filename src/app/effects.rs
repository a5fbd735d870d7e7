//! Carries out the effects of the model.

use tokio::sync::mpsc;

use super::editor::ExternalEdit;
use super::files_asked::{self, FileRefusal};
use crate::files;
use crate::model::history::ComposedText;
use crate::model::msg::{Effect, LineKind, Msg};
use crate::model::notice::NoticeWeight;
use crate::model::overlay::PromptRequest;
use crate::model::seen::CellArea;
use crate::model::words::text_of;
use crate::net::Net;
use crate::sessions::panic_guard::{catch_panic, panic_failure, panic_point};
use crate::sessions::search::{Finder, MOST_HITS};
use crate::text::sanitize;

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
    /// Draw the whole screen again.
    Redraw,
    /// Start these built-in peers; none named: all of them.
    StartLab(Vec<String>),
    /// Edit this text on the terminal.
    Edit(ExternalEdit),
}

/// Carries out an effect. Slow work runs on other tasks and answers through `replies`.
pub(super) fn perform(effect: Effect, net: &Net, replies: &mpsc::Sender<Msg>) -> Option<LoopEffect> {
    match effect {
        Effect::Open(mut spec) => {
            files::expand_paths(&mut spec);
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
        Effect::Save { request, path, make_folder, transcript } => {
            let save = move |_: &mpsc::Sender<Msg>| {
                panic_point("save");
                match files_asked::save(&path, make_folder, &transcript) {
                    Ok(text) => Msg::PromptDone { request, text },
                    Err(refusal) => refused(request, refusal),
                }
            };
            run_beside(replies, save, move |why| Msg::PromptRefused { request, why, missing_folder: false });
            None
        }
        Effect::FindFile { request, id, path } => {
            let find = move |_: &mpsc::Sender<Msg>| match files_asked::find(&path) {
                Ok(path) => Msg::FileReady { request, id, path },
                Err(refusal) => refused(request, refusal),
            };
            run_beside(replies, find, move |why| Msg::PromptRefused { request, why, missing_folder: false });
            None
        }
        Effect::StartLab(peers) => Some(LoopEffect::StartLab(peers)),
        Effect::Redraw => Some(LoopEffect::Redraw),
        Effect::Remember(entry) => {
            remember(replies, None, entry);
            None
        }
        Effect::RememberLine(kind, text) => {
            remember(replies, Some(kind), text.as_str().into());
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

/// The answer to a prompt whose request was not carried out.
fn refused(request: PromptRequest, FileRefusal { why, missing_folder }: FileRefusal) -> Msg {
    Msg::PromptRefused { request, why, missing_folder }
}

fn problem(text: String) -> Msg {
    Msg::Said { weight: NoticeWeight::Problem, text }
}

/// Sends an answer of another task. If the loop has ended, nobody needs the answer.
fn answer(replies: &mpsc::Sender<Msg>, msg: Msg) {
    drop(replies.blocking_send(msg));
}

/// Stores a line in the history file, on another task.
fn remember(replies: &mpsc::Sender<Msg>, kind: Option<LineKind>, entry: ComposedText) {
    let replies = replies.clone();
    tokio::task::spawn_blocking(move || {
        let kept = catch_panic(|| {
            panic_point("history");
            files::history::append(kind, &entry)
        });
        let why = match kept {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("{error:#}"),
            Err(panic) => panic_failure(&*panic).message,
        };
        answer(&replies, problem(sanitize::line(&format!("the history is not kept: {why}"))));
    });
}
