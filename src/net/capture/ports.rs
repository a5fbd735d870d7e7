//! Which packets a capture wants.

/// Which packets are wanted, by their ports: addresses are checked after the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CapturePorts {
    /// From or to this port: a listener's, or the one that we connect to.
    Port(u16),
    /// Between these two ports: one connection.
    Pair(u16, u16),
}
