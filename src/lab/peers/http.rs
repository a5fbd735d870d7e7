//! The web server; its responses are in `lab/http`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use crate::lab::http::answers::MOST_BYTES;
use crate::lab::http::serve::serve as serve_site;
use crate::lab::http::settings::SiteSettings;
use crate::lab::params::{ByteCount, PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT};

/// HTTP/1.1: a small site.
pub(in crate::lab) static HTTP: LabPeer = LabPeer {
    name: "http",
    says: "a small web site that speaks HTTP/1.1",
    params: &[&DELAY, &LARGE, &EVERY],
    opens: PeerSession::Http { path: "/json" },
    start,
};

const DELAY: PeerParam<Duration> = PeerParam {
    name: "delay",
    help: "wait before each answer",
    range: Duration::ZERO..=MOST_WAIT,
    default: Duration::ZERO,
};

const LARGE: PeerParam<ByteCount> = PeerParam {
    name: "large",
    help: "the body of /large",
    range: ByteCount(0)..=ByteCount(MOST_BYTES),
    default: ByteCount(64 << 20),
};

const EVERY: PeerParam<Duration> = PeerParam {
    name: "every",
    help: "time from one line of /slow to the next",
    range: Duration::ZERO..=MOST_WAIT,
    default: Duration::from_millis(500),
};

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let listener = serve::listen(TcpSocket::new_v4()?)?;
    let address = listener.local_addr()?;
    let ByteCount(large_bytes) = settings.of(&LARGE);
    let site = SiteSettings { delay: settings.of(&DELAY), large_bytes, slow_every: settings.of(&EVERY) };
    tasks.spawn(serve::end_alone(serve_site(listener, site)));
    Ok(address)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use crate::lab::running::Lab;
    use crate::lab::tests::{is_quiet, met, soon};

    /// Connects to the peer, and sends a GET request for `path`.
    async fn asked(peer: &str, path: &str) -> (Lab, TcpStream) {
        let (lab, mut stream) = met(peer).await;
        let request = format!("GET {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        (lab, stream)
    }

    /// The whole response to a GET request.
    async fn got(peer: &str, path: &str) -> String {
        let (_lab, mut stream) = asked(peer, path).await;
        let mut answer = Vec::new();
        soon(stream.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn http_waits_for_its_delay() {
        let (_lab, stream) = asked("http:delay=10m", "/text").await;
        assert!(is_quiet(&stream).await);
        assert!(got("http:delay=1ms", "/text").await.starts_with("HTTP/1.1 200 OK\r\n"));
    }

    #[tokio::test]
    async fn large_has_the_size_that_it_is_given() {
        assert!(got("http:large=0", "/large").await.contains("content-length: 0\r\n"));
        assert!(got("http:large=100kB", "/large").await.contains("content-length: 100000\r\n"));
    }

    #[tokio::test]
    async fn slow_takes_the_time_that_it_is_given() {
        let whole = got("http:every=0ms", "/slow").await;
        assert!((1..=10).all(|number| whole.contains(&format!("line {number} of 10\n"))), "{whole}");

        let (_lab, mut stream) = asked("http:every=10m", "/slow").await;
        let mut answer = String::new();
        while !answer.ends_with("line 1 of 10\n\r\n") {
            let mut room = [0; 1024];
            let len = soon(stream.read(&mut room)).await.unwrap();
            answer.push_str(std::str::from_utf8(&room[..len]).unwrap());
        }
        assert!(is_quiet(&stream).await, "the second line is not due");
    }

    #[tokio::test]
    async fn the_index_tells_what_the_site_was_given() {
        let index = got("http", "/").await;
        assert!(index.contains("/large           64 MiB\n") && index.contains("a line every 500 ms, ten"), "{index}");
        let index = got("http:large=1KiB,every=2s", "/").await;
        assert!(index.contains("/large           1 KiB\n") && index.contains("a line every 2.0 s, ten"), "{index}");
    }
}
