//! The program: parses its command line, and runs with or without a screen.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use anyhow::Context as _;
use sockeye::cli::{self, ParsedCommand, StdioTerminals};
use sockeye::text::sanitize;
use sockeye::text::secret::mask_text;
use sockeye::wire::Class;
use sockeye::{app, files, headless};

use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let started = Instant::now();
    app::panic_exit::exit_on_panic();
    #[cfg(debug_assertions)]
    if let Ok(place) = std::env::var("SOCKEYE_PANIC_AT") {
        sockeye::sessions::panic_guard::arm_panic_point(place);
    }
    app::allocator::configure_allocator();
    let terminals = StdioTerminals { stdin: io::stdin().is_terminal(), stdout: io::stdout().is_terminal() };
    match cli::parse(std::env::args_os(), terminals) {
        Ok(ParsedCommand::Print(text)) => print(&text),
        Ok(ParsedCommand::Run(invocation)) => match run(&invocation, started) {
            Ok(code) => ExitCode::from(code),
            Err(error) => failure_exit(&format!("{error:#}"), Class::Internal),
        },
        Err(what) => failure_exit(&what, Class::Usage),
    }
}

fn run(invocation: &cli::Invocation, started: Instant) -> anyhow::Result<u8> {
    let job = invocation.job();
    let log_problem = Arc::new(OnceLock::new());
    if let Some(path) = &invocation.log
        && let Err(error) = log_to(path, Arc::clone(&log_problem))
    {
        return Ok(usage_error(&format!("{error:#}")));
    }
    let code = match job {
        Some(job) => headless::run(job, started),
        None => app::run(invocation),
    };
    // Not before: the screen may use the terminal.
    if let Some(problem) = log_problem.get() {
        print_error(problem);
    }
    code
}

/// Starts the diagnostic log: appends to a file that only its owner can read, because it may contain a peer's data.
fn log_to(path: &Path, problem: Arc<OnceLock<String>>) -> anyhow::Result<()> {
    let filter = match std::env::var("SOCKEYE_LOG") {
        Ok(filter) => EnvFilter::try_new(&filter).with_context(|| {
            let shown = sanitize::quoted(&filter);
            format!("SOCKEYE_LOG: {shown} makes no sense; accepted: debug, sockeye::net=trace, …")
        })?,
        Err(_) => EnvFilter::new("sockeye=debug"),
    };
    let file = files::append_private(path).with_context(|| format!("--log: {} cannot be written", path.display()))?;
    let log = LogFile { file, path: path.to_owned(), problem };
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(log)).init();
    Ok(())
}

/// The log. After the first failed write, nothing more is written: the logging library would print a message of its own
/// for each line.
struct LogFile {
    file: File,
    path: PathBuf,
    /// Why the log is not complete.
    problem: Arc<OnceLock<String>>,
}

impl io::Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The libraries log URLs, too.
        let masked = mask_text(&String::from_utf8_lossy(bytes)).into_owned();
        if self.problem.get().is_none()
            && let Err(error) = self.file.write_all(masked.as_bytes())
        {
            let path = self.path.display();
            self.problem.get_or_init(|| format!("--log: {path} cannot be written: {error}; the log is not complete"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Prints the requested text. A reader that closes early is not an error.
fn print(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            failure_exit(&format!("write standard output: {error}"), Class::Local)
        }
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

fn usage_error(what: &str) -> u8 {
    print_error(what);
    Class::Usage.exit_code()
}

fn failure_exit(what: &str, class: Class) -> ExitCode {
    print_error(what);
    ExitCode::from(class.exit_code())
}

/// Prints one line on standard error. Control characters in it are made harmless, and secrets are masked.
fn print_error(what: &str) {
    // If standard error is closed, there is nowhere to report that.
    writeln!(io::stderr().lock(), "sockeye: {}", sanitize::line(&mask_text(what))).unwrap_or_default();
}
