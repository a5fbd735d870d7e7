//! The ladder: facts, bytes, state changes and kernel samples become rungs.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::captured_state::LadderCapture;
use super::rung::{KernelCounters, Rung, RungLabel, SystemCall};
use crate::sessions::news::call::{CallResult, SocketCall};
use crate::sessions::news::{DialNews, News, TcpNews};
use crate::sessions::record::Block;
use crate::sessions::socket_moves::SocketMoves;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::syn::SynView;
use crate::wire::{Both, Class, Direction, Evidence, Failure, Totals};

/// How many rungs are kept; beyond it the oldest are dropped and counted.
pub const MOST_RUNGS: usize = 10_000;

/// A pause of at least this long has a rung of its own. A little under a second: of what comes once a second, every
/// pause has one, and not only those that lasted some microseconds longer.
pub const SILENCE: Duration = Duration::from_millis(900);

/// Reads and writes that follow each other faster than this belong to one burst.
pub const BURST_GAP: Duration = Duration::from_millis(50);

/// Rungs that follow each other faster than this are one exchange; their times count from its first rung.
pub(super) const EXCHANGE_GAP: Duration = Duration::from_millis(20);

/// How many reads and writes of a burst have a rung each; the others are combined into a run.
const SINGLE: u32 = 8;

/// How many of the newest rungs are searched for the place of a late fact.
pub(super) const LATE: usize = 256;

/// All rungs of one connection.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    pub(super) rungs: VecDeque<Rung>,
    folded: u64,
    last_id: u64,
    pub(super) last_at: Option<Instant>,
    pub(super) exchange: Option<Instant>,
    bytes: Both<u64>,
    burst: PieceBurst,
    pub(super) counters: KernelCounters,
    /// When a timer is due that sends something again, or a probe; by the last sample.
    pub(super) timer_due: Option<Instant>,
    /// When the last sample was taken.
    pub(super) sampled: Option<Instant>,
    /// Retransmissions that timestamps showed before the kernel's count did.
    pub(super) stamped_again: u64,
    pub(super) closed: Both<bool>,
    failed: Option<Failure>,
    pub(super) capture: LadderCapture,
}

/// Counters of a burst: reads and writes in quick succession.
#[derive(Clone, Copy, Debug, Default)]
struct PieceBurst {
    pieces: u32,
    last: Option<Instant>,
    runs: Both<Option<u64>>,
}

impl Ladder {
    /// The rungs that are kept, oldest first.
    pub fn rungs(&self) -> impl DoubleEndedIterator<Item = &Rung> + ExactSizeIterator {
        self.rungs.iter()
    }

    /// How many rungs are kept.
    pub fn len(&self) -> usize {
        self.rungs.len()
    }

    /// Whether there is no rung.
    pub fn is_empty(&self) -> bool {
        self.rungs.is_empty()
    }

    /// The rung at an index, from 0.
    pub fn get(&self, index: usize) -> Option<&Rung> {
        self.rungs.get(index)
    }

    /// The index of a rung, if it is kept. Cost: a walk over the rungs.
    pub fn index_of(&self, id: u64) -> Option<usize> {
        self.rungs.iter().rposition(|rung| rung.id == id)
    }

    /// The rung of a transcript entry: its own, or the run that contains it.
    pub fn rung_of_entry(&self, entry: u64) -> Option<&Rung> {
        let own = self.rungs.iter().rev().find(|rung| rung.entry == Some(entry));
        own.or_else(|| self.rungs.iter().rev().find(|rung| rung.entry.is_some_and(|first| first <= entry)))
    }

    /// How many of the oldest rungs were dropped.
    pub fn folded_count(&self) -> u64 {
        self.folded
    }

    /// Adds the reads or writes of a block; `entry` is the first one's entry in the transcript.
    pub fn block(&mut self, entry: Option<u64>, block: &Block) {
        let totals = block.totals();
        let span = block.pieces.last().map_or(0, |piece| piece.after_us);
        let end = block.at + Duration::from_micros(u64::from(span));
        if self.in_burst(block.at) && self.burst.pieces >= SINGLE && end.duration_since(block.at) < BURST_GAP {
            self.burst.last = Some(end);
            self.add_to_run(entry, block.direction, totals, block.at, end);
            return;
        }
        for (number, piece) in (0_u64..).zip(&block.pieces) {
            let at = block.at + Duration::from_micros(u64::from(piece.after_us));
            self.piece(entry.map(|first| first.saturating_add(number)), block.direction, u64::from(piece.len), at);
        }
    }

    /// Adds reads or writes of a connection whose bytes are not the session's own: they have no entry in the transcript.
    pub fn add_moves(&mut self, moves: &SocketMoves) {
        let SocketMoves { direction, at, lasted, totals } = *moves;
        if totals.ops > 1 || (self.in_burst(at) && self.burst.pieces >= SINGLE) {
            let end = at + lasted;
            self.burst.last = Some(end);
            self.add_to_run(None, direction, totals, at, end);
        } else {
            self.piece(None, direction, totals.bytes, at);
        }
    }

