//! The phases of an HTTP exchange as bars on one axis of time: redirects, retries and reused connections included.

use std::time::{Duration, Instant};

use super::document::{DocLine, Document, TextRole, TextSpan};
use super::time_bars::BarAxis;
use crate::sessions::attempts::{AddressAttempt, AddressOutcome};
use crate::sessions::kinds::http::HttpExchange;
use crate::sessions::kinds::http_timing::{TimedStep, TimingRow};
use crate::sessions::news::HttpPhase;
use crate::sessions::{Session, SessionPhase};
use crate::text::secret::mask_text;
use crate::text::{quantity, sanitize};

/// Columns of a phase's name; an address has more.
const NAME: usize = 9;

/// Columns of a time.
const TIME: usize = 9;

/// The narrowest bar that is readable, in columns.
const NARROWEST: usize = 10;

/// From this width on, what is known beside the time stands in the same line.
const WITH_NOTES: usize = 72;

/// Columns of a note.
const NOTE: usize = 22;

/// A bar with its name.
struct TimingBar {
    name: String,
    role: TextRole,
    began: Instant,
    end: Option<Instant>,
    note: String,
}

impl TimingBar {
    /// A time that passes on our side.
    fn ours(name: &str, began: Instant, end: Instant) -> Self {
        TimingBar { name: name.to_owned(), role: TextRole::Comment, began, end: Some(end), note: String::new() }
    }
}

/// The axis that the bars share.
#[derive(Clone, Copy)]
struct TimingAxis {
    bars: BarAxis,
    name: usize,
    has_notes: bool,
    now: Instant,
}

/// The phases so far at `now`, for this many columns.
pub fn timing_document(session: &Session, exchange: &HttpExchange, now: Instant, columns: u16) -> Document {
    let mut document = Document::default();
    let rows = &exchange.timing.rows;
    let over = match session.phase {
        SessionPhase::Ended { at, .. } => Some(at),
        _ => None,
    };
    if rows.is_empty() {
        document.remark(if over.is_some() { "no phase was begun" } else { "nothing has begun yet" });
        return document;
    }
    let end = over.unwrap_or(now);
    let whole = end.saturating_duration_since(session.opened);
    let told = if over.is_some() { "in all" } else { "so far" };
    document.push(DocLine::new([
        TextSpan::new(TextRole::Number, quantity::duration(whole)),
        TextSpan::new(TextRole::Comment, format!(" {told}, from the order to send it")),
    ]));
    document.push(DocLine::default());
    let room = usize::from(columns);
    let has_notes = room >= WITH_NOTES;
    let longest = exchange_addresses(session).map(|lane| lane.peer.ip().to_string().len() + 2).max().unwrap_or(0);
    let name = NAME.max(longest.min(room / 4)) + 1;
    let notes = if has_notes { NOTE } else { 0 };
    let cells = room.saturating_sub(name + TIME + notes + 1).max(NARROWEST);
    let axis = TimingAxis { bars: BarAxis::new(session.opened, whole, cells), name, has_notes, now: end };
    let many = exchange.hops.len() > 1 || rows.iter().any(|row| row.hop > 0);
    if let Some(first) = rows.first().filter(|first| first.began > session.opened) {
        axis.push(&mut document, &TimingBar::ours("prepare", session.opened, first.began));
    }
    let mut hop = None;
    for row in rows {
        if many && hop != Some(row.hop) {
            hop = Some(row.hop);
            document.push(hop_title(exchange, row.hop));
        }
        for bar in bars(session, exchange, row, end) {
            axis.push(&mut document, &bar);
        }
    }
    let last = rows.iter().filter_map(|row| row.end).max();
    if let (Some(over), Some(last)) = (over, last)
        && over > last
    {
        axis.push(&mut document, &TimingBar::ours("close", last, over));
    }
    axis.push_scale(&mut document);
    if exchange.timing.left_out > 0 {
        document.remark(format!("{} more phases were not kept", quantity::grouped(exchange.timing.left_out)));
    }
    document
}

/// The addresses that were tried, if there were several for one connection.
fn exchange_addresses(session: &Session) -> impl Iterator<Item = &AddressAttempt> {
    let tried = &session.attempts.tried;
    tried.iter().filter(move |lane| tried.iter().filter(|other| other.number == lane.number).count() > 1)
}

