//! The times of captured segments: they replace those of the calls and samples that told of the same segments.

use std::time::{Duration, Instant};

use super::line::FactText;
use crate::sessions::news::{DialNews, TcpNews};
use crate::sessions::tcp::ladder::{Ladder, RungLabel};
use crate::sessions::{News, Session};
use crate::wire::segment::{CapturedSegment, TcpFlags};
use crate::wire::{Direction, Evidence};

/// A fact belongs to a segment that passed at most this long before or after it.
const WITHIN: Duration = Duration::from_millis(50);

/// The captured segments of a session that begin or end a connection: those that its facts are about.
pub(super) fn turning_points(session: &Session) -> Vec<&CapturedSegment> {
    let rungs = session.tcp_history().into_iter().flat_map(|story| Ladder::rungs(&story.ladder));
    let captured = rungs.filter_map(|rung| match &rung.label {
        RungLabel::Segment(captured) => Some(&**captured),
        _ => None,
    });
    captured.filter(|it| it.segment.flags.contains(TcpFlags::SYN) || it.segment.flags.contains(TcpFlags::FIN)).collect()
}

/// The time of the captured segment that a fact is about, if it is one of `points`.
pub(super) fn time_of(points: &[&CapturedSegment], news: &News, at: Instant) -> Option<Instant> {
    use Direction::{Received, Sent};
    let (direction, is_it): (Direction, fn(TcpFlags) -> bool) = match news {
        News::Dial(DialNews::Connecting { .. }) => (Sent, is_syn),
        News::Dial(DialNews::Connected { .. }) => {
            (Received, |flags| flags.contains(TcpFlags::SYN.union(TcpFlags::ACK)))
        }
        News::Tcp(TcpNews::WeFinished) => (Sent, |flags| flags.contains(TcpFlags::FIN)),
        News::Tcp(TcpNews::PeerFinished { .. }) => (Received, |flags| flags.contains(TcpFlags::FIN)),
        News::Dial(_)
        | News::Tcp(_)
        | News::Listener(_)
        | News::Udp(_)
        | News::Tls(_)
        | News::Http(_)
        | News::Dns(_)
        | News::Ports(_)
        | News::Unix(_)
        | News::Option(_)
        | News::ReadingPaused
        | News::ReadingContinued
        | News::FileSent { .. }
        | News::Warned(_)
        | News::Failed(_)
        | News::Closed { .. } => return None,
    };
    let apart = |one: Instant| one.max(at).duration_since(one.min(at));
    let near = points
        .iter()
        .filter(|it| it.direction == direction && is_it(it.segment.flags) && !is_again(it) && apart(it.at) <= WITHIN);
    near.map(|it| it.at).min_by_key(|one| apart(*one))
}

/// The fact as a captured segment shows it.
pub(super) fn as_captured(text: FactText) -> FactText {
    let how = text.how.split_once(": ").map_or(text.how.as_str(), |(_, how)| how);
    FactText { how: format!("captured: {how}"), known: Evidence::Seen, ..text }
}

/// When the SYN of an attempt was sent again, from `began` to `end`, if the first one is one of `points`.
pub(super) fn syns_again(points: &[&CapturedSegment], began: Instant, end: Instant) -> Option<Vec<Instant>> {
    let sent = |it: &&&CapturedSegment| it.direction == Direction::Sent && is_syn(it.segment.flags);
    let of_attempt = |it: &&&CapturedSegment| it.at + WITHIN >= began && it.at <= end;
    let mut all = points.iter().filter(sent).filter(of_attempt);
    let first = all.next().filter(|it| !is_again(it))?;
    Some(all.filter(|it| it.at > first.at).map(|it| it.at).collect())
}

fn is_syn(flags: TcpFlags) -> bool {
    flags.contains(TcpFlags::SYN) && !flags.contains(TcpFlags::ACK)
}

fn is_again(captured: &CapturedSegment) -> bool {
    captured.notes.iter().any(|note| note.is_retransmission())
}
