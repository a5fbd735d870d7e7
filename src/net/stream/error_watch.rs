//! Watches for errors of the socket, among which the runtime counts stamps.

use std::convert::Infallible;

use super::shared::SharedConnection;

/// Watches for errors and stamps. Never ends.
pub(super) async fn run(talk: &SharedConnection) -> Infallible {
    use std::io::ErrorKind;

    use tokio::io::Interest;

    use crate::net::kernel;
    use crate::wire::tcp::state::TcpState;

    let socket = talk.transport.socket();
    loop {
        if socket.ready(Interest::ERROR).await.is_err() {
            return std::future::pending().await;
        }
        talk.stamps.read(&talk.transport, &talk.journal).await;
        if matches!(kernel::sample_socket(socket).state, None | Some(TcpState::Closed)) {
            talk.sample().await;
            // A connection in TIME-WAIT has no descriptor left, and is none the worse for it.
            if talk.way.state() != TcpState::TimeWait {
                talk.change(|state| state.broken = true);
                return std::future::pending().await;
            }
        }
        // Nothing was wrong: the runtime waits for the next event.
        let nothing = || Err::<(), _>(ErrorKind::WouldBlock.into());
        let _waits: bool = socket.try_io(Interest::ERROR, nothing).is_err();
        tokio::task::yield_now().await;
    }
}
