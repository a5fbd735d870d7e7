//! Converts arguments to an invocation.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use super::args::{CliArgs, CliCommand};
use super::input::InputArgs;
use super::invocation::{Invocation, ParsedCommand, RunMode, StdioTerminals};
use super::values::option;
use super::{curl, repeat, session_specs};
use crate::files::config::ACCEPTED;
use crate::files::config::{self, ConfigSettings};
use crate::files::paths::AppPaths;
use crate::files::theme::Theme;
use crate::files::{FileProblem, expand_home, expand_paths};
use crate::formats::curl::BodyOutput;
use crate::lab::ChosenPeer;
use crate::net;
use crate::sessions::{Spec, SpecKind, retention};
use crate::text::sanitize;
use crate::text::sanitize::quoted;
use crate::text::secret::SecretDisplay;

/// Parses the command line (the program's name first), and reads the settings file that it names, or the user's own.
///
/// # Errors
/// Fails with one line that says what was wrong and what is accepted; it contains no character that a terminal would
/// act on.
pub fn parse(words: impl IntoIterator<Item = OsString>, terminals: StdioTerminals) -> Result<ParsedCommand, String> {
    let matches = match curl::with_curl_options(CliArgs::command()).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => return Err(one_line(&error)),
        Err(help) => return Ok(ParsedCommand::Print(help.render().to_string().into_bytes())),
    };
    let cli = CliArgs::from_arg_matches(&matches).map_err(|error| one_line(&error))?;
    let typed = |option: &str, path: Option<PathBuf>| {
        path.map(|path| expand_home(&path)).transpose().map_err(|why| format!("{option}: {why}"))
    };
    let (mut settings, problem) = settings(typed("--config", cli.common.config)?.as_ref())?;
    settings.theme = cli.common.theme.map(theme).transpose()?.or(settings.theme);
    settings.ascii |= cli.common.ascii;
    settings.system_resolver |= cli.common.system_resolver;
    let mut invocation = Invocation {
        mode: RunMode::Screen,
        open: Vec::new(),
        lab: None,
        run_for: None,
        kernel_every: None,
        stdin_body: None,
        output: BodyOutput::default(),
        notes: Vec::new(),
        settings,
        problem,
        log: typed("--log", cli.common.log)?,
        secrets: if cli.common.show_secrets { SecretDisplay::Shown } else { SecretDisplay::Masked },
    };
    match cli.command {
        Some(CliCommand::Completions { shell }) => return Ok(ParsedCommand::Print(completions(shell))),
        Some(CliCommand::Man) => return manual().map(ParsedCommand::Print),
        None => require_terminals(terminals)?,
        Some(command) => {
            let words = matches.subcommand().map(|(_, words)| words);
            read(&mut invocation, command, words.ok_or("there is no command")?, terminals)?;
        }
    }
    Ok(ParsedCommand::Run(Box::new(invocation)))
}

