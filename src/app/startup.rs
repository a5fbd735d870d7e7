//! The initial state of the screen: settings, keys, themes and history, read from the user's files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use super::terminal_kind;
use crate::cli::{self, Invocation, ParsedCommand, StdioTerminals};
use crate::files::paths::AppPaths;
use crate::files::theme::Theme;
use crate::files::{self, explain, history, keymap};
use crate::formats::PastedSession;
use crate::lab::{self, ChosenPeer, Lab};
use crate::model::history::InputHistory;
use crate::model::lab_catalogue::LabCatalogue;
use crate::model::msg::LineKind;
use crate::model::notice::NoticeWeight;
use crate::model::seen::ScreenSize;
use crate::model::settings::Settings;
use crate::model::state::Model;
use crate::model::targets::TargetHistory;
use crate::net;
use crate::sessions::{Retention, Spec};
use crate::text::sanitize;
use crate::text::sanitize::quoted;
use crate::text::secret::SecretDisplay;
use crate::view::{ColourDepth, StyleSheet};

/// How many of a user's themes are read.
const MOST_THEMES: usize = 100;

/// Everything that was read, with the problems that were found.
pub(super) struct Startup {
    /// The model, without sessions; problems are among its notices.
    pub(super) model: Model,
    /// The themes, by name.
    pub(super) looks: Vec<(String, StyleSheet)>,
}

/// Reads the user's files. A problem with a file is shown on the screen, and its defaults are used.
pub(super) fn prepare(invocation: &Invocation) -> Startup {
    let paths = AppPaths::from_environment();
    let mut problems: Vec<String> = invocation.problem.iter().map(ToString::to_string).collect();
    problems.extend(invocation.notes.iter().cloned());
    let (keymap, wrong) = match &paths {
        Some(paths) => keymap::load(&paths.keymap_file()),
        None => (keymap::presets(), Vec::new()),
    };
    problems.extend(wrong);
    let terminal = terminal_kind::from_environment();
    let ascii = terminal.is_ascii || invocation.settings.ascii;
    let looks = load_styles(terminal.depth, ascii, paths.as_ref().map(AppPaths::themes).as_deref(), &mut problems);
    let typed = load_history(&mut problems);
    let of = |kind| typed.iter().filter(move |(other, _)| *other == kind).map(|(_, entry)| entry.clone()).collect();
    let history: InputHistory = of(None);
    let settings = settings(&invocation.settings, terminal.theme, &looks, &mut problems);
    let mut model = Model::new(keymap, settings, history, ScreenSize { columns: 80, rows: 24 }, Instant::now());
    model.keymap.plain_hints = ascii;
    model.book = explain::explanation_book();
    model.timers = explain::timers();
    model.settings.secrets = invocation.secrets;
    model.names = net::system_names();
    model.targets = TargetHistory::new(of(Some(LineKind::Target)), &model.names);
    model.commands = of(Some(LineKind::Command));
    model.lab = LabCatalogue { peers: lab::names(), check: |text| ChosenPeer::parse(text).map(drop) };
    model.own_command = own_command;
    model.sample_every = invocation.kernel_every.unwrap_or(model.sample_every);
    let wall = jiff::ZonedDateTime::now();
    model.wall_start = (wall.timestamp().as_microsecond() as f64 / 1e6, wall.offset().seconds());
    for problem in problems {
        model.notices.notify(NoticeWeight::Problem, sanitize::line(&problem), model.now);
    }
    Startup { model, looks }
}

/// Reads a command as the command line does, for a session on the screen.
fn own_command(words: &[String]) -> Result<PastedSession, String> {
    let words = ["sockeye".to_owned()].into_iter().chain(words.iter().cloned()).map(OsString::from);
    let terminals = StdioTerminals { stdin: true, stdout: true };
    let ParsedCommand::Run(invocation) = cli::parse(words, terminals)? else {
        return Err("--help is for the command line; ? shows the keys".to_owned());
    };
    for (given, option) in [
        (invocation.job().is_some(), "--raw and --json are"),
        (invocation.run_for.is_some(), "--for is"),
        (invocation.kernel_every.is_some(), "--kernel-every is"),
        (invocation.stdin_body.is_some(), "a body from standard input is"),
    ] {
        if given {
            return Err(format!("{option} for the command line"));
        }
    }
    let Invocation { open, notes, .. } = *invocation;
    let spec = open.into_iter().next().ok_or("that opens no session")?;
    Ok(PastedSession { spec, notes })
}

