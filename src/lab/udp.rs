//! The UDP echo.

use std::time::Duration;

use tokio::net::UdpSocket;

/// More than any UDP datagram has.
const ROOM_BYTES: usize = 65_536;

/// A rest after an error that concerns the socket as a whole, so that it cannot become a busy loop.
const REST: Duration = Duration::from_millis(20);

/// Sends every datagram back, for ever. One that cannot be sent is lost, as datagrams are.
pub(super) async fn echo(socket: UdpSocket) {
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
