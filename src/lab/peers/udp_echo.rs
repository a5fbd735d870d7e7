//! The UDP echo.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use crate::lab::peer::{LabPeer, PeerSession};

/// UDP: sends every datagram back.
pub(in crate::lab) static UDP_ECHO: LabPeer = LabPeer {
    name: "udp-echo",
    says: "sends every datagram back to whom it came from",
    opens: PeerSession::Udp { hello: "hello, datagram\n" },
    start,
};

/// More than any UDP datagram has.
const ROOM_BYTES: usize = 65_536;

/// A rest after an error that concerns the socket as a whole, so that it cannot become a busy loop.
const REST: Duration = Duration::from_millis(20);

fn start(tasks: &mut JoinSet<()>) -> io::Result<SocketAddr> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    let address = socket.local_addr()?;
    tasks.spawn(echo(UdpSocket::from_std(socket)?));
    Ok(address)
}

/// Sends every datagram back, for ever. One that cannot be sent is lost, as datagrams are.
async fn echo(socket: UdpSocket) {
    let mut room = vec![0; ROOM_BYTES];
    loop {
        let echoed = match socket.recv_from(&mut room).await {
            Ok((len, from)) => socket.send_to(&room[..len], from).await.map(drop),
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

    use crate::lab::tests::{lab, soon};

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
}
