//! HTTP from nginx, against curl.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::args::{Args, MIB};
use crate::processes::{Process, installed, quiet, until};
use crate::report::{Floor, Line, Unit, compared, in_turn, per_second, skipped};
use crate::screen::Screen;
use crate::tcp::{grouped, write_file};
use crate::udp::{free_port, listens};

const PATIENCE: Duration = Duration::from_secs(60);

/// nginx with a file to serve; ends with the value.
struct Nginx {
    url: String,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Nginx {
    fn start(program: &Path, bytes: u64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let root = folder.path().to_str().context("the target folder's name is no text")?;
        write_file(&folder.path().join("file"), bytes)?;
        let port = free_port()?;
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = temporary.iter().map(|name| format!("{name}_temp_path {root}/{name};\n")).collect();
        let configuration = format!(
            "daemon off;\nmaster_process off;\npid {root}/pid;\nerror_log {root}/error.log;\n\
             events {{ worker_connections 1024; }}\n\
             http {{\naccess_log off;\nsendfile on;\nkeepalive_requests 1000000;\n{temporary}\
             server {{ listen 127.0.0.1:{port}; root {root}; }}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration)?;
        let mut command = quiet(program);
        command.arg("-p").arg(root).arg("-c").arg(&file).arg("-e").arg(folder.path().join("error.log"));
        let process = Process::start(&mut command)?;
        if let Err(error) = until("nginx listens", Duration::from_secs(10), || listens(port)) {
            let log = std::fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
            return Err(error.context(log));
        }
        Ok(Nginx { url: format!("http://127.0.0.1:{port}/file"), _process: process, _folder: folder })
    }
}

/// A download, with the screen open and headless.
///
/// # Errors
/// Something did not start or end.
pub fn download(args: &Args) -> anyhow::Result<Vec<Line>> {
    let names = ["HTTP download of 1 GiB, --raw >/dev/null", "HTTP download of 1 GiB, screen open"];
    let Some(nginx) = installed("nginx") else {
        return Ok(names.map(|name| skipped(name, "nginx is not installed")).into());
    };
    if installed("curl").is_none() {
        return Ok(names.map(|name| skipped(name, "curl is not installed")).into());
    }
    let bytes = args.pick(128, 1024) * MIB;
    let nginx = Nginx::start(&nginx, bytes)?;
    let url = nginx.url.as_str();
    let curl = || ends(quiet("curl").args(["-s", "-o", "/dev/null", url]), bytes);
    let headless = || ends(quiet(&args.sockeye).args(["http", "--raw", url]), bytes);
    let rounds = in_turn(args.rounds, headless, curl)?;
    let mut lines = vec![compared(names[0], Unit::BytesPerSecond, &rounds, Floor::AtLeast(0.9))];
    let total = grouped(bytes);
    let shown = || {
        let screen = Screen::start(args, &["http", url], 160, 48)?;
        let at = screen.until("the whole file", PATIENCE, |text| text.contains(" 0 open") && text.contains(&total))?;
        let took = at - screen.started;
        screen.quit()?;
        Ok(per_second(bytes, took))
    };
    let rounds = in_turn(args.rounds, shown, curl)?;
    lines.push(compared(names[1], Unit::BytesPerSecond, &rounds, Floor::AtLeast(0.9)));
    Ok(lines)
}

fn ends(command: &mut Command, bytes: u64) -> anyhow::Result<f64> {
    let start = Instant::now();
    Process::start(command.stderr(Stdio::inherit()))?.succeeds_within(PATIENCE)?;
    Ok(per_second(bytes, start.elapsed()))
}

/// How many requests are under way at once.
const CONCURRENCY: &str = "50";

/// Bytes of the file that is asked for again and again.
const SMALL: u64 = 128;

/// Repeated requests over connections that are kept, both with their screens.
///
/// # Errors
/// Something did not start or end.
pub fn repeat(args: &Args) -> anyhow::Result<Vec<Line>> {
    let name = "HTTP requests a second, small, 50 at once, screen open";
    let (Some(nginx), Some(oha)) = (installed("nginx"), installed("oha")) else {
        return Ok(vec![skipped(name, "nginx or oha is not installed")]);
    };
    let nginx = Nginx::start(&nginx, SMALL)?;
    let url = nginx.url.as_str();
    let count: u64 = args.pick(20_000, 200_000);
    let (number, shown) = (count.to_string(), format!("{0} of {0}", grouped(count)));
    let ours = || {
        let words = ["http", url, "--repeat", &number, "--concurrency", CONCURRENCY];
        let screen = Screen::start(args, &words, 160, 48)?;
        let at = screen.until("all requests", PATIENCE, |text| text.contains(&shown))?;
        let took = at - screen.started;
        screen.quit()?;
        Ok(per_second(count, took))
    };
    let theirs = || {
        let screen = Screen::of(&oha, &["-n", &number, "-c", CONCURRENCY, url], 160, 48)?;
        Ok(per_second(count, screen.over(PATIENCE)? - screen.started))
    };
    let rounds = in_turn(args.rounds, ours, theirs)?;
    Ok(vec![compared(name, Unit::RequestsPerSecond, &rounds, Floor::AtLeast(0.9))])
}