fn settings(
    from: &files::config::ConfigSettings,
    by_default: &str,
    looks: &[(String, StyleSheet)],
    problems: &mut Vec<String>,
) -> Settings {
    let themes: Vec<String> = looks.iter().map(|(name, _)| name.clone()).collect();
    let theme = match &from.theme {
        Some(name) if themes.contains(name) => name.clone(),
        Some(name) => {
            problems.push(format!("there is no theme {}; accepted: {}", quoted(name), themes.join(", ")));
            by_default.to_owned()
        }
        None => by_default.to_owned(),
    };
    Settings {
        theme,
        themes,
        mouse: from.mouse,
        wall_clock: from.wall_clock,
        retain: from.retain,
        connect_timeout: from.connect_timeout,
        line_ending: from.line_ending,
        secrets: SecretDisplay::default(),
    }
}

/// The built-in themes and the user's; a theme of the user replaces a built-in one of the same name.
fn load_styles(
    depth: ColourDepth,
    ascii: bool,
    folder: Option<&Path>,
    problems: &mut Vec<String>,
) -> Vec<(String, StyleSheet)> {
    let mut themes: Vec<Theme> = Theme::presets().filter_map(Theme::preset).collect();
    // A folder that is missing or unreadable has no themes.
    let files = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    for path in files.into_iter().take(MOST_THEMES) {
        let Some(name) = path.file_stem().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let source = match files::read_settings(&path) {
            Ok(Some(source)) => source,
            Ok(None) => continue,
            Err(problem) => {
                problems.push(problem.to_string());
                continue;
            }
        };
        match Theme::parse(&name, &path.display().to_string(), &source) {
            Ok(theme) => {
                themes.retain(|other| other.name != theme.name);
                themes.push(theme);
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    themes.into_iter().map(|theme| (theme.name.clone(), StyleSheet::new(&theme, depth).with_ascii(ascii))).collect()
}

fn load_history(problems: &mut Vec<String>) -> Vec<history::RememberedText> {
    history::read().unwrap_or_else(|error| {
        problems.push(format!("what was typed before cannot be read: {error}"));
        Vec::new()
    })
}

/// Starts the built-in peers. Returns them, and the specs of the sessions that connect to them.
pub(super) async fn start_lab(peers: &[ChosenPeer], retain: Retention) -> anyhow::Result<(Lab, Vec<Spec>)> {
    let lab = Lab::start(peers).await.context("the built-in peers cannot be started")?;
    let specs = lab.peers().iter().map(|(peer, address)| Spec { retain, ..peer.session(*address) }).collect();
    Ok((lab, specs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::SpecKind;

    fn read(line: &str) -> Result<Spec, String> {
        let words = crate::model::own_command::words_with_options(line).expect("a command with options");
        own_command(&words).map(|pasted| pasted.spec)
    }

    #[test]
    fn a_command_with_options_is_read_as_on_the_command_line() {
        let retried = read("sockeye tcp 127.0.0.1:9 --retry 3").expect("it is accepted");
        let SpecKind::Tcp(tcp) = retried.what else { panic!("{:?}", retried.what) };
        assert_eq!(tcp.socket.retry.times, 3);
        for line in ["http http://127.0.0.1:9/ --repeat 50", "udp 127.0.0.1:9 --repeat 2 --send x"] {
            assert!(matches!(read(line).map(|spec| spec.what), Ok(SpecKind::Repeat(_))), "{line}");
        }
        assert_eq!(read("tcp 127.0.0.1:9 --send hello").expect("it is accepted").script.steps.len(), 1);
    }

    #[test]
    fn what_means_nothing_on_a_screen_is_refused_by_name() {
        let cases = [
            ("tcp 127.0.0.1:9 --raw", "could control this terminal"),
            ("udp 127.0.0.1:9 --send x --json", "--raw and --json"),
            ("tcp 127.0.0.1:9 --for 1s", "--for is"),
            ("tcp --help", "--help is"),
            ("tcp 127.0.0.1:9 --nope", "--nope"),
        ];
        for (line, part) in cases {
            let why = read(line).expect_err(line);
            assert!(why.contains(part), "{line}: {why}");
        }
    }
}
