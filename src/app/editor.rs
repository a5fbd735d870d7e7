//! Edits a text in the user's own editor, on this terminal; the screen is released while the editor runs.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::foreground_job::{DEFAULT_EDITOR, ForegroundJob};
use super::signals::{AppSignals, SignalAction};
use crate::files;
use crate::model::limits;
use crate::model::msg::Msg;
use crate::model::notice::NoticeWeight;
use crate::sessions::SessionId;
use crate::text::sanitize::quoted;
use crate::text::{quantity, sanitize};

/// The exit code of a shell for a command that it cannot find.
const NOT_FOUND: i32 = 127;

/// A text to be edited.
#[derive(Debug)]
pub(super) struct ExternalEdit {
    /// The session whose composer it belongs to.
    pub(super) id: SessionId,
    /// The text.
    pub(super) text: String,
}

/// How an edit ended.
#[derive(Debug)]
pub(super) enum EditOutcome {
    /// The editor has ended; a message for the model.
    Tell(Box<Msg>),
    /// A signal ended the program.
    End(u8),
}

/// Runs the editor on a text, to the editor's end. The terminal must be released, and nobody else may read from it.
///
/// The edited text is never lost: if it cannot be used, its file is kept, and the notice names it.
pub(super) async fn edit(edit: ExternalEdit, signals: &mut AppSignals) -> EditOutcome {
    let problem = |text: String| {
        let text = sanitize::line(&format!("{text}; the text is as it was"));
        EditOutcome::Tell(Box::new(Msg::Said { weight: NoticeWeight::Problem, text }))
    };
    let path = match write(&edit.text) {
        Ok(path) => path,
        Err(error) => return problem(format!("the text cannot be written for the editor: {error}")),
    };
    let (editor, named_by) = editor();
    let ended = run(&editor, &path, signals).await;
    let written = read(&path);
    let kept = |why: String| problem(format!("{why}, and what it wrote stays in {}", path.display()));
    let why = match (ended, &written) {
        (Ok(EditorExit::Signal(code)), _) => return EditOutcome::End(code),
        (Ok(EditorExit::Status(0)), Ok(text)) => {
            remove(&path);
            let text = without_last_newline(text.clone(), &edit.text);
            return EditOutcome::Tell(Box::new(Msg::Edited { id: edit.id, text }));
        }
        (Ok(EditorExit::Status(0)), Err(why)) => return kept(why.clone()),
        (Ok(EditorExit::Status(NOT_FOUND)), _) => format!("there is no editor {} ({named_by})", quoted(&editor)),
        (Ok(EditorExit::Status(status)), _) => format!("the editor {} ended with {status}", quoted(&editor)),
        (Err(error), _) => format!("the editor {} ({named_by}) cannot be run: {error}", quoted(&editor)),
    };
    if written.as_ref() == Ok(&edit.text) {
        remove(&path);
        problem(why)
    } else {
        kept(why)
    }
}

/// The editor's command line, and the variable that it comes from.
fn editor() -> (String, &'static str) {
    let named = |name: &'static str| {
        let value = env::var(name).ok().filter(|value| !value.trim().is_empty())?;
        Some((value, name))
    };
    named("VISUAL")
        .or_else(|| named("EDITOR"))
        .unwrap_or_else(|| (DEFAULT_EDITOR.to_owned(), "neither VISUAL nor EDITOR is set"))
}

/// Writes the text to a new file that only its owner can read.
fn write(text: &str) -> io::Result<PathBuf> {
    let prefix = format!("sockeye-{}-", std::process::id());
    let mut file = tempfile::Builder::new().prefix(&prefix).suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes())?;
    let (_closed, path) = file.keep().map_err(|kept| kept.error)?;
    Ok(path)
}

/// The edited text, or a message why it cannot be used.
fn read(path: &Path) -> Result<String, String> {
    let most = limits::COMPOSER as u64;
    let bytes = files::read_up_to(path, most)
        .map_err(|error| format!("what the editor wrote cannot be read: {error}"))?
        .ok_or_else(|| format!("the composer holds {}, and the editor wrote more", quantity::bytes(most)))?;
    let text = String::from_utf8(bytes).map_err(|_| "the editor wrote text that is not UTF-8".to_owned())?;
    Ok(text.replace("\r\n", "\n"))
}

/// Removes the line end that editors add to the last line, unless the original text ended with one.
fn without_last_newline(mut written: String, before: &str) -> String {
    if !before.ends_with('\n') && written.ends_with('\n') {
        written.pop();
    }
    written
}

fn remove(path: &Path) {
    // The text in it is no longer needed, and the system cleans its folder for temporary files.
    fs::remove_file(path).unwrap_or_default();
}

/// How the wait for an editor ended.
enum EditorExit {
    /// It ended with this exit code, or with 128 plus the number of the signal that ended it.
    Status(i32),
    /// A signal ended the program.
    Signal(u8),
}

/// Runs the editor with a shell, which parses quotes and options in its command line.
async fn run(editor: &str, path: &Path, signals: &mut AppSignals) -> io::Result<EditorExit> {
    let job = ForegroundJob::start(editor, path.as_os_str())?;
    loop {
        let waited = job.clone();
        let mut waiting = tokio::task::spawn_blocking(move || waited.wait());
        let ended = loop {
            tokio::select! {
                ended = &mut waiting => break ended.map_err(io::Error::other)??,
                signal = signals.next() => if let SignalAction::End(code) = signal {
                    return Ok(EditorExit::Signal(code));
                },
            }
        };
        match ended {
            Some(code) => return Ok(EditorExit::Status(code)),
            None => job.stop_with_job()?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newline_that_an_editor_adds_is_taken_off_again() {
        assert_eq!(without_last_newline("hello\n".into(), "hello"), "hello");
        assert_eq!(without_last_newline("hello\n\n".into(), "hello"), "hello\n");
        assert_eq!(without_last_newline("hello\n".into(), "hell\n"), "hello\n");
        assert_eq!(without_last_newline(String::new(), ""), "");
    }

    #[test]
    fn what_is_no_text_or_too_much_is_not_taken_and_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(read(&path).is_err_and(|why| why.contains("not UTF-8")));
        fs::write(&path, vec![b'x'; limits::COMPOSER + 1]).unwrap();
        assert!(read(&path).is_err_and(|why| why.contains("wrote more")));
        fs::write(&path, "a\r\nb\n").unwrap();
        assert_eq!(read(&path), Ok("a\nb\n".into()));
    }
}
