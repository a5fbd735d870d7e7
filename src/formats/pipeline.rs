//! A pasted line of a shell: the one command of it that opens a session, what is piped into it, and what has no effect.

use std::path::PathBuf;

use super::shell::{self, ShellToken};
use super::shell_output;
use crate::text::sanitize::quoted;

/// A command, taken out of its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PipelineCommand {
    /// Its words, without what runs it (`sudo`, `time`).
    pub(super) words: Vec<String>,
    /// What its standard input is.
    pub(super) input: CommandInput,
    /// What of the line has no effect here.
    pub(super) notes: Vec<String>,
}

/// A command's standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum CommandInput {
    /// The terminal: what will be typed.
    #[default]
    Typed,
    /// These bytes.
    Bytes(Vec<u8>),
    /// A file.
    File(PathBuf),
}

/// Commands that run another one, and their options that take a value; `timeout` takes a word more.
const RUNNERS: &[(&str, &str)] = &[
    ("sudo", "ugpCDhrtTU"),
    ("doas", "uC"),
    ("time", "fo"),
    ("exec", "a"),
    ("command", ""),
    ("builtin", ""),
    ("nohup", ""),
    ("env", "uSC"),
    ("stdbuf", "ioe"),
    ("nice", "n"),
];

/// Whether a command may stand before one that opens a session: it runs it, or writes into it.
pub(super) fn stands_before(name: &str) -> bool {
    matches!(name, "timeout" | "echo" | "printf" | "cat") || RUNNERS.iter().any(|(runner, _)| *runner == name)
}

/// One command between operators.
#[derive(Debug, Default)]
struct SimpleCommand {
    words: Vec<String>,
    /// The operator before it.
    before: String,
    redirected: Vec<String>,
    input: CommandInput,
}

/// Takes the command that `is_ours` out of a line: the first of the line, or the one that `echo`, `printf` or `cat` is
/// piped into.
///
/// # Errors
/// Fails with a sentence for an open quote, for what only a shell can know (`$NAME`), and for input from a command whose
/// output is not known here.
pub(super) fn one_command(line: &str, is_ours: impl Fn(&str) -> bool) -> Result<PipelineCommand, String> {
    let mut commands = simple_commands(line)?;
    if commands.iter().any(|command| command.words.first().is_some_and(|word| word.starts_with('('))) {
        return Err("what ( … ) writes is not known here; accepted before |: echo, printf, cat FILE".to_owned());
    }
    let mut notes = Vec::new();
    for command in &mut commands {
        unwrap_runner(&mut command.words, &mut notes);
    }
    let first_word = |command: &SimpleCommand| command.words.first().is_some_and(|word| is_ours(base_name(word)));
    // Without one, the first command is read, so that the error names it.
    let at = commands.iter().position(first_word).unwrap_or(0);
    let mut ours = commands.remove(at);
    if at > 0 {
        let piped = matches!(ours.before.as_str(), "|" | "|&");
        let producer = commands.remove(at - 1);
        if piped {
            ours.input = produced(&producer)?;
        }
        if at > 1 || !piped {
            notes.push("what stands before the command is not run here".to_owned());
        }
    }
    if let Some(next) = commands.get(at.saturating_sub(1)..).and_then(|after| after.first())
        && !next.words.is_empty()
    {
        let operator = next.before.as_str();
        notes.push(match operator {
            "|" | "|&" => format!("| {} has no effect here", quoted(&next.words[0])),
            _ => format!("{} after it is not run here", quoted(&next.words[0])),
        });
    }
    notes.extend(
        ours.redirected
            .iter()
            .map(|to| format!("{} has no effect here: everything is shown, and s saves it", quoted(to))),
    );
    Ok(PipelineCommand { words: ours.words, input: ours.input, notes })
}

/// The name of a command without its folder and without `.exe`.
pub(super) fn base_name(word: &str) -> &str {
    let name = if word.contains("://") { word } else { word.rsplit(['/', '\\']).next().unwrap_or(word) };
    name.strip_suffix(".exe").unwrap_or(name)
}

fn simple_commands(line: &str) -> Result<Vec<SimpleCommand>, String> {
    let mut commands = vec![SimpleCommand::default()];
    let mut tokens = shell::split_tokens(line)?.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let last = commands.len() - 1;
        match token {
            ShellToken::Word(word) => commands[last].words.push(word),
            ShellToken::Document { text, .. } => commands[last].input = CommandInput::Bytes(text.into_bytes()),
            ShellToken::Operator { text, at } if text.contains(['<', '>']) => {
                let Some(ShellToken::Word(target)) = tokens.next_if(|next| matches!(next, ShellToken::Word(_))) else {
                    return Err(shell::needs_shell(line, at));
                };
                match text.as_str() {
                    "<" => commands[last].input = CommandInput::File(PathBuf::from(target)),
                    "<<<" => commands[last].input = CommandInput::Bytes(format!("{target}\n").into_bytes()),
                    _ => commands[last].redirected.push(format!("{text} {target}")),
                }
            }
            // A line that begins with an option goes on with the command: its backslash was lost on the way.
            ShellToken::Operator { text, .. }
                if text == "\n"
                    && (commands[last].words.is_empty()
                        || matches!(tokens.peek(), Some(ShellToken::Word(word)) if word.starts_with('-'))) => {}
            ShellToken::Operator { text, .. } => {
                commands.push(SimpleCommand { before: text, ..SimpleCommand::default() });
            }
        }
    }
    commands.retain(|command| !command.words.is_empty());
    if commands.is_empty() {
        commands.push(SimpleCommand::default());
    }
    Ok(commands)
}

