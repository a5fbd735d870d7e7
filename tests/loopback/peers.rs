//! Peers on loopback that play a script, each in a thread of its own.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::live_net::DEADLINE;

/// A peer that accepts one connection and plays `script` on it.
pub(crate) fn peer<T: Send + 'static>(
    script: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let stream = listener.accept().unwrap().0;
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        script(stream)
    });
    (address, thread)
}

/// A peer whose script waits for the test where it says `cue.recv()`; the test says `go.send(())`.
pub(crate) fn peer_on_cue<T: Send + 'static>(
    script: impl FnOnce(TcpStream, mpsc::Receiver<()>) -> T + Send + 'static,
) -> (mpsc::Sender<()>, SocketAddr, JoinHandle<T>) {
    let (go, cue) = mpsc::channel();
    let (address, thread) = peer(move |stream| script(stream, cue));
    (go, address, thread)
}

/// A peer that accepts one connection and does nothing, not even read, before the test says `go.send(())`.
pub(crate) fn stopped_peer<T: Send + 'static>(
    script: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (mpsc::Sender<()>, SocketAddr, JoinHandle<T>) {
    peer_on_cue(move |stream, cue| {
        cue.recv().unwrap();
        script(stream)
    })
}

/// What a peer's script gave, once it is over.
pub(crate) fn outcome<T: Send + 'static>(peer: JoinHandle<T>) -> T {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(peer.join()));
    told.recv_timeout(DEADLINE).expect("the peer's script never ended").unwrap()
}

/// All that comes before the FIN.
pub(crate) fn read_to_end(mut stream: &TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    all
}

/// How many bytes come before the FIN.
pub(crate) fn count_to_end(mut stream: &TcpStream) -> u64 {
    std::io::copy(&mut stream, &mut std::io::sink()).unwrap()
}

/// Ends a connection with a RST.
pub(crate) fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
}

/// A port on which nobody listens. It stays bound, so that nobody else gets it.
pub(crate) fn closed_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}
