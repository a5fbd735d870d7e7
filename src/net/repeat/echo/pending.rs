//! Datagrams without an answer yet, in the order in which they were sent.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::net::repeat::plan::StartTicket;

/// The unanswered datagrams. The sender keeps the bound: it does not push more than it may.
#[derive(Debug)]
pub(super) struct PendingEchoes {
    /// The number of the first place.
    first: u64,
    /// One place per number from `first` on; `None` if that datagram is finished.
    places: VecDeque<Option<StartTicket>>,
    count: usize,
    /// Whether numbers identify places; then a place between others may be empty.
    numbered: bool,
}

impl PendingEchoes {
    pub(super) fn new(numbered: bool) -> Self {
        PendingEchoes { first: 0, places: VecDeque::new(), count: 0, numbered }
    }

    /// How many datagrams wait.
    ///
    /// With numbers, empty places between the oldest and the newest count too: the count bounds memory even if only the
    /// oldest datagram gets no answer.
    pub(super) fn count(&self) -> usize {
        if self.numbered { self.places.len() } else { self.count }
    }

    /// Adds a datagram; returns its number.
    pub(super) fn push(&mut self, ticket: StartTicket) -> u64 {
        self.places.push_back(Some(ticket));
        self.count += 1;
        self.first + self.places.len() as u64 - 1
    }

    /// When the oldest waiting datagram was sent.
    pub(super) fn oldest_sent_at(&self) -> Option<Instant> {
        self.places.iter().flatten().next().map(|ticket| ticket.started)
    }

    /// Removes the datagram with this number, if it still waits.
    pub(super) fn take(&mut self, number: u64) -> Option<StartTicket> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let ticket = self.places.get_mut(place)?.take()?;
        self.count -= 1;
        self.drop_answered_front();
        Some(ticket)
    }

    /// Removes the datagram that has waited longest.
    pub(super) fn take_oldest(&mut self) -> Option<StartTicket> {
        let ticket = self.places.iter_mut().find_map(Option::take)?;
        self.count -= 1;
        self.drop_answered_front();
        Some(ticket)
    }

    /// Removes the datagram that was sent last.
    pub(super) fn take_newest(&mut self) -> Option<StartTicket> {
        let ticket = self.places.back_mut()?.take()?;
        self.count -= 1;
        self.drop_answered_front();
        Some(ticket)
    }

    fn drop_answered_front(&mut self) {
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
    }

    /// Removes datagrams that have waited for `patience`; returns how many.
    pub(super) fn drop_expired(&mut self, now: Instant, patience: Duration) -> u64 {
        let mut lost = 0;
        while self.oldest_sent_at().is_some_and(|sent| now.saturating_duration_since(sent) >= patience) {
            lost += u64::from(self.take_oldest().is_some());
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::repeat::plan::StartTicket;

    fn ticket(at: Instant) -> StartTicket {
        StartTicket { from: at, started: at }
    }

    #[test]
    fn an_answer_finds_its_own_datagram_and_only_once() {
        let now = Instant::now();
        let mut waiting = PendingEchoes::new(true);
        let numbers: Vec<u64> = (0..4).map(|_| waiting.push(ticket(now))).collect();
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert!(waiting.take(2).is_some());
        assert!(waiting.take(2).is_none(), "it came again");
        assert!(waiting.take(9).is_none(), "nobody asked");
        assert!(waiting.take(0).is_some());
        assert!(waiting.take(0).is_none());
        assert_eq!(waiting.drop_expired(now, Duration::ZERO), 2);
        assert_eq!(waiting.count(), 0);
        assert_eq!(waiting.push(ticket(now)), 4);
    }

    #[test]
    fn only_those_are_given_up_that_waited_long_enough() {
        let begin = Instant::now();
        let mut waiting = PendingEchoes::new(false);
        for second in 0..5 {
            waiting.push(ticket(begin + Duration::from_secs(second)));
        }
        assert_eq!(waiting.drop_expired(begin + Duration::from_secs(3), Duration::from_secs(1)), 3);
        assert_eq!(waiting.count(), 2);
    }
}