fn hop_title(exchange: &HttpExchange, hop: usize) -> DocLine {
    let text = exchange.hops.get(hop).map_or_else(String::new, |hop| {
        let request = &hop.request;
        format!("{} {}", request.method, sanitize::line(&mask_text(&request.url)))
    });
    DocLine::single_span(TextRole::Title, if text.is_empty() { "the next request".to_owned() } else { text })
}

/// The bars of a phase: its own, and those of the addresses that were tried in it.
fn bars(session: &Session, exchange: &HttpExchange, row: &TimingRow, end: Instant) -> Vec<TimingBar> {
    let TimingRow { began, end: row_end, step, .. } = *row;
    let (name, role) = match step {
        TimedStep::RetryWait => ("retry in", TextRole::Comment),
        TimedStep::Phase(phase) => (phase.name(), phase_role(phase)),
    };
    let mut bars =
        vec![TimingBar { name: name.to_owned(), role, began, end: row_end, note: note(session, exchange, row, end) }];
    if step == TimedStep::Phase(HttpPhase::Connect) {
        let until = row_end.unwrap_or(end);
        let lanes = exchange_addresses(session).filter(|lane| (began..=until).contains(&lane.began));
        bars.extend(lanes.map(address_bar));
    }
    bars
}

fn phase_role(phase: HttpPhase) -> TextRole {
    match phase {
        HttpPhase::Dns | HttpPhase::Connect => TextRole::Key,
        HttpPhase::Tls => TextRole::String,
        HttpPhase::Send => TextRole::Number,
        HttpPhase::Wait => TextRole::Keyword,
        HttpPhase::Receive => TextRole::Good,
    }
}

fn address_bar(lane: &AddressAttempt) -> TimingBar {
    let (role, note) = match lane.end.as_ref().map(|end| &end.outcome) {
        None => (TextRole::Keyword, "under way".to_owned()),
        Some(AddressOutcome::Won) => (TextRole::Good, "✓ won".to_owned()),
        Some(AddressOutcome::GivenUp) => (TextRole::Comment, "given up".to_owned()),
        Some(AddressOutcome::Failed(failure)) => (TextRole::Bad, format!("✗ {}", failure.class.name())),
    };
    let end = lane.end.as_ref().map(|end| lane.began + end.took);
    TimingBar { name: format!("  {}", lane.peer.ip()), role, began: lane.began, end, note }
}

/// What is known of a phase beside its time.
fn note(session: &Session, exchange: &HttpExchange, row: &TimingRow, end: Instant) -> String {
    let is_last = exchange.timing.rows.iter().all(|other| other.hop <= row.hop);
    match row.step {
        TimedStep::Phase(HttpPhase::Wait) if row.end.is_some() => "to the first byte".to_owned(),
        TimedStep::Phase(HttpPhase::Receive) if is_last => {
            let took = row.end.unwrap_or(end).saturating_duration_since(row.began);
            let bytes = exchange.gauge.wire_body_bytes;
            if bytes == 0 || took < Duration::from_millis(1) {
                return quantity::bytes(bytes);
            }
            let rate = bytes as f64 / took.as_secs_f64();
            format!("{} · {}/s", quantity::bytes(bytes), quantity::bytes(rate as u64))
        }
        TimedStep::Phase(HttpPhase::Dns) => match session.path.addresses().len() {
            0 => String::new(),
            1 => "1 address".to_owned(),
            count => format!("{count} addresses"),
        },
        TimedStep::Phase(_) | TimedStep::RetryWait => String::new(),
    }
}

