//! The search for the largest packet that passes: chooses the next size, without a socket or a clock.

use super::mtu::{MtuOutcome, MtuRefusal, MtuRefuser};

/// The most datagrams of one search, including those that this host refused immediately.
pub const MOST_PROBES: u32 = 64;

/// How often a size is tried without an answer, from a peer that answers, before it counts as refused.
pub const TRIES: u32 = 3;

/// A search under way.
#[derive(Clone, Debug)]
pub struct MtuSearch {
    /// The largest size that passed; 0 before any.
    low: u32,
    /// The smallest size that was refused.
    high: Option<MtuRefusal>,
    least: u32,
    most: u32,
    /// The MTU that a host or router reported.
    hint: Option<u32>,
    answers: bool,
    /// How many times in a row the current size was not answered.
    quiet: u32,
    tried: u32,
    stage: MtuStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MtuStage {
    /// A small packet: does the peer answer at all?
    Small,
    /// The largest packet: what is the MTU of this host's own interface?
    Large,
    /// All sizes between.
    Between,
    Over,
}

impl MtuSearch {
    /// A search among packet sizes from `least` to `most` bytes, headers included.
    pub fn new(least: u32, most: u32) -> Self {
        MtuSearch {
            low: 0,
            high: None,
            least,
            most: most.max(least),
            hint: None,
            answers: false,
            quiet: 0,
            tried: 0,
            stage: MtuStage::Small,
        }
    }

    /// The size to try next; `None` if the result is known, or the limit on datagrams is reached.
    pub fn next(&self) -> Option<u32> {
        if self.tried >= MOST_PROBES {
            return None;
        }
        match self.stage {
            MtuStage::Small => Some(self.least),
            MtuStage::Large => Some(self.most),
            MtuStage::Over => None,
            MtuStage::Between => {
                let high = self.high?.bytes;
                if high <= self.low + 1 {
                    return None;
                }
                // A reported MTU is most likely right; one byte more then proves it.
                match self.hint {
                    Some(hint) if hint > self.low && hint < high => Some(hint),
                    Some(hint) if hint == self.low => Some(self.low + 1),
                    _ => Some(self.low + (high - self.low) / 2),
                }
            }
        }
    }

    /// Applies the outcome of a datagram of the size that [`MtuSearch::next`] returned.
    pub fn on_outcome(&mut self, bytes: u32, outcome: MtuOutcome) {
        self.tried += 1;
        match outcome {
            MtuOutcome::Answered => {
                self.answers = true;
                self.passed(bytes);
            }
            MtuOutcome::TooBig(by) => self.on_refused(bytes, by),
            MtuOutcome::Quiet => {
                self.quiet += 1;
                if self.quiet < TRIES && (self.answers || self.stage == MtuStage::Small) {
                    return;
                }
                if self.answers {
                    self.on_refused(bytes, MtuRefuser::Silence);
                } else {
                    // No refusal came; more cannot be known.
                    self.passed(bytes);
                }
            }
        }
    }

    fn passed(&mut self, bytes: u32) {
        self.quiet = 0;
        self.low = self.low.max(bytes);
        self.next_stage();
        if self.low >= self.most {
            self.stage = MtuStage::Over;
        }
    }

    fn on_refused(&mut self, bytes: u32, by: MtuRefuser) {
        self.quiet = 0;
        // A size that passed before is refused now: the path has changed, or a datagram was lost.
        if bytes <= self.low {
            self.low = 0;
        }
        if self.high.is_none_or(|high| bytes <= high.bytes) {
            self.high = Some(MtuRefusal { bytes, by });
        }
        if let Some(mtu) = by.mtu() {
            self.hint = Some(mtu);
        }
        self.next_stage();
        if bytes <= self.least {
            self.stage = MtuStage::Over;
        }
    }

    fn next_stage(&mut self) {
        self.stage = match self.stage {
            MtuStage::Small => MtuStage::Large,
            MtuStage::Large | MtuStage::Between => MtuStage::Between,
            MtuStage::Over => MtuStage::Over,
        };
    }

    /// The largest size that passed.
    pub fn passed_bytes(&self) -> Option<u32> {
        Some(self.low).filter(|low| *low > 0)
    }

    /// The smallest size that was refused.
    pub fn refusal(&self) -> Option<MtuRefusal> {
        self.high
    }

    /// Whether the peer answered anything.
    pub fn answers(&self) -> bool {
        self.answers
    }

