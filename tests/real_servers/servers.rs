//! Servers from packages, started on loopback from configurations of the tests' own, and ended with them.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::skipped::skipped;

/// How long a server may take to listen.
const DEADLINE: Duration = Duration::from_secs(30);

/// How often another port is tried where somebody took the one that was free.
const ATTEMPTS: usize = 5;

/// A server that runs; it is killed when this goes, also by a test that fails.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
}

impl Server {
    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where a program is; says that the test is skipped where it is nowhere.
pub fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = places.map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        skipped(format_args!("{program} is not installed"));
    }
    found
}

/// A port on which nobody listened a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Starts a server: `command` gets the folder for its files and its port, and gives what to run.
#[track_caller]
pub fn start(command: impl Fn(&Path, u16) -> Command) -> Server {
    let mut said = String::new();
    for _ in 0..ATTEMPTS {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = command(folder.path(), port);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).current_dir(folder.path());
        let mut server = Server { child: command.spawn().unwrap(), address, folder };
        let until = Instant::now() + DEADLINE;
        while server.child.try_wait().unwrap().is_none() && Instant::now() < until {
            if TcpStream::connect(address).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(10)); // between two looks
        }
        said = fs::read_to_string(server.folder().join("log")).unwrap();
    }
    panic!("the server did not listen: {said}");
}

/// redis-server, empty.
pub fn redis(program: &Path) -> Server {
    start(|folder, port| {
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]).arg(port.to_string());
        command.arg("--dir").arg(folder);
        command
    })
}

/// dnsmasq, which knows one name.
pub fn dnsmasq(program: &Path) -> Server {
    dnsmasq_with(program, &["--address=/example.test/10.1.2.3".to_owned()])
}

/// dnsmasq, which knows what these options tell it.
pub fn dnsmasq_with(program: &Path, zone: &[String]) -> Server {
    start(|folder, port| {
        let mut command = Command::new(program);
        command.args([
            "--keep-in-foreground",
            "--no-resolv",
            "--no-hosts",
            "--bind-interfaces",
            "--conf-file=/dev/null",
        ]);
        command.args(["--listen-address=127.0.0.1", "--user=root"]).args(zone);
        command.arg(format!("--port={port}")).arg(format!("--pid-file={}", folder.join("pid").display()));
        command
    })
}

/// nginx with the files in its folder's `files`: gzip for `/packed/`, redirects from `/two` by `/one` to `/text`.
/// With a certificate it speaks TLS.
pub fn nginx(program: &Path, certificate: Option<&Certificate>) -> Server {
    start(|folder, port| {
        let here = folder.display();
        let files = folder.join("files");
        fs::create_dir_all(files.join("packed")).unwrap();
        fs::write(files.join("text"), TEXT.repeat(50)).unwrap();
        fs::write(files.join("packed/text"), TEXT.repeat(50)).unwrap();
        let big = fs::File::create(files.join("big")).unwrap();
        big.set_len(BIG).unwrap();
        let tls = certificate.map_or(String::new(), |certificate| {
            fs::write(folder.join("certificate.pem"), &certificate.certificate).unwrap();
            fs::write(folder.join("key.pem"), &certificate.key).unwrap();
            format!("ssl_certificate {here}/certificate.pem; ssl_certificate_key {here}/key.pem;")
        });
        let ssl = if certificate.is_some() { " ssl" } else { "" };
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {here}/{name};"))
            .collect();
        let configuration = format!(
            "daemon off; master_process off; pid {here}/pid; error_log stderr;
            events {{ worker_connections 64; }}
            http {{
                access_log off; default_type text/plain; {temporary}
                server {{
                    listen 127.0.0.1:{port}{ssl}; root {here}/files; {tls}
                    location /packed/ {{ gzip on; gzip_min_length 1; gzip_types *; }}
                    location = /two {{ return 301 /one; }}
                    location = /one {{ return 302 /text; }}
                }}
            }}"
        );
        fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let mut command = Command::new(program);
        command.arg("-e").arg(folder.join("log")).arg("-c").arg(folder.join("nginx.conf"));
        command
    })
}

/// A line of what nginx serves.
pub const TEXT: &str = "what nginx has to say\n";

/// The size of nginx's big file: 1 GiB.
pub const BIG: u64 = 1 << 30;

/// A certificate and its key, both as PEM.
pub struct Certificate {
    certificate: String,
    key: String,
}

/// A certificate for `localhost` that nobody else signed.
pub fn self_made() -> Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    Certificate { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
}

/// `openssl s_server`, whose certificate `openssl req -x509` made, with these further words.
pub fn s_server(program: &Path, words: &[&str]) -> Server {
    start(|folder, port| {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        let mut make = Command::new(program);
        make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout"]);
        make.arg(&key).arg("-out").arg(&certificate).stderr(Stdio::null());
        assert!(make.status().unwrap().success());
        let mut command = Command::new(program);
        command.args(["s_server", "-www", "-accept"]).arg(format!("127.0.0.1:{port}"));
        command.arg("-cert").arg(certificate).arg("-key").arg(key).args(words);
        command
    })
}
