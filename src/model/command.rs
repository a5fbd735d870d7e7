//! The commands of the `:` line, and their completion.

use std::time::Duration;

use super::action::{ACTIONS, Action};
use crate::formats::recent;
use crate::sessions::retention;
use crate::sessions::spec::system_names::SystemNames;
use crate::sessions::tcp::gauges::parse_every;
use crate::text::sanitize::quoted;
use crate::wire::option::{self, OptionValue, SocketOption};

/// The most completions that are offered: about one screen.
const MOST_COMPLETIONS: usize = 100;

/// A command of the `:` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineCommand {
    /// An action, by its name.
    Run(Action),
    /// Open a session to this target, written as on the command line: `tcp HOST:PORT`, a URL, a curl line.
    Open(String),
    /// Send this text; its escapes are not decoded yet.
    Send(String),
    /// Send these bytes, in hex that is not decoded yet.
    SendHex(String),
    /// Send the bytes of the file of this name.
    SendFile(String),
    /// Send this text as one datagram to an address, from a bound UDP socket.
    SendTo(String, String),
    /// Join the multicast group of this name.
    Join(String),
    /// Leave the multicast group of this name.
    Leave(String),
    /// How many connections of a listener may be open at once; `None`: any number.
    Limit(Option<usize>),
    /// How many bytes of a session the transcript keeps.
    Retain(retention::RetentionChange),
    /// Show how much is kept now, and how much may be kept.
    ShowRetained,
    /// Set a socket option of the session.
    SetOption(SocketOption, OptionValue),
    /// Start or stop capturing the packets of the session.
    Capture(bool),
    /// Open the dialog of socket options.
    ReadOptions,
    /// How often the kernel's gauges are sampled while they are on the screen.
    SampleEvery(Duration),
    /// Use the theme of this name.
    Theme(String),
    /// Start these built-in peers, and open sessions to them; none named: all of them.
    Lab(Vec<String>),
    /// Show the session of this number.
    Session(u32),
    /// Search for this text.
    Search(String),
    /// Show only what contains this text.
    Filter(String),
    /// Write the received bytes to the file of this name.
    Save(String),
}

/// A command that takes an argument. Commands without one are the [`ACTIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandEntry {
    /// The name.
    pub name: &'static str,
    /// The argument, as the help shows it.
    pub usage: &'static str,
    /// What it does, as the help shows it.
    pub describe: &'static str,
}

const fn command(name: &'static str, usage: &'static str, describe: &'static str) -> CommandEntry {
    CommandEntry { name, usage, describe }
}

/// Every command that takes an argument, in the order of the help.
pub const COMMANDS: &[CommandEntry] = &[
    command("open", "TARGET", "open a session: tcp HOST:PORT, udp HOST:PORT, a URL, a curl line"),
    command("tcp", "HOST:PORT", "connect"),
    command("udp", "HOST:PORT", "a UDP conversation"),
    command("http", "[METHOD] URL", "one HTTP request"),
    command("dns", "[@SERVER] NAME [TYPE…]", "ask name servers"),
    command("lab", "[PEER[:name=value,…]…]", "start built-in peers, and open sessions to them"),
    command("curl", "[OPTION…] URL", "one HTTP request, as curl writes it"),
    command("listen", "tcp|udp [ADDR:]PORT", "wait for peers"),
    command("send", "TEXT", "send text; escapes are read: \\r \\n \\t \\0 \\\\ \\xNN \\u{…}"),
    command("send-hex", "HEX", "send bytes: 48 65 6c, 0x48,0x65 or 48:65"),
    command("send-file", "PATH", "send a file"),
    command("send-to", "ADDR:PORT TEXT", "send one datagram to this address"),
    command("join", "GROUP[%INTERFACE]", "join a multicast group"),
    command("leave", "GROUP[%INTERFACE]", "leave a multicast group"),
    command("limit", "N|none", "how many connections a listener lets in at once"),
    command("option", "NAME=VALUE|all", "set a socket option, or show all: nodelay=on, sndbuf=64KiB"),
    command("sample-every", "DURATION", "how often the kernel's gauges are sampled: 10ms to 1m"),
    command("capture", "on|off", "capture the session's packets for the ladder; needs CAP_NET_RAW"),
    command("retain", "[SIZE] [Nsegments]", "how much of a session is kept for looking at: 64MiB 5000segments"),
    command("theme", "NAME", "use a theme"),
    command("session", "N", "show a session"),
    command("search", "TEXT", "search"),
    command("filter", "TEXT", "show only what contains this"),
    command("save", "PATH", "save the received bytes to a file"),
];