    /// Whether no untested size is left.
    pub fn is_settled(&self) -> bool {
        self.stage == MtuStage::Over || self.high.is_some_and(|high| high.bytes == self.low + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::udp::mtu::{MtuOutcome, MtuRefusal, MtuRefuser};

    /// A simulated path: an interface, a router that reports or not, a peer that answers or not.
    #[derive(Clone, Copy, Debug)]
    struct Path {
        interface: u32,
        link: u32,
        tells: bool,
        answers: bool,
    }

    impl Path {
        fn outcome(self, bytes: u32) -> MtuOutcome {
            if bytes > self.interface {
                return MtuOutcome::TooBig(MtuRefuser::Here { mtu: Some(self.interface) });
            }
            if bytes > self.link {
                let told = MtuRefuser::Router { address: None, mtu: Some(self.link) };
                return if self.tells { MtuOutcome::TooBig(told) } else { MtuOutcome::Quiet };
            }
            if self.answers { MtuOutcome::Answered } else { MtuOutcome::Quiet }
        }

        fn search(self) -> (MtuSearch, u32) {
            let mut search = MtuSearch::new(68, 65_535);
            let mut steps = 0;
            while let Some(bytes) = search.next() {
                search.on_outcome(bytes, self.outcome(bytes));
                steps += 1;
            }
            (search, steps)
        }
    }

    #[test]
    fn a_router_that_names_its_mtu_is_believed_and_checked_in_a_few_datagrams() {
        let path = Path { interface: 1500, link: 1300, tells: true, answers: true };
        let (search, steps) = path.search();
        let by = MtuRefuser::Router { address: None, mtu: Some(1300) };
        assert_eq!((search.passed_bytes(), search.refusal()), (Some(1300), Some(MtuRefusal { bytes: 1301, by })));
        assert!(search.is_settled() && search.answers());
        assert_eq!(steps, 5, "small, largest, the interface's, the router's, and one more");
    }

    #[test]
    fn a_path_that_takes_everything_refuses_nothing() {
        let (search, steps) = Path { interface: 65_536, link: 65_536, tells: true, answers: true }.search();
        assert_eq!((search.passed_bytes(), search.refusal(), steps), (Some(65_535), None, 2));
    }

    #[test]
    fn a_black_hole_is_found_by_halving() {
        let (search, _) = Path { interface: 1500, link: 1400, tells: false, answers: true }.search();
        assert_eq!(search.passed_bytes(), Some(1400));
        assert_eq!(search.refusal(), Some(MtuRefusal { bytes: 1401, by: MtuRefuser::Silence }));
    }

    #[test]
    fn without_answers_only_an_objection_counts() {
        let (search, _) = Path { interface: 1500, link: 1300, tells: true, answers: false }.search();
        assert_eq!((search.passed_bytes(), search.answers()), (Some(1300), false));
        let (search, _) = Path { interface: 1500, link: 1300, tells: false, answers: false }.search();
        assert_eq!(search.passed_bytes(), Some(1500), "nobody objected");
    }

    proptest! {
        #[test]
        fn whatever_the_path_the_search_ends_and_finds_its_mtu(
            interface in 68_u32..70_000, link in 68_u32..70_000, tells: bool, answers: bool,
        ) {
            let path = Path { interface, link, tells, answers };
            let (search, steps) = path.search();
            prop_assert!(steps <= MOST_PROBES);
            if tells || answers {
                prop_assert!(search.is_settled());
                prop_assert_eq!(search.passed_bytes(), Some(interface.min(link).min(65_535)));
            }
        }

        #[test]
        fn whatever_is_told_the_search_stays_bounded(told in prop::collection::vec((0_u8..4, 0_u32..70_000), 0..200)) {
            let mut search = MtuSearch::new(28, 65_535);
            let mut told = told.into_iter().cycle();
            let mut steps = 0;
            while let (Some(bytes), Some((kind, mtu))) = (search.next(), told.next()) {
                prop_assert!((28..=65_535).contains(&bytes));
                search.on_outcome(bytes, match kind {
                    0 => MtuOutcome::Answered,
                    1 => MtuOutcome::Quiet,
                    2 => MtuOutcome::TooBig(MtuRefuser::Here { mtu: Some(mtu) }),
                    _ => MtuOutcome::TooBig(MtuRefuser::Router { address: None, mtu: None }),
                });
                steps += 1;
            }
            prop_assert!(steps <= MOST_PROBES);
        }
    }
}
