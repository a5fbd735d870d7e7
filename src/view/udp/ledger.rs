//! The ledger: what became of a socket's datagrams, as far as that can be known.

use ratatui::layout::Rect;

use super::datagram;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::words;
use crate::sessions::Session;
use crate::sessions::kinds::udp_socket::UdpSocketView;
use crate::text::quantity;
use crate::view::canvas::Canvas;
use crate::view::label_sheet::{LabelSheet, inner_area};
use crate::view::marks::ShownRange;
use crate::wire::Totals;
use crate::wire::udp::echo::PATIENCE;

/// Draws the view.
pub(in crate::view) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    model: &Model,
    session: &Session,
    panel: &Panel,
) -> ShownRange {
    let place = inner_area(area);
    let mut sheet = LabelSheet::new(place.width);
    if let Some(socket) = session.udp() {
        push_counts(&mut sheet, model, session, socket);
        push_verdicts(&mut sheet, socket);
        path(&mut sheet, session, socket);
    }
    datagram::push_datagram(&mut sheet, model, session, panel);
    sheet.draw(canvas, place, panel)
}

/// The same figures for a narrow column beside the text: the ledger if it is not empty, and the datagram at the cursor.
pub(in crate::view) fn draw_short(
    canvas: &mut Canvas<'_>,
    area: Rect,
    model: &Model,
    session: &Session,
    panel: &Panel,
) -> u16 {
    let mut sheet = LabelSheet::new(area.width);
    if let Some(socket) = session.udp() {
        push_counts(&mut sheet, model, session, socket);
        if !socket.ledger.kinds.is_empty() {
            push_verdicts(&mut sheet, socket);
        }
        if session.kernel.as_ref().is_some_and(|view| view.udp.is_some()) {
            path(&mut sheet, session, socket);
        }
    }
    datagram::push_datagram(&mut sheet, model, session, panel);
    for (y, line) in (0..area.height).zip(&sheet.lines) {
        canvas.draw_styled_text(area, 0, y, line);
    }
    u16::try_from(sheet.lines.len()).unwrap_or(u16::MAX).min(area.height)
}

fn push_counts(sheet: &mut LabelSheet, model: &Model, session: &Session, socket: &UdpSocketView) {
    let ledger = &socket.ledger;
    let bytes = |totals: Totals| quantity::bytes(totals.bytes);
    sheet.push_section("datagrams");
    let (sent, received) = (session.totals.sent, session.totals.received);
    sheet.row("▲ sent", quantity::grouped(sent.ops), Role::Sent, &bytes(sent));
    sheet.row("▼ received", quantity::grouped(received.ops), Role::Received, &bytes(received));
    let echo = &ledger.echo;
    let remark = match (echo.echoed_count(), &session.kind) {
        (Some(_), _) => format!("came back unchanged: the peer echoes{}", rtt(echo.last_rtt())),
        (None, kind) if kind.peer_list().is_some() => {
            "UDP itself has no answers; counted for one peer that echoes".to_owned()
        }
        (None, _) => "UDP itself has no answers; counted where the peer echoes".to_owned(),
    };
    sheet.count("answered", echo.echoed_count(), Role::Good, &remark);
    let patience = quantity::duration(PATIENCE);
    sheet.count(
        "lost",
        echo.lost_count(model.now),
        Role::Bad,
        &format!("not back within {patience}, and nobody said why"),
    );
    sheet.count("came twice", echo.duplicates(), Role::Warn, "echoes of what had come back already");
    sheet.count("not sent", Some(ledger.send_errors), Role::Warn, "send() failed");
    if let Some(failure) = &ledger.last_send_error {
        sheet.row("", failure.message.clone(), Role::Warn, "");
    }
    let known_by = "arrived, but the receive buffer was full (SO_RXQ_OVFL)";
    sheet.count("dropped here", socket.dropped, Role::Bad, known_by);
    sheet.count("truncated", Some(ledger.truncated), Role::Warn, "longer than what was read of them");
}

fn rtt(rtt: Option<std::time::Duration>) -> String {
    rtt.map_or(String::new(), |rtt| format!(", last in {}", quantity::duration(rtt)))
}

fn push_verdicts(sheet: &mut LabelSheet, socket: &UdpSocketView) {
    let ledger = &socket.ledger;
    sheet.push_section("ICMP verdicts");
    if ledger.kinds.is_empty() {
        sheet.row("none", "", Role::Dim, "nobody said that a datagram of ours did not arrive");
        return;
    }
    for kind in &ledger.kinds {
        let icmp = &kind.icmp;
        let from = match (kind.sender(), icmp.offender) {
            (Some(sender), _) => format!(" from {sender}"),
            (None, Some(last)) => format!(" from several, last {last}"),
            (None, None) => String::new(),
        };
        let protocol = if icmp.v6 { "ICMPv6 " } else { "" };
        let mtu = icmp.mtu.map_or(String::new(), |mtu| format!(", MTU {mtu}"));
        let text = format!("{} ({protocol}{}/{}){from}{mtu}", words::icmp_meaning(icmp), icmp.kind, icmp.code);
        sheet.row(&quantity::grouped(kind.count), text, Role::Bad, "");
    }
    if ledger.other_kinds > 0 {
        sheet.row(&quantity::grouped(ledger.other_kinds), "of further kinds", Role::Bad, "");
    }
}

/// The path MTU: the kernel's value, and the result of a probe.
pub(super) fn path(sheet: &mut LabelSheet, session: &Session, socket: &UdpSocketView) {
    let known = session.kernel.as_ref().and_then(|view| view.udp).unwrap_or_default();
    sheet.push_section("path MTU");
    let bytes = |mtu: u32| quantity::grouped(mtu.into());
    sheet.push_known("the kernel's", known.mtu.map(bytes), "bytes of a whole packet, as the kernel assumes (IP_MTU)");
    let mode = known.discover.map(|mode| format!("{}: {}", mode.name(), mode.meaning()));
    sheet.push_known("mode", mode, "");
    let Some(report) = &socket.ledger.mtu else {
        if socket.ledger.steps.is_empty() {
            sheet.row("probed", "not yet: M, or :mtu, tries it", Role::Dim, "");
        } else {
            let steps = socket.ledger.steps.len() as u64;
            sheet.row("probing", format!("{} datagrams so far", quantity::grouped(steps)), Role::Cause, "");
        }
        return;
    };
    let how = if report.answers { "answered" } else { "nobody objected, and the peer does not answer" };
    match report.passed {
        Some(passed) => sheet.row("biggest passed", bytes(passed), Role::Good, how),
        None => sheet.push_known("biggest passed", None, ""),
    }
    match report.refused {
        Some(refused) => {
            sheet.row("too big", format!("{}, for {}", bytes(refused.bytes), refused.by), Role::Warn, "");
        }
        None if report.passed.is_some() && report.settled => {
            sheet.push_known("too big", None, "the largest datagram there can be passed");
        }
        None => sheet.push_known("too big", None, ""),
    }
    if let Some(failure) = &report.failure {
        sheet.row("ended by", failure.to_string(), Role::Bad, "");
    }
    let cost = format!("{}, DF set, in {}", report.datagrams_text(), quantity::duration(report.took));
    sheet.row("probed with", cost, Role::Dim, "");
}