    /// Adds the peer's RST, for a connection whose end is no failure of the session.
    pub fn add_reset(&mut self, at: Instant, evidence: Evidence) {
        let rung = self.rung(at, RungLabel::Rst, evidence).with_direction(Direction::Received);
        self.push(rung.with_call(SystemCall::Failed(Class::Reset)));
    }

    fn in_burst(&self, at: Instant) -> bool {
        self.burst.last.is_some_and(|last| at.saturating_duration_since(last) < BURST_GAP)
    }

    fn piece(&mut self, entry: Option<u64>, direction: Direction, bytes: u64, at: Instant) {
        if !self.in_burst(at) {
            self.burst = PieceBurst::default();
        }
        self.burst.last = Some(at);
        if self.burst.pieces >= SINGLE {
            self.add_to_run(entry, direction, Totals { bytes, ops: 1 }, at, at);
            return;
        }
        self.burst.pieces += 1;
        let byte = *self.bytes.of(direction);
        self.count_bytes(direction, bytes);
        let call = match direction {
            Direction::Sent => SystemCall::Write(bytes),
            Direction::Received => SystemCall::Read(bytes),
        };
        let mut rung =
            self.rung(at, RungLabel::Data { bytes, byte }, Evidence::Seen).with_direction(direction).with_call(call);
        rung.entry = entry;
        if direction == Direction::Received && !self.capture.on {
            return self.push_before_fin(rung);
        }
        self.push(rung);
    }

    /// Adds received bytes: before the peer's FIN, if the kernel reported that before we read them.
    fn push_before_fin(&mut self, rung: Rung) {
        self.push(rung);
        let is_fin = |rung: &Rung| {
            rung.direction == Some(Direction::Received)
                && rung.evidence == Evidence::Kernel
                && matches!(rung.label, RungLabel::Fin | RungLabel::FinAck)
        };
        let last = self.rungs.len().saturating_sub(1);
        let fin = self.rungs.iter().rev().take(LATE).position(is_fin).map(|back| last - back);
        if let Some(place) = fin.filter(|place| *place < last)
            && let Some(read) = self.rungs.pop_back()
        {
            self.rungs.insert(place, read);
        }
    }

    fn count_bytes(&mut self, direction: Direction, bytes: u64) {
        let all = self.bytes.of_mut(direction);
        *all = all.saturating_add(bytes);
    }

    fn add_to_run(&mut self, entry: Option<u64>, direction: Direction, totals: Totals, from: Instant, to: Instant) {
        self.count_bytes(direction, totals.bytes);
        self.last_at = Some(to);
        let place = self.burst.runs.of(direction).and_then(|id| self.index_of(id));
        if let Some(run) = place.and_then(|place| self.rungs.get_mut(place)) {
            let (start, call) = (run.at, &mut run.call);
            if let RungLabel::Run { ops, bytes, lasted } = &mut run.label {
                *ops = ops.saturating_add(totals.ops);
                *bytes = bytes.saturating_add(totals.bytes);
                *lasted = to.saturating_duration_since(start);
                *call = Some(calls(direction, *ops));
            }
            return;
        }
        let label = RungLabel::Run { ops: totals.ops, bytes: totals.bytes, lasted: to.saturating_duration_since(from) };
        let mut run =
            self.rung(from, label, Evidence::Seen).with_direction(direction).with_call(calls(direction, totals.ops));
        run.entry = entry;
        *self.burst.runs.of_mut(direction) = Some(run.id);
        self.push(run);
    }

    /// Adds bytes that were counted and are not kept.
    pub fn add_gap(&mut self, entry: Option<u64>, direction: Direction, totals: Totals, at: Instant) {
        self.count_bytes(direction, totals.bytes);
        if let Some(last) = self.rungs.back_mut()
            && last.direction == Some(direction)
            && let RungLabel::NotKept { bytes } = &mut last.label
        {
            *bytes = bytes.saturating_add(totals.bytes);
            return;
        }
        let mut rung =
            self.rung(at, RungLabel::NotKept { bytes: totals.bytes }, Evidence::Seen).with_direction(direction);
        rung.entry = entry;
        self.push(rung);
    }