/// Other names of actions, for users of vi.
const ALIASES: &[(&str, &str)] =
    &[("q", "quit"), ("q!", "quit-now"), ("qa", "quit"), ("qa!", "quit-now"), ("exit", "quit"), ("h", "help")];

/// One completion of a `:` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The whole line after the completion. Unchanged if the completion only shows a description.
    pub text: String,
    /// What the command does; for an argument, its format.
    pub describe: String,
}

/// Parses a `:` line; a leading `:` is optional.
///
/// # Errors
/// Fails with one line: what was wrong, the nearest name if there is one, and what is accepted.
pub fn parse(line: &str) -> Result<LineCommand, String> {
    let (name, argument) = split_word(line);
    if name.is_empty() {
        return Err("type a command; Tab shows them".to_owned());
    }
    let action = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    let action = Action::from_name(action);
    let entry = COMMANDS.iter().find(|entry| entry.name == name);
    match (entry, action) {
        (Some(entry), _) if !argument.is_empty() => with_argument(entry, argument),
        (Some(entry), _) if entry.name == "retain" => Ok(LineCommand::ShowRetained),
        (Some(entry), _) if entry.name == "lab" => Ok(LineCommand::Lab(Vec::new())),
        (_, Some(action)) if argument.is_empty() => Ok(LineCommand::Run(action)),
        (Some(entry), _) => Err(format!(":{name} needs {}: {}", entry.usage, entry.describe)),
        (None, Some(_)) => Err(format!(":{name} takes nothing behind it, and {} was found", quoted(argument))),
        (None, None) => match name.parse::<u32>() {
            Ok(number) if argument.is_empty() => Ok(LineCommand::Session(number)),
            _ => {
                let near =
                    nearest_name(name, names()).map_or(String::new(), |near| format!(", did you mean \"{near}\"?"));
                Err(format!("{} is no command{near}; Tab shows those that there are", quoted(name)))
            }
        },
    }
}

/// The line to remember for the next run: without secrets, and none for a line with a text to send, which is remembered
/// only where it was sent.
pub fn without_secrets(line: &str, names: &SystemNames) -> Option<String> {
    let (command, line) = (parse(line).ok()?, line.trim());
    if let LineCommand::Open(target) = &command {
        let kept = recent::without_secrets(target, names)?;
        return Some(if kept == target.trim() { line.to_owned() } else { format!("open {kept}") });
    }
    let sends = matches!(command, LineCommand::Send(_) | LineCommand::SendHex(_) | LineCommand::SendTo(..));
    (!sends).then(|| line.to_owned())
}

/// The completions of a line: the names that begin with its text, then those that contain it; after a name that takes
/// an argument, completions of the argument. `themes` are the names of all themes.
///
/// At most 100. If the line is exactly the name of a command, that name comes first.
pub fn complete(line: &str, themes: &[String]) -> Vec<Completion> {
    let started = line.trim_start();
    let bare = started.strip_prefix(':').unwrap_or(started).trim_start();
    let (name, argument) = split_word(line);
    let mut found = if name.is_empty() || bare.len() == name.len() {
        complete_name(name)
    } else {
        arguments_like(line, name, argument, themes)
    };
    found.truncate(MOST_COMPLETIONS);
    found
}

/// The name nearest to a mistyped one; `None` if no name is near.
pub fn nearest_name<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Longer than any name with a typing error: not worth the work.
    if typed.len() > 40 {
        return None;
    }
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    let near = names.map(|name| (strsim::osa_distance(typed, name), name)).filter(|(far, _)| *far <= allowed);
    near.min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// The first word, without a `:`, and the rest without the blanks around it.
fn split_word(line: &str) -> (&str, &str) {
    let line = line.trim();
    let line = line.strip_prefix(':').unwrap_or(line).trim_start();
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (name, argument.trim_start())
}

