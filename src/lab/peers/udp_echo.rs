//! The UDP echo peer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use crate::lab::params::{PeerParam, PeerSettings};
use crate::lab::peer::{LabPeer, PeerSession};
use crate::lab::serve::{self, MOST_WAIT};

/// UDP: sends every datagram back.
pub(in crate::lab) static UDP_ECHO: LabPeer = LabPeer {
    name: "udp-echo",
    says: "sends every datagram back to whom it came from",
    params: &[&DELAY],
    opens: PeerSession::Udp { hello: "hello, datagram\n" },
    start,
};

const DELAY: PeerParam<Duration> = PeerParam {
    name: "delay",
    help: "wait before each answer, one datagram after another",
    range: Duration::ZERO..=MOST_WAIT,
    default: Duration::ZERO,
};

/// More bytes than any UDP datagram has.
const ROOM_BYTES: usize = 65_536;

/// The pause after an error of the socket as a whole, which prevents a busy loop.
const REST: Duration = Duration::from_millis(20);

fn start(settings: &PeerSettings, tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    let address = socket.local_addr()?;
    tasks.spawn(serve::end_alone(echo(UdpSocket::from_std(socket)?, settings.of(&DELAY))));
    Ok(address)
}

/// Sends every datagram back, forever. A datagram that cannot be sent is dropped.
async fn echo(socket: UdpSocket, delay: Duration) {
    let mut room = vec![0; ROOM_BYTES];
    loop {
        let echoed = match socket.recv_from(&mut room).await {
            Ok((len, from)) => {
                serve::pause(delay).await;
                socket.send_to(&room[..len], from).await.map(drop)
            }
            Err(error) => Err(error),
        };
        if echoed.is_err() {
            tokio::time::sleep(REST).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::UdpSocket;

    use crate::lab::tests::{lab, others_answer, soon};

    #[tokio::test]
    async fn udp_echo_sends_every_datagram_back_the_empty_one_too() {
        let (_lab, address) = lab("udp-echo").await;
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
    async fn udp_echo_waits_for_its_delay() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut heard = [0; 16];
        let (_slow, address) = lab("udp-echo:delay=10m").await;
        socket.send_to(b"hello", address).await.unwrap();
        others_answer().await;
        assert!(socket.try_recv_from(&mut heard).is_err(), "the answer is not due");

        let (_fast, address) = lab("udp-echo:delay=1ms").await;
        for said in [b"one", b"two"] {
            socket.send_to(said, address).await.unwrap();
            let (len, from) = soon(socket.recv_from(&mut heard)).await.unwrap();
            assert_eq!((&heard[..len], from), (&said[..], address));
        }
    }
}
