//! How far a file, or a request's body, has been sent: a bar and figures for the pane, a few words for the list.

use std::time::{Duration, Instant};

use super::canvas::StyledText;
use crate::files::theme::Role;
use crate::sessions::Session;
use crate::sessions::send_progress::SendProgress;
use crate::text::quantity;

/// The cells of the bar.
const BAR: usize = 24;

/// With fewer columns, the bar is left out.
const WITH_BAR: u16 = 64;

/// The file or body that the session is sending now; `None` once all of it was sent.
pub(super) fn under_way(session: &Session) -> Option<SendProgress> {
    session.sending.filter(|progress| !session.is_over() && !progress.is_complete())
}

/// The parts of the status line: a bar, the percentage, the bytes, the rate, the remaining time.
pub(super) fn parts(session: &Session, now: Instant, columns: u16) -> Vec<StyledText> {
    let Some(progress) = under_way(session) else { return Vec::new() };
    let rate = session.rates.sent.per_second(now);
    let mut head = StyledText::single("▲ ", Role::Sent);
    if let Some(percent) = progress.percent() {
        if columns >= WITH_BAR {
            let full = BAR * usize::from(percent) / 100;
            head = head.with("━".repeat(full), Role::Sent).with("┄".repeat(BAR - full), Role::Border);
        }
        head = head.with(format!(" {percent:>2} %"), Role::Strong);
    } else {
        head = head.with("sending", Role::Strong);
    }
    let of = match progress.total_bytes {
        Some(total) => format!("{} of {}", quantity::bytes(progress.sent_bytes), quantity::bytes(total)),
        None => format!("{} so far", quantity::bytes(progress.sent_bytes)),
    };
    let mut parts = vec![head, StyledText::single(of, Role::Text), StyledText::single(quantity::rate(rate), Role::Dim)];
    if progress.total_bytes.is_some() {
        parts.push(StyledText::single(format!("{} left", left(&progress, rate)), Role::Dim));
    }
    parts
}

/// The words for the list of sessions: `▲ 45 % of 40 MB · 3 s`.
pub(super) fn brief(session: &Session, now: Instant) -> Option<StyledText> {
    let progress = under_way(session)?;
    let mark = StyledText::single("▲", Role::Sent);
    let (Some(percent), Some(total)) = (progress.percent(), progress.total_bytes) else {
        return Some(mark.with(format!(" {} so far", quantity::bytes(progress.sent_bytes)), Role::Dim));
    };
    let left = left(&progress, session.rates.sent.per_second(now));
    Some(mark.with(format!(" {percent} % of {} · {left}", rounded(total)), Role::Dim))
}

/// A size without the decimal that the list has no room for: `40 kB`, `1.5 GB`.
fn rounded(bytes: u64) -> String {
    let text = quantity::bytes(bytes);
    match text.split_once('.') {
        Some((whole, rest)) if whole.len() > 1 => {
            format!("{whole} {}", rest.split_once(' ').map_or("", |(_, unit)| unit))
        }
        _ => text,
    }
}

/// The remaining time in whole seconds; `–` while nothing moves.
fn left(progress: &SendProgress, rate: f64) -> String {
    match progress.remaining(rate) {
        Some(rest) if rest < Duration::from_secs(1) => "under 1 s".to_owned(),
        Some(rest) if rest < Duration::from_secs(60) => format!("{} s", rest.as_secs()),
        Some(rest) => quantity::duration(Duration::from_secs(rest.as_secs())),
        None => "–".to_owned(),
    }
}
