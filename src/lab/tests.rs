//! Each peer does what it says.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::Lab;
use super::peer::LabPeer;

/// Fails where something takes longer than it ever may.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), what).await.expect("it comes within 30 s")
}

async fn lab(peer: LabPeer) -> (Lab, SocketAddr) {
    let lab = Lab::start(&[peer]).await.unwrap();
    let address = lab.peers()[0].1;
    (lab, address)
}

async fn met(peer: LabPeer) -> (Lab, TcpStream) {
    let (lab, address) = lab(peer).await;
    (lab, TcpStream::connect(address).await.unwrap())
}

#[tokio::test]
async fn all_peers_start_on_loopback_with_ports_of_their_own() {
    let lab = Lab::start(&LabPeer::ALL).await.unwrap();
    let kinds: Vec<LabPeer> = lab.peers().iter().map(|(peer, _)| *peer).collect();
    assert_eq!(kinds, LabPeer::ALL);
    assert!(lab.peers().iter().all(|(_, address)| address.ip().is_loopback() && address.port() != 0));
}

#[tokio::test]
async fn echo_says_back_everything_after_a_half_close_and_then_finishes() {
    let (_lab, stream) = met(LabPeer::Echo).await;
    let said: Vec<u8> = (0..3_000_000_usize).map(|at| (at % 253) as u8).collect();
    let (mut reader, mut writer) = stream.into_split();
    let told = said.clone();
    let telling = tokio::spawn(async move {
        writer.write_all(&told).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    let mut heard = Vec::new();
    soon(reader.read_to_end(&mut heard)).await.unwrap();
    assert!(heard == said, "{} octets of {}", heard.len(), said.len());
    telling.await.unwrap();
}

#[tokio::test]
async fn chatter_speaks_by_itself_answers_and_says_goodbye() {
    let (_lab, mut stream) = met(LabPeer::Chatter).await;
    let mut heard = vec![0; 64];
    let len = soon(stream.read(&mut heard)).await.unwrap();
    assert_eq!(&heard[..len], b"line 1: I say this by myself\n");
    stream.write_all(b"hello\r\n").await.unwrap();
    let mut all = String::new();
    while !(all.contains("you said: hello\n") && all.contains("line 2")) {
        let len = soon(stream.read(&mut heard)).await.unwrap();
        all.push_str(std::str::from_utf8(&heard[..len]).unwrap());
    }
    stream.shutdown().await.unwrap();
    soon(stream.read_to_string(&mut all)).await.unwrap();
    assert!(all.ends_with("goodbye\n"), "{all}");
}

#[tokio::test]
async fn drip_says_its_sentence_one_octet_at_a_time_even_after_our_finish() {
    let (_lab, mut stream) = met(LabPeer::Drip).await;
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    while heard.len() < 5 {
        let mut room = [0; 16];
        let len = soon(stream.read(&mut room)).await.unwrap();
        assert!(len > 0, "it goes on");
        heard.extend(&room[..len]);
    }
    assert!(heard.starts_with(b"TCP i"));
}

#[tokio::test]
async fn reset_says_a_word_and_ends_with_rst() {
    let (_lab, mut stream) = met(LabPeer::Reset).await;
    stream.write_all(b"hello").await.unwrap();
    let mut heard = Vec::new();
    let end = soon(stream.read_to_end(&mut heard)).await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(heard, super::stream::RESET_LAST_WORDS);
}

#[tokio::test]
async fn deaf_lets_its_window_close_and_goes_when_the_peer_goes() {
    let (_lab, mut stream) = met(LabPeer::Deaf).await;
    socket2::SockRef::from(&stream).set_send_buffer_size(64 * 1024).unwrap();
    // Far more than both kernels hold: with nobody reading, the writing stops long before the end. That it
    // stopped is seen by the send queue, which stays as it is while time passes.
    let most = 64 << 20;
    let mut written = 0;
    let chunk = vec![0; 64 * 1024];
    while written < most {
        match timeout(Duration::from_millis(500), stream.write(&chunk)).await {
            Ok(len) => written += len.unwrap(),
            Err(_stuck) => break,
        }
    }
    assert!(written < most, "{written} octets were taken by a peer that never reads");
    drop(stream);

    let (_lab, mut stream) = met(LabPeer::Deaf).await;
    stream.write_all(b"unread").await.unwrap();
    stream.shutdown().await.unwrap();
    let end = soon(stream.read(&mut [0])).await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset, "what is not read is thrown away");
}

#[tokio::test]
async fn udp_echo_sends_every_datagram_back_the_empty_one_too() {
    let (_lab, address) = lab(LabPeer::UdpEcho).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for said in [vec![1; 65_507], Vec::new(), b"hello".to_vec()] {
        socket.send_to(&said, address).await.unwrap();
        let mut heard = vec![0; 65_536];
        let (len, from) = soon(socket.recv_from(&mut heard)).await.unwrap();
        assert_eq!(from, address);
        assert!(heard[..len] == said);
    }
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_the_others_stay() {
    let (_lab, address) = lab(LabPeer::Echo).await;
    let mut held = Vec::new();
    for _ in 0..super::stream::MOST_CONNECTIONS {
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
    let (lab, mut stream) = met(LabPeer::Drip).await;
    assert_eq!(soon(stream.read(&mut [0])).await.unwrap(), 1);
    drop(lab);
    let mut rest = Vec::new();
    soon(stream.read_to_end(&mut rest)).await.unwrap();
}