/// Parses a command that opens sessions.
fn read(
    invocation: &mut Invocation,
    command: CliCommand,
    words: &ArgMatches,
    terminals: StdioTerminals,
) -> Result<(), String> {
    let settings = invocation.settings.clone();
    let names = net::system_names();
    let mut again = None;
    let mut input: Option<InputArgs> = None;
    let (mode, limits, spec) = match command {
        CliCommand::Tcp(tcp) => {
            let spec = session_specs::tcp(&tcp, &settings, words, &names)?;
            invocation.kernel_every = session_specs::kernel_every(tcp.socket.kernel_every.as_deref())?;
            input = Some(tcp.input);
            again = Some(tcp.repeat);
            (mode(tcp.output.raw.as_deref(), tcp.output.json, terminals)?, tcp.output.limits, Some(spec))
        }
        CliCommand::Udp(udp) => {
            let spec = session_specs::udp(&udp, words, &names)?;
            input = Some(udp.input);
            again = Some(udp.repeat);
            (mode(udp.output.raw.as_deref(), udp.output.json, terminals)?, udp.output.limits, Some(spec))
        }
        CliCommand::Dns(dns) => {
            let spec = session_specs::dns(&dns, &names)?;
            (mode(dns.output.raw.as_deref(), dns.output.json, terminals)?, dns.output.limits, Some(spec))
        }
        CliCommand::Listen(listen) => {
            let spec = session_specs::listen(&listen, words, &names)?;
            input = Some(listen.input);
            invocation.kernel_every = session_specs::kernel_every(listen.socket.kernel_every.as_deref())?;
            (mode(listen.output.raw.as_deref(), listen.output.json, terminals)?, listen.output.limits, Some(spec))
        }
        CliCommand::Http(http) => {
            let request = curl::request(&http, &settings, words, &names)?;
            let spec = Spec::new(SpecKind::Http(request.spec));
            let spec = session_specs::with_socket_options(spec, &http.options)?;
            invocation.stdin_body = request.stdin_body;
            invocation.notes = request.notes;
            let json = http.json.iter().any(String::is_empty);
            if json && http.raw.is_some() {
                return Err("--raw and --json exclude each other: take one of them".to_owned());
            }
            // A peer's bytes in a file do nothing to the terminal.
            let writes_file = request.output.file.is_some() && http.raw.is_some();
            let to = StdioTerminals { stdout: terminals.stdout && !writes_file, ..terminals };
            let mode = mode(http.raw.as_deref(), json, to)?;
            let is_repeated = http.repeat.repeat.is_some();
            again = Some(http.repeat);
            let no_file = match mode {
                RunMode::Raw { .. } if !is_repeated => None,
                RunMode::Raw { .. } => Some("--repeat keeps no bodies"),
                RunMode::Screen => Some("the answer is on the screen; --raw writes the file"),
                RunMode::Json => Some("the body is in the events"),
            };
            invocation.output = request.output;
            if let Some(why) = no_file {
                invocation.notes.extend(invocation.output.without_file(why));
                invocation.output.file = None;
            }
            (mode, http.limits, Some(spec))
        }
        CliCommand::Lab(lab) => {
            if lab.raw.is_some() {
                return Err("--raw makes no sense for the lab: accepted are --json, or a terminal".to_owned());
            }
            invocation.lab = Some(ChosenPeer::parse_all(&lab.peers)?);
            let screen = !lab.json && terminals.stdin && terminals.stdout;
            (if screen { RunMode::Screen } else { RunMode::Json }, lab.limits, None)
        }
        CliCommand::Completions { .. } | CliCommand::Man => return Ok(()),
    };
    if invocation.kernel_every.is_some() && matches!(mode, RunMode::Raw { .. }) {
        return Err("--kernel-every has no effect in a pipe: accepted with --json, or on the screen".to_owned());
    }
    let input = input.unwrap_or_default();
    if let Some(name) = input.headless_only()
        && mode == RunMode::Screen
    {
        return Err(format!("{name} is for a run without a screen: accepted with --raw=force or --json"));
    }
    invocation.mode = mode;
    invocation.run_for = limits.run_for.as_deref().map(|text| option("--for", text)).transpose()?;
    if let Some(text) = &limits.retain {
        let wish = retention::RetentionChange::parse(text).map_err(|why| format!("--retain: {why}"))?;
        invocation.settings.retain = wish.applied_to(invocation.settings.retain);
    }
    let spec = match (spec, again) {
        (Some(spec), Some(again)) => {
            if let Some(name) = input.any_given().filter(|_| again.repeat.is_some()) {
                return Err(format!("{name} and --repeat exclude each other: take one of them"));
            }
            if again.repeat.is_some() && invocation.stdin_body.is_some() {
                return Err("--repeat with a body from standard input (@-): accepted is @FILE".to_owned());
            }
            Some(repeat::repeated(&again, spec, &mut invocation.run_for)?)
        }
        (spec, _) => spec,
    };
    invocation.open.extend(spec);
    for spec in &mut invocation.open {
        spec.retain = invocation.settings.retain;
        expand_paths(spec);
    }
    Ok(())
}

