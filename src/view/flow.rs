//! The flow view: the queues and windows of both ends of a connection, for each direction, and the countdown to the
//! next probe.

use std::time::Instant;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, columns_of, part};
use super::marks::ShownRange;
use super::{gauges, key_hints};
use crate::files::theme::Role;
use crate::model::action::{Action, SessionAction};
use crate::model::keymap::KeyMode;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::Session;
use crate::sessions::tcp::flow_control::{FlowControl, FlowEnd, countdown_text};
use crate::sessions::tcp::gauges::Gauge;
use crate::sessions::tcp::history::TcpHistory;
use crate::text::quantity;

/// From this width on, both ends are side by side.
const SIDE_BY_SIDE: u16 = 78;

/// The columns between them.
const BETWEEN: u16 = 4;

/// The columns of a name, and of a value with the blanks after it.
const NAME: u16 = 13;
const VALUE: u16 = 11;

/// The most columns of a bar.
const MOST_BAR: u16 = 44;

/// The rows of one end, in one direction.
const ROWS: u16 = 3;

/// The rows of both directions, one below the other.
const BOTH: u16 = 14;

/// The gauges whose last minute is drawn below, if there is room.
const HISTORY: [Gauge; 5] = [Gauge::SendQueue, Gauge::PeerWindow, Gauge::RecvQueue, Gauge::OurWindow, Gauge::Backoff];

/// What flow control is blocking, in parts: both directions, ours first. Empty if nothing is blocked.
pub(super) fn blocked_parts(flow: &FlowControl, paused: bool, now: Instant) -> Vec<String> {
    let mut parts = flow.own.blocked_parts("the peer's", now);
    if paused {
        parts.push("reading is stopped".to_owned());
        parts.extend(flow.own.recv_queue.map(|bytes| format!("{} unread", quantity::bytes(bytes))));
        parts.push(match (flow.own.own_window_closed, flow.own.own_window) {
            (Some(since), _) => {
                format!("our window has been 0 for {}", countdown_text(now.saturating_duration_since(since)))
            }
            (None, Some(bytes)) => format!("our window {}", quantity::bytes(bytes)),
            (None, None) => "our window –".to_owned(),
        });
        parts.extend(flow.peer.as_ref().filter(|peer| peer.peer_window_closed.is_some()).and_then(|peer| {
            let next = peer.timer_countdown(now)?;
            Some(format!("the peer's {next}"))
        }));
    }
    parts
}

/// Draws the view.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> ShownRange {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    canvas.seen.view = area_of(place);
    let Some(story) = panel.tcp_history(session).filter(|story| !story.gauges.is_empty()) else {
        let later = if session.is_over() { "" } else { ": queues and windows show once it is connected" };
        canvas.draw_sentence(place, 0, 0, &format!("{}{later}", gauges::no_data(session)), Role::Dim);
        return ShownRange::default();
    };
    let twin = model.other_end(session);
    let theirs = twin.and_then(|twin| twin.tcp_history()).map(|story| &story.flow.own).or(story.flow.peer.as_ref());
    let stage = FlowDrawing { model, session, twin, story, theirs };
    let used = if place.width >= SIDE_BY_SIDE {
        stage.draw_side_by_side(canvas, place)
    } else {
        stage.draw_stacked(canvas, place)
    };
    stage.history(canvas, part(place, 0, used + 1, place.width, place.height.saturating_sub(used + 1)));
    ShownRange::default()
}

/// Draws a short form for a narrow column: our end only, and what is blocked.
pub(super) fn draw_short(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, story: &TcpHistory) {
    let own = &story.flow.own;
    let (top, below) = (part(area, 0, 0, area.width, ROWS), part(area, 0, ROWS, area.width, ROWS - 1));
    sender(canvas, top, own, ["send queue", "peer window"], model.now);
    draw_receiver(canvas, below, own, ["recv queue", "own window"]);
    let rest = part(area, 0, 2 * ROWS - 1, area.width, area.height.saturating_sub(2 * ROWS - 1));
    let text = blocked_parts(&story.flow, session.is_reading_paused(), model.now).join("; ");
    if !text.is_empty() {
        canvas.draw_sentence(rest, 0, 0, &text, Role::Warn);
    }
}

/// The rows of [`draw_short`], three of them for words.
pub(super) const BRIEF: u16 = 2 * ROWS + 2;