fn with_argument(entry: &CommandEntry, argument: &str) -> Result<LineCommand, String> {
    let text = argument.to_owned();
    let wrong =
        |found: &str| format!(":{} needs {}: {}; {} was found", entry.name, entry.usage, entry.describe, quoted(found));
    Ok(match entry.name {
        "send" => LineCommand::Send(text),
        "send-hex" => LineCommand::SendHex(text),
        "send-file" => LineCommand::SendFile(text),
        "send-to" => {
            let (address, text) = argument.split_once(char::is_whitespace).ok_or_else(|| wrong(argument))?;
            LineCommand::SendTo(address.to_owned(), text.trim_start().to_owned())
        }
        "join" => LineCommand::Join(text),
        "leave" => LineCommand::Leave(text),
        "limit" if argument == "none" => LineCommand::Limit(None),
        "limit" => LineCommand::Limit(Some(argument.parse().map_err(|_| wrong(argument))?)),
        "option" if argument == "all" => LineCommand::ReadOptions,
        "option" => {
            let (option, value) = option::parse(argument).map_err(|why| format!(":option: {why}"))?;
            LineCommand::SetOption(option, value)
        }
        "sample-every" => {
            LineCommand::SampleEvery(parse_every(argument).map_err(|why| format!(":sample-every: {why}"))?)
        }
        "capture" => match argument {
            "on" => LineCommand::Capture(true),
            "off" => LineCommand::Capture(false),
            _ => return Err(wrong(argument)),
        },
        "retain" => {
            LineCommand::Retain(retention::RetentionChange::parse(argument).map_err(|why| format!(":retain: {why}"))?)
        }
        "theme" => LineCommand::Theme(text),
        "lab" => LineCommand::Lab(argument.split_whitespace().map(str::to_owned).collect()),
        "session" => LineCommand::Session(argument.parse().map_err(|_| wrong(argument))?),
        "search" => LineCommand::Search(text),
        "filter" => LineCommand::Filter(text),
        "save" => LineCommand::Save(text),
        "open" => LineCommand::Open(text),
        kind => LineCommand::Open(format!("{kind} {argument}")),
    })
}

/// Every name that the `:` line accepts; a name that is both a command and an action comes once.
fn names() -> impl Iterator<Item = &'static str> {
    let actions = ACTIONS.iter().map(|entry| entry.name);
    let only = actions.filter(|name| !COMMANDS.iter().any(|command| command.name == *name));
    COMMANDS.iter().map(|command| command.name).chain(only)
}

fn complete_name(typed: &str) -> Vec<Completion> {
    let mut found: Vec<&str> = names().filter(|name| name.contains(typed)).collect();
    found.sort_by_key(|name| (*name != typed, !name.starts_with(typed)));
    found.into_iter().map(completion_of).collect()
}

/// The completion to a name: with a blank after it if an argument must follow.
fn completion_of(name: &str) -> Completion {
    let action = Action::from_name(name).and_then(Action::entry);
    match (COMMANDS.iter().find(|command| command.name == name), action) {
        (Some(command), None) => {
            Completion { text: format!("{name} "), describe: format!("{}: {}", command.usage, command.describe) }
        }
        (Some(command), Some(_)) => {
            Completion { text: name.to_owned(), describe: format!("[{}]: {}", command.usage, command.describe) }
        }
        (None, action) => {
            Completion { text: name.to_owned(), describe: action.map_or("", |entry| entry.describe).to_owned() }
        }
    }
}

fn arguments_like(line: &str, name: &str, argument: &str, themes: &[String]) -> Vec<Completion> {
    let Some(entry) = COMMANDS.iter().find(|entry| entry.name == name) else { return Vec::new() };
    if name == "option" {
        return options_like(argument);
    }
    let choices: Vec<&str> = match name {
        "theme" => themes.iter().map(String::as_str).collect(),
        "limit" => vec!["none"],
        "capture" => vec!["on", "off"],
        "listen" => vec!["tcp", "udp"],
        _ => Vec::new(),
    };
    let matching: Vec<Completion> = choices
        .into_iter()
        .filter(|choice| choice.starts_with(argument))
        .map(|choice| Completion { text: format!("{name} {choice}"), describe: entry.describe.to_owned() })
        .collect();
    if matching.is_empty() {
        vec![Completion { text: line.to_owned(), describe: format!("{}: {}", entry.usage, entry.describe) }]
    } else {
        matching
    }
}