    /// Applies a news item, except state changes: attempts to connect, failures, options and timestamps.
    pub fn on_news(&mut self, entry: Option<u64>, news: &News, at: Instant) {
        let rung = match news {
            // Nothing was sent; the failure that follows has a rung.
            News::Dial(DialNews::Connecting { begun: false, .. }) => {
                self.failed = None;
                return;
            }
            News::Dial(DialNews::Connecting { .. }) => {
                self.failed = None;
                self.bytes = Both::default();
                self.recount();
                self.rung(at, RungLabel::Syn(String::new()), Evidence::Inferred)
                    .with_direction(Direction::Sent)
                    .with_call(SystemCall::Connect)
            }
            News::Dial(DialNews::AttemptFailed { failure, .. } | DialNews::Retrying { because: failure, .. })
            | News::Failed(failure) => {
                // The same failure is reported for the address, for the attempt, and for the session.
                if self.failed.as_ref() == Some(failure) {
                    return;
                }
                self.failed = Some(failure.clone());
                let of_address = matches!(news, News::Dial(DialNews::AttemptFailed { .. }));
                match self.failure(failure, of_address, at) {
                    Some(rung) => rung,
                    None => return,
                }
            }
            News::Tcp(TcpNews::Call { name, args, result, .. }) if *name == SocketCall::SetOption => {
                let failed = match result {
                    CallResult::Returned(_) => String::new(),
                    CallResult::Failed { name, .. } => format!(" → {name}"),
                };
                let label = RungLabel::Set(format!("{args}{failed}"));
                self.rung(at, label, Evidence::Seen).with_call(SystemCall::SetOption)
            }
            News::Tcp(TcpNews::Stamps { byte, sent, again, acked, .. }) => {
                return self.on_stamps(byte.saturating_add(1), *sent, again, *acked);
            }
            News::Tcp(TcpNews::PeerSyn(syn)) => return self.peer_syn(syn),
            _ => return,
        };
        self.push(Rung { entry, ..rung });
    }

    /// Raises the evidence of the last change to `state`.
    pub fn confirm_state(&mut self, state: TcpState, evidence: Evidence) {
        let led = |rung: &&mut Rung| rung.state == Some(state) && rung.evidence == Evidence::Inferred;
        if let Some(rung) = self.rungs.iter_mut().rev().take(LATE).find(led) {
            rung.evidence = evidence;
        }
    }

    /// Adds the options of the peer's SYN, which a listener's kernel saved, to the newest SYN rung from the peer.
    pub fn peer_syn(&mut self, view: &SynView) {
        let syn =
            |rung: &&mut Rung| rung.direction == Some(Direction::Received) && matches!(rung.label, RungLabel::Syn(_));
        if let Some(rung) = self.rungs.iter_mut().rev().take(LATE).find(syn) {
            rung.label = RungLabel::Syn(options(view));
            rung.evidence = Evidence::Kernel;
        }
    }

    pub(super) fn rung(&mut self, at: Instant, label: RungLabel, evidence: Evidence) -> Rung {
        self.last_id += 1;
        Rung {
            id: self.last_id,
            at,
            since: None,
            direction: None,
            call: None,
            label,
            evidence,
            entry: None,
            state: None,
            stamp: None,
            lone: false,
        }
    }

    pub(super) fn push(&mut self, mut rung: Rung) {
        if self.capture.on {
            return self.add_uncaptured(rung);
        }
        let pause = self.last_at.map(|last| rung.at.saturating_duration_since(last));
        if let Some(pause) = pause.filter(|pause| *pause >= SILENCE) {
            let silence = self.rung(rung.at, RungLabel::Silence(pause), Evidence::Seen);
            self.rungs.push_back(silence);
        }
        match self.exchange.filter(|_| pause.is_some_and(|pause| pause < EXCHANGE_GAP)) {
            Some(start) => rung.since = Some(rung.at.saturating_duration_since(start)),
            None => self.exchange = Some(rung.at),
        }
        self.last_at = Some(rung.at);
        self.rungs.push_back(rung);
        self.fold_oldest();
    }

    /// The kernel counts from 0 again: another socket begins.
    fn recount(&mut self) {
        self.counters = KernelCounters::default();
        (self.timer_due, self.sampled, self.stamped_again) = (None, None, 0);
        self.closed = Both::default();
    }

    pub(super) fn fold_oldest(&mut self) {
        while self.rungs.len() > MOST_RUNGS {
            self.rungs.pop_front();
            self.folded += 1;
        }
    }
}

/// The options of a SYN, short: `mss 65495  sack  wscale 7`.
fn options(view: &SynView) -> String {
    let mut words = Vec::new();
    words.extend(view.mss.map(|mss| format!("mss {mss}")));
    words.extend(view.sack_permitted.then(|| "sack".to_owned()));
    words.extend(view.wscale.map(|shift| format!("wscale {shift}")));
    words.extend(view.timestamp.map(|_| "ts".to_owned()));
    words.extend(view.ecn.then(|| "ecn".to_owned()));
    words.join("  ")
}

fn calls(direction: Direction, ops: u64) -> SystemCall {
    match direction {
        Direction::Sent => SystemCall::Writes(ops),
        Direction::Received => SystemCall::Reads(ops),
    }
}