impl TimingAxis {
    fn push(&self, document: &mut Document, bar: &TimingBar) {
        let end = bar.end.unwrap_or(self.now).min(self.now);
        let took = end.saturating_duration_since(bar.began);
        let ([before, line], after) = self.bars.bar(bar.began, took, bar.role);
        // While it goes on, its time is in tenths of a second, so that the screen is not redrawn for every digit.
        let time = match bar.end {
            Some(_) => quantity::duration(took),
            None => format!("{:.1} s…", took.as_secs_f64()),
        };
        let room = self.name - 1;
        let name = match bar.name.char_indices().nth(room) {
            // Addresses are ASCII.
            Some(_) => format!("{}…", bar.name.get(..room - 1).unwrap_or_default()),
            None => bar.name.clone(),
        };
        let mut spans = vec![
            TextSpan::new(TextRole::Value, format!("{name:<width$}", width = self.name)),
            before,
            line,
            TextSpan::new(TextRole::Value, format!("{}{time:>TIME$}", " ".repeat(after))),
        ];
        if self.has_notes && !bar.note.is_empty() {
            spans.push(TextSpan::new(TextRole::Comment, format!("  {}", bar.note)));
        }
        document.push(DocLine::new(spans));
    }

    fn push_scale(&self, document: &mut Document) {
        let half = quantity::duration(self.bars.whole() / 2);
        let whole = quantity::duration(self.bars.whole());
        let cells = self.bars.cells;
        let to_half = cells / 2;
        let rest = cells - to_half;
        let text = if to_half > half.chars().count() + 1 && rest > whole.chars().count() + 1 {
            format!("0{half:>width$}{whole:>rest$}", width = to_half - 1)
        } else {
            format!("0{whole:>width$}", width = cells - 1)
        };
        document.push(DocLine::single_span(TextRole::Comment, format!("{:width$}{text}", "", width = self.name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::kinds::SessionKind;
    use crate::sessions::spec::http::HttpSpec;
    use crate::sessions::{CloseReason, SessionId, Spec, SpecKind};

    fn rows_of(document: &Document) -> Vec<String> {
        document.lines.iter().map(|line| line.text().into_owned()).collect()
    }

    fn with_rows(rows: &[(HttpPhase, u64, Option<u64>)]) -> (Session, Instant) {
        let start = Instant::now();
        let spec = Spec::new(SpecKind::Http(HttpSpec::get("http://h/")));
        let mut session = Session::new(SessionId(1), spec, start);
        let at = |millis| start + Duration::from_millis(millis);
        if let SessionKind::Http(exchange) = &mut session.kind {
            exchange.timing.rows = rows
                .iter()
                .map(|(phase, from, to)| TimingRow {
                    hop: 0,
                    step: TimedStep::Phase(*phase),
                    began: at(*from),
                    end: to.map(at),
                })
                .collect();
        }
        (session, start)
    }

    fn document(session: &Session, now: Instant, columns: u16) -> Document {
        let SessionKind::Http(exchange) = &session.kind else { panic!() };
        timing_document(session, exchange, now, columns)
    }

    #[test]
    fn phases_stand_on_one_axis_and_add_up_to_the_whole() {
        let (mut session, start) = with_rows(&[
            (HttpPhase::Dns, 0, Some(20)),
            (HttpPhase::Connect, 20, Some(40)),
            (HttpPhase::Send, 40, Some(41)),
            (HttpPhase::Wait, 41, Some(80)),
            (HttpPhase::Receive, 80, Some(90)),
        ]);
        let at = start + Duration::from_millis(100);
        session.phase = SessionPhase::Ended { how: CloseReason::Fin, failure: None, at };
        let rows = rows_of(&document(&session, at + Duration::from_secs(9), 41));
        assert_eq!(rows[0], "100 ms in all, from the order to send it");
        assert_eq!(
            rows[2..],
            [
                "dns       ━━━━                     20 ms",
                "connect   ····━━━━                 20 ms",
                "send      ········━               1.0 ms",
                "wait      ·········━━━━━━━━        39 ms",
                "receive   ·················━━      10 ms",
                "close     ···················━━    10 ms",
                "          0    50 ms     100 ms",
            ]
        );
    }

    #[test]
    fn what_goes_on_grows_and_no_width_breaks_it() {
        let (session, start) = with_rows(&[(HttpPhase::Send, 0, Some(1)), (HttpPhase::Wait, 1, None)]);
        let rows = rows_of(&document(&session, start + Duration::from_millis(1_234), 41));
        assert_eq!(rows[0], "1.2 s so far, from the order to send it");
        assert!(rows[3].ends_with("1.2 s…"), "{rows:#?}");
        for columns in 0..200 {
            document(&session, start, columns);
        }
    }
}