/// Removes `sudo`, `timeout 5`, `A=b` and the like from the front.
fn unwrap_runner(words: &mut Vec<String>, notes: &mut Vec<String>) {
    let mut passed = 0;
    while let Some(word) = words.get(passed) {
        let name = base_name(word);
        let assigned = word.split_once('=').is_some_and(|(name, _)| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        if assigned && words.len() > passed + 1 {
            notes.push(format!("{} has no effect here: no variable is read", quoted(word)));
            passed += 1;
        } else if name == "timeout" {
            let mut at = passed + 1;
            while words.get(at).is_some_and(|word| word.starts_with('-')) {
                at += if matches!(words[at].as_str(), "-s" | "-k") { 2 } else { 1 };
            }
            notes.push("timeout has no effect here: a session stays open until you close it".to_owned());
            passed = at + 1;
        } else if let Some((_, valued)) = RUNNERS.iter().find(|(runner, _)| *runner == name) {
            passed += 1;
            while let Some(option) = words.get(passed).and_then(|word| word.strip_prefix('-')) {
                let takes = option.chars().count() == 1 && option.chars().all(|letter| valued.contains(letter));
                passed += if takes { 2 } else { 1 };
            }
        } else {
            break;
        }
    }
    words.drain(..passed.min(words.len()));
}

/// What a command writes; only of commands that write what they were given.
fn produced(command: &SimpleCommand) -> Result<CommandInput, String> {
    let mut words = command.words.iter().map(String::as_str);
    match words.next().map(base_name) {
        Some("echo") => shell_output::echo(&words.collect::<Vec<_>>()).map(CommandInput::Bytes),
        Some("printf") => shell_output::printf(&words.collect::<Vec<_>>()).map(CommandInput::Bytes),
        Some("cat") => match words.collect::<Vec<_>>().as_slice() {
            [] | ["-"] => Ok(command.input.clone()),
            [file] if !file.starts_with('-') => Ok(CommandInput::File(PathBuf::from(file))),
            _ => Err("cat of several files is not read here; accepted: cat FILE |".to_owned()),
        },
        name => Err(format!(
            "what {} writes is not known here; accepted before |: echo, printf, cat FILE",
            quoted(name.unwrap_or_default())
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Result<PipelineCommand, String> {
        one_command(line, |name| name == "nc")
    }

    fn input(line: &str) -> String {
        match read(line).unwrap_or_else(|error| panic!("{line}: {error}")).input {
            CommandInput::Typed => "typed".into(),
            CommandInput::Bytes(bytes) => String::from_utf8_lossy(&bytes).escape_debug().to_string(),
            CommandInput::File(path) => format!("file {}", path.display()),
        }
    }

    #[test]
    fn what_is_piped_into_it_is_its_input() {
        let cases = [
            ("nc h 1", "typed"),
            ("echo hello | nc h 1", "hello\\n"),
            ("echo -n 'a b'  c|nc h 1", "a b c"),
            (r"echo -ne 'a\r\n\x41\0101\c ignored' | nc h 1", "a\\r\\nAA"),
            (r"echo 'a\n' | nc h 1", "a\\\\n\\n"),
            (r"printf 'GET / HTTP/1.0\r\n\r\n' | nc h 1", "GET / HTTP/1.0\\r\\n\\r\\n"),
            (r"printf '%s\n' a 'b c' | sudo nc h 1", "a\\nb c\\n"),
            (r"printf '%b=%d%%' 'x\t' 5 | nc h 1", "x\\t=5%"),
            ("cat request.txt | nc h 1", "file request.txt"),
            ("nc h 1 < request.txt", "file request.txt"),
            ("nc h 1 <<< 'hello'", "hello\\n"),
            ("nc h 1 <<EOF\nline 1\nline 2\nEOF\n", "line 1\\nline 2\\n"),
            ("cat <<EOF | nc h 1\nhello\nEOF", "hello\\n"),
        ];
        for (line, expected) in cases {
            assert_eq!(input(line), expected, "{line}");
        }
        assert!(read("(echo a; echo b) | nc h 1").unwrap_err().contains("what ( … ) writes is not known here"));
        assert!(read("yes | nc h 1").unwrap_err().contains(r#"what "yes" writes is not known here"#));
        assert!(read("printf '%5.2f' 1 | nc h 1").unwrap_err().contains(r#"printf's "%5""#));
    }

    #[test]
    fn what_has_no_effect_is_said() {
        let notes = |line: &str| {
            let command = read(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(command.words, ["nc", "h", "1"], "{line}");
            command.notes
        };
        assert_eq!(notes("sudo -u root nc h 1"), Vec::<String>::new());
        assert_eq!(notes("nc h 1 | jq ."), [r#"| "jq" has no effect here"#]);
        assert!(notes("nc h 1 > f 2>/dev/null")[1].starts_with("\"2> /dev/null\" has no effect here"));
        assert_eq!(notes("nc h 1 && ls"), [r#""ls" after it is not run here"#]);
        assert_eq!(notes("cd x; nc h 1"), ["what stands before the command is not run here"]);
        assert!(notes("timeout 5 nc h 1")[0].starts_with("timeout has no effect here"));
        assert!(notes("LC_ALL=C nc h 1")[0].contains("no variable is read"));
        assert_eq!(notes("nc h 1 &"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn any_line_is_a_command_or_an_error(
            far in any::<String>(),
            near in proptest::collection::vec("nc|echo|printf|cat|sudo|timeout|[|&;<>]{1,3}|%[a-z%]|\\\\[a-z0-9]{1,4}|'[^']{0,4}'|\n|[a-z=-]{1,3}", 0..9),
        ) {
            for line in [far, near.join(" ")] {
                drop(read(&line));
            }
        }
    }
}
