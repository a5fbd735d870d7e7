//! The kernel's values of a socket that is no TCP connection and no UDP socket: of the Unix domain, or a TCP listener.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::label_sheet::{LabelSheet, inner_area};
use super::marks::ShownRange;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::sessions::Session;
use crate::sessions::kinds::unix::UnixSession;
use crate::text::quantity;
use crate::wire::unix::UnixForm;

/// Draws a conversation: who the peer is, and what both ends have not read.
pub(super) fn draw_conversation(
    canvas: &mut Canvas<'_>,
    area: Rect,
    session: &Session,
    unix: &UnixSession,
    panel: &Panel,
) -> ShownRange {
    let place = inner_area(area);
    let mut sheet = LabelSheet::new(place.width);
    sheet.push_section("the peer (SO_PEERCRED)");
    let who = unix.credentials;
    let remark = match unix.form {
        UnixForm::Stream => "as it was when the connection was made",
        UnixForm::Datagram => "datagrams have no connection, and so no credentials",
    };
    sheet.push_known("process", who.and_then(|who| who.pid).map(|pid| pid.to_string()), remark);
    sheet.push_known("user", who.map(|who| who.uid.to_string()), "");
    sheet.push_known("group", who.map(|who| who.gid.to_string()), "");
    let view = session.kernel.as_ref().filter(|_| !session.is_over());
    let queues = view.and_then(|view| view.unix).unwrap_or_default();
    let size = |bytes: Option<u64>| bytes.map(|bytes| format!("{} B", quantity::grouped(bytes)));
    sheet.push_section("queues");
    let unread = match unix.form {
        UnixForm::Stream => "arrived, and not read by us (SIOCINQ)",
        UnixForm::Datagram => "the next datagram (SIOCINQ)",
    };
    sheet.push_known("unread by us", size(view.and_then(|view| view.recv_queue_bytes)), unread);
    sheet.push_known(
        "peer has unread",
        size(queues.peer_unread_bytes),
        "what we sent (sock_diag of the peer's socket)",
    );
    sheet.push_buffer_bar("send memory", queues.send_memory_bytes, queues.send_buffer_bytes, Role::Sent);
    sheet.push_section("what is not here");
    sheet.row(
        "",
        "no states, no ladder, no windows: these belong to TCP. What one end writes is in the other \
        end's queue when write() returns",
        Role::Dim,
        "",
    );
    sheet.draw(canvas, place, panel)
}

/// Draws a listener: its queue of connections, and how often a queue was full.
pub(super) fn draw_listener(
    canvas: &mut Canvas<'_>,
    area: Rect,
    session: &Session,
    holds: bool,
    panel: &Panel,
) -> ShownRange {
    let place = inner_area(area);
    let mut sheet = LabelSheet::new(place.width);
    let queue = session.kernel.as_ref().filter(|_| !session.is_over()).and_then(|view| view.accept_queue);
    sheet.push_section("connections that wait for accept()");
    let (waiting, bound) = (queue.map(|queue| queue.waiting.into()), queue.map(|queue| queue.bound.into()));
    let remark = if holds { "not accepting, as you asked" } else { "accepted as they come" };
    sheet.count("waiting", waiting, Role::Warn, remark);
    sheet.count("backlog", bound, Role::Text, "the bound; Linux takes one more (listen(2), net.core.somaxconn)");
    sheet.push_count_bar("queue", waiting, bound, Role::Received);
    if let Some((overflows, drops)) = queue.and_then(|queue| queue.overflows.zip(queue.drops)) {
        sheet.push_section("all TCP listeners here, since this one began");
        sheet.count("overflows", Some(overflows), Role::Bad, "a full queue was met (ListenOverflows)");
        sheet.count("drops", Some(drops), Role::Bad, "SYNs and ACKs dropped for any reason (ListenDrops)");
    }
    sheet.draw(canvas, place, panel)
}