/// Whether reading is paused, or flow control is blocking something.
pub(super) fn is_blocked(session: &Session, story: &TcpHistory) -> bool {
    !session.is_over() && (session.is_reading_paused() || story.flow.is_blocked())
}

struct FlowDrawing<'a> {
    model: &'a Model,
    session: &'a Session,
    twin: Option<&'a Session>,
    story: &'a TcpHistory,
    /// The peer's end, if it is known.
    theirs: Option<&'a FlowEnd>,
}

impl FlowDrawing<'_> {
    /// Our end at the left, the peer's at the right. Returns the rows used.
    fn draw_side_by_side(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let width = (area.width - BETWEEN) / 2;
        let side = |y: u16, left: bool| {
            part(area, if left { 0 } else { width + BETWEEN }, y, width, area.height.saturating_sub(y).min(ROWS))
        };
        canvas.draw_styled_text(part(area, 0, 0, width, 1), 0, 0, &self.own_label());
        canvas.draw_styled_text(part(area, width + BETWEEN, 0, width, 1), 0, 0, &self.peer_label(width));
        let mut y = 2;
        for sending in [true, false] {
            self.draw_heading(canvas, part(area, 0, y, area.width, 1), sending, sending);
            y += 1;
            self.draw_own_queue(canvas, side(y, true), sending);
            self.peers(canvas, side(y, false), sending);
            let arrow = if sending { "─▶" } else { "◀─" };
            let role = if sending { Role::Sent } else { Role::Received };
            canvas.draw_text(part(area, width, y, BETWEEN, 1), 1, 0, arrow, role);
            y += ROWS;
            y += self.draw_sentence(canvas, part(area, 0, y, area.width, area.height.saturating_sub(y)), sending) + 1;
        }
        y - 1
    }

    /// The ends of each direction one below the other, in the order in which the bytes pass them. Returns the rows
    /// used.
    fn draw_stacked(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let rows = |y: u16| part(area, 0, y, area.width, area.height.saturating_sub(y).min(ROWS));
        let mut y = 0;
        // If only one direction fits, the blocked one comes first.
        let own = &self.story.flow.own;
        let ours = own.blocked_parts("", self.model.now).is_empty()
            && (self.session.is_reading_paused() || own.own_window_closed.is_some());
        let order = if area.height < BOTH && ours { [false, true] } else { [true, false] };
        for sending in order {
            self.draw_heading(canvas, part(area, 0, y, area.width, 1), sending, y == 0);
            y += 1;
            // If the other end is known, its queue is drawn beside ours; they share one window.
            match (sending, self.theirs) {
                (true, theirs) => {
                    y += sender(canvas, rows(y), own, ["send queue", "peer window"], self.model.now);
                    if let Some(end) = theirs {
                        y += draw_receiver(canvas, part(rows(y), 0, 0, area.width, 1), end, ["peer's queue", ""]);
                    }
                }
                (false, theirs) => {
                    if let Some(end) = theirs {
                        y += sender(canvas, rows(y), end, ["peer's queue", ""], self.model.now);
                    }
                    y += draw_receiver(canvas, rows(y), own, ["recv queue", "own window"]);
                }
            }
            y += self.draw_sentence(canvas, part(area, 0, y, area.width, area.height.saturating_sub(y)), sending);
            y += u16::from(area.height > 16);
        }
        y
    }

    fn own_label(&self) -> StyledText {
        let local = self.session.ends().local.map(|local| local.to_string()).unwrap_or_default();
        let name =
            StyledText::single(format!("{}  ", self.session.id), Role::Dim).with(format!("we, {local}"), Role::Strong);
        if self.session.is_reading_paused() { name.with(" ‖ not reading", Role::Warn) } else { name }
    }

    /// The name of the other side; that it is on this host is said if there is room.
    fn peer_label(&self, width: u16) -> StyledText {
        let peer = self.session.ends().peer.map_or_else(|| self.session.title(), |peer| peer.to_string());
        match (self.twin, self.theirs) {
            (Some(twin), _) => {
                let name = StyledText::single(format!("{}  ", twin.id), Role::Dim)
                    .with(format!("ours too, {peer}"), Role::Strong);
                if twin.is_reading_paused() { name.with(" ‖ not reading", Role::Warn) } else { name }
            }
            (None, theirs) => {
                let name = StyledText::single(format!("the peer, {peer}"), Role::Strong);
                let here = name.clone().with("  on this host", Role::Dim);
                if theirs.is_some() && here.columns() <= width { here } else { name }
            }
        }
    }

    /// The heading of a direction; the first one has the legend of the bars.
    fn draw_heading(&self, canvas: &mut Canvas<'_>, area: Rect, sending: bool, first: bool) {
        let (mark, text, role) = match sending {
            true => ("▲", " from us to the peer ", Role::Sent),
            false => ("▼", " from the peer to us ", Role::Received),
        };
        let used = canvas.draw_styled_text(area, 0, 0, &StyledText::single(mark, role).with(text, Role::Dim));
        canvas.draw_repeated(area, used, 0, "─", area.width, Role::Faint);
        let legend = StyledText::single(" █", Role::Sent)
            .with(" in flight  ", Role::Dim)
            .with("▒", Role::Sent)
            .with(" not sent", Role::Dim);
        if first && area.width >= used + legend.columns() + 4 {
            canvas.draw_right(area, 0, &legend);
        }
    }

    fn draw_own_queue(&self, canvas: &mut Canvas<'_>, area: Rect, sending: bool) {
        let own = &self.story.flow.own;
        if sending {
            sender(canvas, area, own, ["send queue", "peer window"], self.model.now);
        } else {
            draw_receiver(canvas, area, own, ["recv queue", "own window"]);
        }
    }

    fn peers(&self, canvas: &mut Canvas<'_>, area: Rect, sending: bool) {
        match (self.theirs, sending) {
            (Some(end), true) => {
                draw_receiver(canvas, area, end, ["recv queue", "own window"]);
            }
            (Some(end), false) => {
                sender(canvas, area, end, ["send queue", "peer window"], self.model.now);
            }
            (None, true) => {
                let text =
                    "– what it has not read, only its own kernel knows; its window tells us how much room is left";
                canvas.draw_sentence(area, 0, 0, text, Role::Dim);
            }
            (None, false) => {
                canvas.draw_sentence(area, 0, 0, "– what it has not sent yet, only its own kernel knows", Role::Dim);
            }
        }
    }

    /// The state of a direction, as a sentence. Returns the rows used.
    fn draw_sentence(&self, canvas: &mut Canvas<'_>, area: Rect, sending: bool) -> u16 {
        let now = self.model.now;
        let own = &self.story.flow.own;
        let mut parts = match (sending, self.theirs) {
            (true, _) => own.blocked_parts("the peer's", now),
            (false, Some(end)) => end.blocked_parts("our", now),
            (false, None) => Vec::new(),
        };
        let ours_closed = own.own_window_closed.map(|since| countdown_text(now.saturating_duration_since(since)));
        if !sending && self.session.is_reading_paused() {
            let stopped = match (&ours_closed, parts.is_empty()) {
                (_, false) => "reading is stopped".to_owned(),
                (Some(time), true) => format!("reading is stopped; our window has been 0 for {time}"),
                (None, true) => "reading is stopped: our queue fills, and our window closes with it".to_owned(),
            };
            parts.insert(0, stopped);
            let key = key_hints::key(self.model, KeyMode::Normal, Action::Session(SessionAction::ToggleReading));
            parts.extend(key.map(|key| format!("{key} reads on")));
        } else if let (false, Some(time), true) = (sending, &ours_closed, parts.is_empty()) {
            parts.push(format!("our window has been 0 for {time}"));
        }
        if parts.is_empty() {
            let waits = if sending { own.send_queue } else { own.recv_queue };
            let text = match (waits, sending) {
                (None, _) => "not known on this system".to_owned(),
                (Some(0), _) => "nothing is held back".to_owned(),
                (Some(bytes), true) => format!("{} on their way", quantity::bytes(bytes)),
                (Some(bytes), false) => format!("{} to be read", quantity::bytes(bytes)),
            };
            return canvas.draw_sentence(area, 0, 0, &text, Role::Dim);
        }
        canvas.draw_sentence(area, 0, 0, &parts.join("; "), Role::Warn)
    }

    /// The last minute of our end, if there is room.
    fn history(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let rows = HISTORY.len() as u16;
        if area.height < rows + 2 {
            return;
        }
        let used = canvas.draw_text(area, 0, 0, "our end, the last minute ", Role::Dim);
        canvas.draw_repeated(area, used, 0, "─", area.width, Role::Faint);
        for (y, gauge) in (1..).zip(HISTORY) {
            gauges::row(canvas, part(area, 0, y, area.width, 1), &self.story.gauges, gauge);
        }
    }
}

