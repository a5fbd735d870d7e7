//! The questions that every kind of session answers, each about itself: in the file of its spec.

use std::net::SocketAddr;
use std::time::Duration;

use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use crate::sessions::id::SessionId;
use crate::wire::option::SocketKind;

/// What any kind of session can be asked. Nothing is answered by default: a new kind does not compile until it has
/// answered every question.
pub trait KindFacets {
    /// Protocol and peer in a few words, as `tcp 127.0.0.1:7001`. `bound` is where its socket is bound, once it is.
    fn title(&self, bound: Option<SocketAddr>) -> String;

    /// The host and port that it goes to; `None`: it goes nowhere, or to more than one place.
    fn target(&self) -> Option<HostPort>;

    /// The listener that accepted it. Such a session cannot be opened again.
    fn parent(&self) -> Option<SessionId>;

    /// How its socket is opened; `None`: not by us, or there are many.
    fn socket(&self) -> Option<&SocketSpec>;

    /// The same, to change.
    fn socket_mut(&mut self) -> Option<&mut SocketSpec>;

    /// The kind of its socket; `None`: it has many, or none.
    fn socket_kind(&self) -> Option<SocketKind>;

    /// Which family its addresses are of, where asking for the other one makes sense.
    fn family(&self) -> Option<IpFamily>;

    /// The local address that was asked for, where another one makes sense.
    fn local(&self) -> Option<SocketAddr>;

    /// Asks for another local address; `None` leaves it to the kernel. Nothing where [`KindFacets::local`] is `None`;
    /// what cannot be without a local address keeps the one that it has.
    fn set_local(&mut self, local: Option<SocketAddr>);

    /// Whether broadcasts are allowed, to change; `None`: they cannot be.
    fn broadcast_mut(&mut self) -> Option<&mut bool>;

    /// How long it may be quiet in both directions, where there is a limit.
    fn idle_timeout(&self) -> Option<Duration>;

    /// How it tries again to connect, as the timeline of its attempts shows; `None`: not at all, or the timeline does not
    /// tell (HTTP).
    fn shown_retry(&self) -> Option<RetryPolicy>;

    /// The time that it allows: the one that ran out, as far as its kind tells.
    fn allowed_time(&self) -> Option<Duration>;

    /// Allows ten times as much, or as long as makes sense; false: there is nothing that could be longer.
    fn wait_longer(&mut self) -> bool;
}
