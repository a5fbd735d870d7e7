//! Tests of every peer, and helpers for the tests of single peers.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::chosen::ChosenPeer;
use super::running::Lab;
use super::serve::MOST_CONNECTIONS;
use super::table::PEERS;

/// Fails if something takes longer than the longest acceptable time.
pub(super) async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), what).await.expect("it comes within 30 s")
}

/// A lab of one peer, named as on the command line, and the peer's address.
pub(super) async fn lab(peer: &str) -> (Lab, SocketAddr) {
    let lab = Lab::start(&[ChosenPeer::parse(peer).unwrap()]).await.unwrap();
    let address = lab.peers()[0].1;
    (lab, address)
}

/// The same, and a connection to the peer.
pub(super) async fn met(peer: &str) -> (Lab, TcpStream) {
    let (lab, address) = lab(peer).await;
    (lab, TcpStream::connect(address).await.unwrap())
}

/// Returns when another peer has answered many times: a peer that sends unasked has sent by then.
pub(super) async fn others_answer() {
    let (_lab, mut echo) = met("echo").await;
    for _ in 0..200 {
        echo.write_all(b"?").await.unwrap();
        soon(echo.read_exact(&mut [0])).await.unwrap();
    }
}

/// Whether this connection is open and received nothing (more) while another peer answered many times.
pub(super) async fn is_quiet(stream: &TcpStream) -> bool {
    others_answer().await;
    stream.try_read(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[tokio::test]
async fn all_peers_start_on_loopback_with_ports_of_their_own() {
    let lab = Lab::start(&ChosenPeer::all()).await.unwrap();
    let started: Vec<&str> = lab.peers().iter().map(|(peer, _)| peer.name()).collect();
    assert!(started.into_iter().eq(PEERS.iter().map(|peer| peer.name)));
    assert!(lab.peers().iter().all(|(_, address)| address.ip().is_loopback() && address.port() != 0));
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_the_others_stay() {
    let (_lab, address) = lab("echo").await;
    let mut held = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    let mut one_too_many = TcpStream::connect(address).await.unwrap();
    assert_eq!(soon(one_too_many.read(&mut [0])).await.unwrap(), 0, "closed without a word");
    let last = held.last_mut().unwrap();
    last.write_all(b"x").await.unwrap();
    assert_eq!(soon(last.read(&mut [0; 4])).await.unwrap(), 1);
}

#[tokio::test]
async fn dropping_the_lab_ends_its_connections() {
    let (lab, mut stream) = met("drip").await;
    assert_eq!(soon(stream.read(&mut [0])).await.unwrap(), 1);
    drop(lab);
    let mut rest = Vec::new();
    soon(stream.read_to_end(&mut rest)).await.unwrap();
}
