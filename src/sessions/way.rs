//! The way to the peer: the look-up of its name, the addresses that were raced, the route that was taken.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::news::{DialNews, News};
use crate::sessions::kinds::dns_compare::ResolverComparison;
use crate::wire::route::Route;

/// How many lanes are kept; the oldest go.
pub const MOST_LANES: usize = 64;

/// What is known of the way to the peer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeerPath {
    /// The look-up of the name, where there was one: the last.
    pub lookup: Option<NameResolution>,
    /// What name servers told us beside the system's resolver.
    pub compared: Option<ResolverComparison>,
    /// Each address that was tried, in order (RFC 8305): a lane of the race.
    pub lanes: Vec<ConnectAttempt>,
    /// The route of the connection.
    pub route: Option<Route>,
}

/// A look-up by the system's resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameResolution {
    /// The name.
    pub host: String,
    /// When it began.
    pub began: Instant,
    /// What it gave, and how long that took; `None`: nothing yet, or nothing at all.
    pub found: Option<(Vec<IpAddr>, Duration)>,
}

/// One address that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectAttempt {
    /// The address.
    pub peer: SocketAddr,
    /// Which of the application's attempts it belongs to, from 1.
    pub attempt: u32,
    /// When it began.
    pub began: Instant,
    /// How it ended, and how long it took; `None`: it is under way.
    pub ended: Option<(AttemptEnd, Duration)>,
}

/// How a lane ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptEnd {
    /// It was first.
    Won,
    /// Another one was first, and this one was given up.
    GivenUp,
    /// It failed, and why.
    Failed(String),
}

impl PeerPath {
    /// Takes in a fact.
    pub fn on_kernel_state(&mut self, news: &News, at: Instant) {
        match news {
            News::Dial(DialNews::Resolving { host }) => {
                self.lookup = Some(NameResolution { host: host.clone(), began: at, found: None });
                self.compared = None;
            }
            News::Dial(DialNews::Resolved { addresses, took, .. }) => {
                if let Some(lookup) = &mut self.lookup {
                    lookup.found = Some((addresses.clone(), *took));
                }
            }
            News::Dial(DialNews::Compared(compared)) => self.compared = Some((**compared).clone()),
            News::Dial(DialNews::Route(route)) => self.route = Some((**route).clone()),
            News::Dial(DialNews::Connecting { peer, attempt }) => {
                if self.lanes.len() >= MOST_LANES {
                    self.lanes.remove(0);
                }
                self.lanes.push(ConnectAttempt { peer: *peer, attempt: *attempt, began: at, ended: None });
            }
            News::Dial(DialNews::AttemptFailed { failure, took }) => {
                let under_way =
                    |lane: &&mut ConnectAttempt| lane.ended.is_none() && lane.peer.to_string() == failure.peer;
                if let Some(lane) = self.lanes.iter_mut().rev().find(under_way) {
                    lane.ended = Some((AttemptEnd::Failed(failure.message.clone()), *took));
                }
            }
            News::Dial(DialNews::Connected { peer, took, .. }) => {
                self.end_all(at, |lane| {
                    if lane.peer == *peer { (AttemptEnd::Won, Some(*took)) } else { (AttemptEnd::GivenUp, None) }
                });
            }
            News::Failed(failure) => {
                self.end_all(at, |_| (AttemptEnd::Failed(failure.message.clone()), None));
            }
            News::Dial(DialNews::Retrying { because, .. }) => {
                self.end_all(at, |_| (AttemptEnd::Failed(because.message.clone()), None));
            }
            News::Closed { .. } => self.end_all(at, |_| (AttemptEnd::GivenUp, None)),
            _ => {}
        }
    }

    fn end_all(&mut self, at: Instant, how: impl Fn(&ConnectAttempt) -> (AttemptEnd, Option<Duration>)) {
        for lane in self.lanes.iter_mut().filter(|lane| lane.ended.is_none()) {
            let (finish, took) = how(lane);
            lane.ended = Some((finish, took.unwrap_or_else(|| at.saturating_duration_since(lane.began))));
        }
    }

    /// The lanes of the last attempt, in order.
    pub fn race(&self) -> &[ConnectAttempt] {
        let last = self.lanes.last().map_or(0, |lane| lane.attempt);
        let first = self.lanes.iter().rposition(|lane| lane.attempt != last).map_or(0, |before| before + 1);
        &self.lanes[first..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Class, FailedOperation, Failure};

    #[test]
    fn the_first_address_that_answers_wins_and_the_others_are_given_up() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let peers: Vec<SocketAddr> =
            ["[2001:db8::1]:80", "[2001:db8::2]:80", "192.0.2.1:80"].map(|text| text.parse().unwrap()).into();
        let mut way = PeerPath::default();
        for (place, peer) in (0_u64..).zip(&peers) {
            way.on_kernel_state(&News::Dial(DialNews::Connecting { peer: *peer, attempt: 1 }), at(250 * place));
        }
        let failure = Failure::new(Class::Unreachable, FailedOperation::Connect, peers[1].to_string(), "no route");
        way.on_kernel_state(&News::Dial(DialNews::AttemptFailed { failure, took: Duration::from_millis(3) }), at(253));
        let took = Duration::from_millis(20);
        way.on_kernel_state(
            &News::Dial(DialNews::Connected {
                local: "192.0.2.9:5".parse().unwrap(),
                peer: peers[2],
                took,
                attempt: 1,
            }),
            at(520),
        );
        let ends: Vec<_> = way.race().iter().map(|lane| lane.ended.clone().unwrap()).collect();
        assert_eq!(ends[0], (AttemptEnd::GivenUp, Duration::from_millis(520)));
        assert_eq!(ends[1], (AttemptEnd::Failed("no route".into()), Duration::from_millis(3)));
        assert_eq!(ends[2], (AttemptEnd::Won, took));
    }

    #[test]
    fn lanes_are_bounded_and_the_race_is_the_last_attempts() {
        let mut way = PeerPath::default();
        let peer = "192.0.2.1:80".parse().unwrap();
        for attempt in 1..=200 {
            way.on_kernel_state(&News::Dial(DialNews::Connecting { peer, attempt }), Instant::now());
        }
        assert_eq!((way.lanes.len(), way.race().len()), (MOST_LANES, 1));
    }
}
