//! Watches for socket errors. The runtime also reports a queued timestamp as an error.

use std::convert::Infallible;

use super::shared::SharedConnection;

/// Waits for errors, and reads timestamps. Never ends.
pub(super) async fn run(shared: &SharedConnection) -> Infallible {
    use std::io::ErrorKind;

    use tokio::io::Interest;

    use crate::net::kernel;
    use crate::wire::tcp::state::TcpState;

    let socket = shared.transport.socket();
    loop {
        if socket.ready(Interest::ERROR).await.is_err() {
            return std::future::pending().await;
        }
        shared.stamps.read(&shared.transport, &shared.journal).await;
        if matches!(kernel::sample_socket(socket).state, None | Some(TcpState::Closed)) {
            shared.sample().await;
            // A connection in TIME-WAIT has no descriptor left; that is not an error.
            if shared.way.state() != TcpState::TimeWait {
                shared.change(|state| state.broken = true);
                return std::future::pending().await;
            }
        }
        // No error was pending: `WouldBlock` makes the runtime wait for the next event.
        let nothing = || Err::<(), _>(ErrorKind::WouldBlock.into());
        let _waits: bool = socket.try_io(Interest::ERROR, nothing).is_err();
        tokio::task::yield_now().await;
    }
}
