//! Scripted peers on loopback: each serves one connection in a thread of its own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

/// A peer that serves one connection; its thread's result is what it learned.
pub(crate) fn peer<T: Send + 'static>(talk: impl FnOnce(TcpStream) -> T + Send + 'static) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || talk(listener.accept().unwrap().0));
    (address.to_string(), thread)
}

/// Sends back what it is sent, and finishes when the other side has; counts.
pub(crate) fn echo(mut stream: TcpStream) -> u64 {
    let mut buffer = vec![0; 64 * 1024];
    let mut count = 0;
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            length => {
                count += length as u64;
                stream.write_all(&buffer[..length]).unwrap();
            }
        }
    }
    stream.shutdown(Shutdown::Write).unwrap();
    count
}

/// Ends a connection by RST, once something was said: before that, `connect` itself may get to see it.
pub(crate) fn reset(mut stream: TcpStream) {
    stream.read_exact(&mut [0]).unwrap();
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
}

/// Answers any request with this response, whole, and closes.
pub(crate) fn answer(response: &'static str) -> impl FnOnce(TcpStream) -> Vec<u8> + Send {
    move |mut stream| {
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let length = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..length]);
            if length == 0 || complete(&request) {
                break;
            }
        }
        stream.write_all(response.as_bytes()).unwrap();
        request
    }
}

/// Whether a request's head and the body that it promises are there.
fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let promised =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
    promised.is_none_or(|length| body.len() >= length.trim().parse().unwrap())
}

/// An address at which nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}