/// Fails without a terminal: the home screen needs one.
fn require_terminals(terminals: StdioTerminals) -> Result<(), String> {
    if terminals.stdin && terminals.stdout {
        return Ok(());
    }
    Err("the home screen needs a terminal on standard input and output; without one, name a command: \
         tcp, udp, http, dns, listen, lab (see --help)"
        .to_owned())
}

/// The output: with a screen, or which way without one.
pub(super) fn mode(raw: Option<&str>, json: bool, terminals: StdioTerminals) -> Result<RunMode, String> {
    let force = match raw {
        None if json => return Ok(RunMode::Json),
        None if terminals.stdin && terminals.stdout => return Ok(RunMode::Screen),
        None | Some("") => false,
        Some("force") => true,
        Some(other) => return Err(format!("--raw={}: accepted: --raw, --raw=force", sanitize::line(other))),
    };
    if terminals.stdout && !force {
        return Err("what a peer says could control this terminal; accepted: --raw=force, --json, \
                    or a pipe or file as standard output"
            .to_owned());
    }
    Ok(RunMode::Raw { force })
}

/// The name of a theme: a built-in one, or a file of the user.
fn theme(name: String) -> Result<String, String> {
    let folder = AppPaths::from_environment().map(|paths| paths.themes());
    let named = folder.as_ref().map(|folder| folder.join(format!("{name}.toml")));
    let plain = !name.contains(['/', '\\']);
    if Theme::presets().any(|preset| preset == name) || plain && named.is_some_and(|file| file.is_file()) {
        return Ok(name);
    }
    let presets: Vec<&str> = Theme::presets().collect();
    let own = folder.map_or(String::new(), |folder| {
        format!(", or NAME for the file {}", sanitize::line(&folder.join("NAME.toml").to_string_lossy()))
    });
    Err(format!("--theme: there is no theme {}; accepted: {}{own}", quoted(&name), presets.join(", ")))
}

/// The settings of the named file, or of the user's own file.
fn settings(named: Option<&PathBuf>) -> Result<(ConfigSettings, Option<FileProblem>), String> {
    if let Some(path) = named {
        return match config::load(path, true) {
            (_, Some(problem)) if problem.line.is_none() => {
                Err(format!("--config: {problem}; accepted: a TOML file with {ACCEPTED}"))
            }
            loaded => Ok(loaded),
        };
    }
    Ok(AppPaths::from_environment().map_or_else(Default::default, |paths| config::load(&paths.config_file(), false)))
}

/// clap's errors, which have several lines, as one line.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let mut line = String::new();
    for paragraph in text.split("\n\n").map(str::trim) {
        if paragraph.starts_with("Usage:") || paragraph.starts_with("For more information") {
            continue;
        }
        let said: Vec<&str> = paragraph.lines().map(str::trim).collect();
        line.push_str(if line.is_empty() { "" } else { "; " });
        line.push_str(&said.join(" "));
    }
    format!("{} (see --help)", sanitize::line(line.strip_prefix("error: ").unwrap_or(&line)))
}

/// A shell's completion script.
fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CliArgs::command(), "sockeye", &mut script);
    script
}

/// The manual page: that of the program, then one section for each command.
fn manual() -> Result<Vec<u8>, String> {
    let wrong = |error: std::io::Error| format!("the manual page cannot be made: {error}");
    let mut page = Vec::new();
    let mut command = CliArgs::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(wrong)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        page.extend_from_slice(format!(".SH SOCKEYE {}\n", sub.get_name().to_uppercase()).as_bytes());
        let section = clap_mangen::Man::new(sub.clone());
        section.render_synopsis_section(&mut page).map_err(wrong)?;
        section.render_description_section(&mut page).map_err(wrong)?;
        section.render_options_section(&mut page).map_err(wrong)?;
        if sub.get_after_help().is_some() {
            section.render_extra_section(&mut page).map_err(wrong)?;
        }
    }
    Ok(page)
}