/// The names of options with this prefix; after a whole name, the values that it accepts.
fn options_like(argument: &str) -> Vec<Completion> {
    if let Some((name, _)) = argument.split_once('=') {
        let describe = match SocketOption::parse(name) {
            Ok(option) => format!("{}: {}", option.accepted_text(), option.summary()),
            Err(why) => why,
        };
        return vec![Completion { text: format!("option {argument}"), describe }];
    }
    let found = SocketOption::all().filter(|option| option.name().starts_with(argument));
    let found = found
        .map(|option| Completion { text: format!("option {}=", option.name()), describe: option.summary().to_owned() });
    let all = Completion { text: "option all".to_owned(), describe: "the dialog with all of them".to_owned() };
    found.chain(Some(all).filter(|_| "all".starts_with(argument))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::{AppAction, PaneAction, SessionAction};
    use crate::model::view::View;

    use proptest::prelude::*;

    fn check(line: &str, command: LineCommand) {
        assert_eq!(parse(line), Ok(command), "{line}");
    }

    fn refuse(line: &str, says: &str) {
        let why = parse(line).expect_err(line);
        assert!(why.contains(says) && !why.contains('\n'), "{line}: {why}");
    }

    #[test]
    fn a_line_is_an_action_or_a_command_with_its_argument() {
        check("quit", LineCommand::Run(Action::App(AppAction::Quit)));
        check(":q", LineCommand::Run(Action::App(AppAction::Quit)));
        check("  view-hex ", LineCommand::Run(Action::Pane(PaneAction::Show(View::Hex))));
        check("open tcp [::1]:7001", LineCommand::Open("tcp [::1]:7001".to_owned()));
        check("tcp 127.0.0.1:7001", LineCommand::Open("tcp 127.0.0.1:7001".to_owned()));
        check("http GET http://localhost/", LineCommand::Open("http GET http://localhost/".to_owned()));
        check("send GET / HTTP/1.0\\r\\n", LineCommand::Send("GET / HTTP/1.0\\r\\n".to_owned()));
        check("send-hex 48 65", LineCommand::SendHex("48 65".to_owned()));
        check("send-file", LineCommand::Run(Action::Session(SessionAction::SendFile)));
        check("send-file a b.txt", LineCommand::SendFile("a b.txt".to_owned()));
        check("send-to 127.0.0.1:53  hi there", LineCommand::SendTo("127.0.0.1:53".to_owned(), "hi there".to_owned()));
        check("limit 3", LineCommand::Limit(Some(3)));
        check("limit none", LineCommand::Limit(None));
        check("capture on", LineCommand::Capture(true));
        check("capture off", LineCommand::Capture(false));
        check("retain 2MiB", LineCommand::Retain(retention::RetentionChange::parse("2MiB").expect("a size")));
        check("retain", LineCommand::ShowRetained);
        check("session 12", LineCommand::Session(12));
        check("12", LineCommand::Session(12));
        check("search", LineCommand::Run(Action::Pane(PaneAction::Search)));
        check("search a  b", LineCommand::Search("a  b".to_owned()));
        check("theme night", LineCommand::Theme("night".to_owned()));
    }

    #[test]
    fn a_line_that_makes_no_sense_is_refused_with_what_is_accepted() {
        refuse("", "type a command");
        refuse("qiut", "did you mean \"quit\"?");
        refuse("viewhex", "did you mean \"view-hex\"?");
        refuse("xyzzy plugh", "\"xyzzy\" is no command; Tab");
        refuse("quit now", ":quit takes nothing behind it");
        refuse("theme", ":theme needs NAME");
        refuse("capture maybe", ":capture needs on|off");
        refuse("limit many", "needs N|none");
        refuse("retain lots", ":retain: ");
        refuse("send-to 127.0.0.1:53", "needs ADDR:PORT TEXT");
        refuse("session 4294967296", "needs N");
    }

    #[test]
    fn completion_offers_names_then_themes_then_what_an_argument_is() {
        let themes = ["night".to_owned(), "day".to_owned(), "noon".to_owned()];
        let texts = |line: &str| complete(line, &themes).into_iter().map(|found| found.text).collect::<Vec<_>>();
        assert_eq!(texts("the"), ["theme ", "next-theme"]);
        assert_eq!(texts("theme"), ["theme ", "next-theme"]);
        assert_eq!(texts("theme n"), ["theme night", "theme noon"]);
        assert_eq!(texts("theme "), ["theme night", "theme day", "theme noon"]);
        assert_eq!(texts("zoo"), ["zoom"]);
        assert_eq!(texts("nothing-like-it"), Vec::<String>::new());
        assert_eq!(texts("zoom x"), Vec::<String>::new());
        assert_eq!(complete("tcp exa", &[])[0].describe, "HOST:PORT: connect");
        assert!(texts("").len() >= COMMANDS.len());
    }

    #[test]
    fn every_command_has_an_arm_of_its_own() {
        for entry in COMMANDS {
            let opens = ["open", "tcp", "udp", "http", "curl", "dns", "listen"].contains(&entry.name);
            let parsed = parse(&format!("{} 1", entry.name));
            assert_eq!(matches!(parsed, Ok(LineCommand::Open(_))), opens, "{}", entry.name);
        }
    }

    #[test]
    fn a_swap_is_one_mistake_and_a_short_name_may_have_one() {
        assert_eq!(nearest_name("qiut", ["help", "quit"].into_iter()), Some("quit"));
        assert_eq!(nearest_name("qitu", ["help", "quit"].into_iter()), None);
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic_and_a_completion_goes_on_from_what_stands_there(line in "\\PC{0,30}|[a-z :-]{0,20}") {
            drop(parse(&line));
            prop_assert!(complete(&line, &["night".to_owned()]).len() <= MOST_COMPLETIONS);
        }
    }
}