/// The sending side of an end: its queue, the window that it sends into, and the next timer. An empty name leaves out
/// its line. Returns the rows used.
fn sender(canvas: &mut Canvas<'_>, area: Rect, end: &FlowEnd, [queue, window]: [&str; 2], now: Instant) -> u16 {
    let in_flight = end.send_queue.zip(end.not_sent).map(|(queue, not_sent)| queue.saturating_sub(not_sent));
    let bar =
        FlowBar { part: in_flight, ..FlowBar::new(end.send_queue, bar_scale(end.greatest.send_queue), Role::Sent) };
    bytes(canvas, area, 0, queue, end.send_queue, &bar);
    let y = 1 + u16::from(!window.is_empty());
    if !window.is_empty() {
        let role = if end.peer_window_closed.is_some() { Role::Bad } else { Role::Good };
        bytes(canvas, area, 1, window, end.peer_window, &FlowBar::new(end.peer_window, end.greatest.peer_window, role));
    }
    let Some((timer, name)) = end.timer.zip(end.next()) else {
        line(canvas, area, y, "timer", "–", &FlowBar::new(None, 1, Role::Warn));
        return y + 1;
    };
    let left = timer.due.saturating_duration_since(now);
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let waited = millis(timer.whole).saturating_sub(millis(left));
    let value = if left.is_zero() { "now".to_owned() } else { countdown_text(left) };
    line(canvas, area, y, &name, &value, &FlowBar::new(Some(waited), millis(timer.whole), Role::Warn));
    y + 1
}

