//! Events of a range of ports.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::place::NewsPlace;
use crate::wire::{Class, Failure, FailureReason};

/// Events of a range of ports. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum PortNews {
    /// The ports are being tried.
    Begun {
        /// How many there are.
        ports: u32,
        /// The addresses that each port is tried at, in order, until one is open there.
        addresses: Vec<std::net::IpAddr>,
    },
    /// What is known of one port.
    Probed(PortProbe),
    /// All ports were tried.
    Done {
        /// How many of each.
        counts: PortCounts,
        /// How long it took.
        took: Duration,
    },
}

impl PortNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            // The ports have a view of their own, and there may be many.
            PortNews::Probed(_) => NewsPlace::Transcript,
            PortNews::Begun { .. } | PortNews::Done { .. } => NewsPlace::Everywhere,
        }
    }
}

/// One port.
#[derive(Clone, Debug, PartialEq)]
pub struct PortProbe {
    /// The address and port that the state is about: where it is open, else the one that said the most.
    pub peer: SocketAddr,
    /// Its state.
    pub state: PortState,
    /// Why it is not open; `None` for an open one.
    pub failure: Option<Failure>,
    /// From the first SYN to the answer, or to the end of the wait.
    pub took: Duration,
}

impl PortProbe {
    /// Why it is not open; for an open one, at which address it is.
    pub fn reason_text(&self) -> String {
        self.failure.as_ref().map_or_else(|| self.peer.to_string(), |failure| failure.message.clone())
    }
}

/// State of a port, as far as one connection attempt shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PortState {
    /// It accepted a connection, which was closed at once.
    Open,
    /// RST, or ICMP port unreachable: somebody answered, and nothing listens.
    Refused,
    /// ICMP, or a missing route, says that the host or network cannot be reached.
    Unreachable,
    /// No answer in time: a firewall drops the packets in silence, or the host is down.
    Filtered,
    /// It could not be tried: a failure of this machine.
    Untried,
}

impl PortState {
    /// Every state, the one that says the most first.
    pub const ALL: [PortState; 5] =
        [PortState::Open, PortState::Refused, PortState::Unreachable, PortState::Filtered, PortState::Untried];

    /// The state that a failed attempt shows.
    pub fn of_failure(failure: &Failure) -> Self {
        match failure.class {
            Class::Refused | Class::Reset => PortState::Refused,
            Class::Unreachable => PortState::Unreachable,
            // No firewall kept silent: nothing was sent.
            Class::ConnectTimeout if failure.reason == Some(FailureReason::NoNeighbour) => PortState::Unreachable,
            Class::ConnectTimeout | Class::IdleTimeout => PortState::Filtered,
            Class::Internal
            | Class::Usage
            | Class::Resolve
            | Class::Tls
            | Class::Protocol
            | Class::Local
            | Class::HttpStatus
            | Class::CutShort => PortState::Untried,
        }
    }

    /// The class of a run in which most ports are in this state, and none is open.
    pub fn class(self) -> Class {
        match self {
            PortState::Open => Class::Internal,
            PortState::Refused => Class::Refused,
            PortState::Unreachable => Class::Unreachable,
            PortState::Filtered => Class::ConnectTimeout,
            PortState::Untried => Class::Local,
        }
    }

    /// The name in tables and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            PortState::Open => "open",
            PortState::Refused => "refused",
            PortState::Unreachable => "unreachable",
            PortState::Filtered => "filtered",
            PortState::Untried => "untried",
        }
    }
}

/// How many ports are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortCounts([u32; PortState::ALL.len()]);

impl PortCounts {
    /// Counts one port.
    pub fn add(&mut self, state: PortState) {
        self.0[state as usize] += 1;
    }

    /// How many are in this state.
    pub fn of(&self, state: PortState) -> u32 {
        self.0[state as usize]
    }

    /// How many there are in all.
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// The state of the most ports; of two that are equal, the one that says more. `None`: there are no ports.
    pub fn commonest(&self) -> Option<PortState> {
        let counted = PortState::ALL.into_iter().rev().filter(|state| self.of(*state) > 0);
        counted.max_by_key(|state| self.of(*state))
    }
}

/// `1 open, 9 refused, 1 filtered`.
impl fmt::Display for PortCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = PortState::ALL
            .into_iter()
            .filter(|state| self.of(*state) > 0)
            .map(|state| format!("{} {}", self.of(state), state.name()))
            .collect();
        f.write_str(if parts.is_empty() { "none tried" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_state_is_the_one_that_says_more_where_two_are_equal() {
        let mut counts = PortCounts::default();
        assert_eq!((counts.commonest(), counts.to_string().as_str()), (None, "none tried"));
        counts.add(PortState::Filtered);
        counts.add(PortState::Refused);
        assert_eq!(counts.commonest(), Some(PortState::Refused));
        counts.add(PortState::Filtered);
        assert_eq!(counts.commonest(), Some(PortState::Filtered));
        assert_eq!((counts.to_string().as_str(), counts.total()), ("1 refused, 2 filtered", 3));
        for (place, state) in PortState::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, place);
        }
    }
}
