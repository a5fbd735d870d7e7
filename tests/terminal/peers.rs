//! Scripted peers on loopback. Each serves a bounded number of connections and dies with the test.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// How many connections a peer serves at the most.
const MOST: usize = 16;

fn serve(talk: impl Fn(TcpStream) + Send + Clone + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(MOST).flatten() {
            let talk = talk.clone();
            std::thread::spawn(move || talk(stream));
        }
    });
    address
}

/// Sends back what it is sent.
pub(crate) fn echo() -> SocketAddr {
    serve(|mut stream| {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
    })
}

/// Says this, then listens until the other side is done.
pub(crate) fn says(bytes: Vec<u8>) -> SocketAddr {
    serve(move |mut stream| {
        drop(stream.write_all(&bytes));
        let mut rest = [0; 64];
        while let Ok(1..) = stream.read(&mut rest) {}
    })
}

/// Sends so many bytes as fast as it can, then finishes.
pub(crate) fn floods(bytes: u64) -> SocketAddr {
    serve(move |mut stream| {
        let block = vec![b'x'; 256 * 1024];
        let mut left = bytes;
        while left > 0 {
            let now = usize::try_from(left.min(block.len() as u64)).unwrap();
            if stream.write_all(&block[..now]).is_err() {
                return;
            }
            left -= now as u64;
        }
    })
}
