//! Which packets a capture wants.

/// Which packets are wanted, by their ports: addresses are looked at behind the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CapturePorts {
    /// From or to this port: a listener's, or the one that is being connected to.
    Port(u16),
    /// Between these two ports: one connection.
    Pair(u16, u16),
}
