//! A session's ledger, where it has one.

use crate::sessions::Session;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::udp::{UdpBoundSession, UdpSession, UdpSocketView};

/// What is known of a session's UDP socket.
pub(super) fn udp_socket_view(session: &Session) -> Option<&UdpSocketView> {
    if let SessionKind::Conversation(UdpSession { socket, .. }) | SessionKind::Bound(UdpBoundSession { socket, .. }) =
        &session.kind
    {
        Some(socket)
    } else {
        None
    }
}
