//! Properties that every kind of spec has; each kind implements them in its own file.

use std::net::SocketAddr;
use std::time::Duration;

use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use crate::sessions::id::SessionId;
use crate::wire::option::SocketKind;

/// Properties of any kind of spec. There are no default methods: a new kind does not compile until it implements all of
/// them.
pub trait KindFacets {
    /// Protocol and peer in a few words, as `tcp 127.0.0.1:7001`. `bound` is the socket's local address, once bound.
    fn title(&self, bound: Option<SocketAddr>) -> String;

    /// The remote host and port; `None`: no peer, or more than one.
    fn target(&self) -> Option<HostPort>;

    /// The listener that accepted it. Such a session cannot be opened again.
    fn parent(&self) -> Option<SessionId>;

    /// How its socket is opened; `None`: not opened by us, or there are many.
    fn socket(&self) -> Option<&SocketSpec>;

    /// The same, mutable.
    fn socket_mut(&mut self) -> Option<&mut SocketSpec>;

    /// The kind of its socket; `None`: many sockets, or none.
    fn socket_kind(&self) -> Option<SocketKind>;

    /// The address family in use, if the other family could be tried.
    fn family(&self) -> Option<IpFamily>;

    /// The requested local address, if another one could be tried.
    fn local(&self) -> Option<SocketAddr>;

    /// Requests another local address; `None` leaves it to the kernel. Does nothing where [`KindFacets::local`] is
    /// `None`; a kind that needs a local address keeps its own when given `None`.
    fn set_local(&mut self, local: Option<SocketAddr>);

    /// Whether broadcasts are allowed, mutable; `None`: the kind has no broadcasts.
    fn broadcast_mut(&mut self) -> Option<&mut bool>;

    /// How long both directions may be idle; `None`: no limit.
    fn idle_timeout(&self) -> Option<Duration>;

    /// The retry policy, for the timeline of attempts; `None`: no retries, or the timeline does not show them (HTTP).
    fn shown_retry(&self) -> Option<RetryPolicy>;

    /// The time limit that ran out, as far as the kind has one.
    fn allowed_time(&self) -> Option<Duration>;

    /// Raises the time limits, usually tenfold up to the kind's maximum; false: there is no limit to raise.
    fn wait_longer(&mut self) -> bool;
}