/// The receiving side of an end: the buffer used by unread bytes, and the window that is left. Returns the rows used.
fn draw_receiver(canvas: &mut Canvas<'_>, area: Rect, end: &FlowEnd, [queue, window]: [&str; 2]) -> u16 {
    let room = end.greatest.room;
    bytes(canvas, area, 0, queue, end.recv_queue, &FlowBar::new(end.recv_queue, room, Role::Received));
    if window.is_empty() {
        return 1;
    }
    let role = if end.own_window_closed.is_some() { Role::Bad } else { Role::Good };
    bytes(canvas, area, 1, window, end.own_window, &FlowBar::new(end.own_window, room, role));
    2
}

/// The scale of a bar: the longest queue so far, rounded up to a power of two, so that growth is visible.
fn bar_scale(greatest: u64) -> u64 {
    greatest.max(4_096).checked_next_power_of_two().unwrap_or(u64::MAX)
}

/// A part of a whole.
struct FlowBar {
    value: Option<u64>,
    whole: u64,
    /// The part of the value that is drawn solid; the rest is drawn hatched. `None`: all of it.
    part: Option<u64>,
    role: Role,
}

impl FlowBar {
    fn new(value: Option<u64>, whole: u64, role: Role) -> Self {
        FlowBar { value, whole, part: None, role }
    }
}

fn bytes(canvas: &mut Canvas<'_>, area: Rect, y: u16, name: &str, value: Option<u64>, bar: &FlowBar) {
    line(canvas, area, y, name, &value.map_or("–".to_owned(), quantity::bytes), bar);
}

fn line(canvas: &mut Canvas<'_>, area: Rect, y: u16, name: &str, value: &str, bar: &FlowBar) {
    canvas.draw_text(part(area, 0, 0, NAME - 1, area.height), 0, y, name, Role::Dim);
    let role = match bar.value {
        None => Role::Dim,
        Some(_) if bar.role == Role::Bad => Role::Bad,
        Some(_) => Role::Strong,
    };
    canvas.draw_text(area, (NAME + VALUE - 2).saturating_sub(columns_of(value)), y, value, role);
    let Some(known) = bar.value else { return };
    let room = area.width.saturating_sub(NAME + VALUE).min(MOST_BAR);
    let cells = |value: u64| {
        let all = u128::from(bar.whole.max(1));
        let cells = (u128::from(value) * u128::from(room)).div_ceil(all);
        u16::try_from(cells).unwrap_or(room).min(room)
    };
    let (filled, solid) = (cells(known), cells(bar.part.unwrap_or(known).min(known)));
    let place = part(area, NAME + VALUE, 0, room, area.height);
    canvas.draw_repeated(place, 0, y, "░", room, Role::Faint);
    canvas.draw_repeated(place, 0, y, "▒", filled, bar.role);
    canvas.draw_repeated(place, 0, y, "█", solid, bar.role);
}
