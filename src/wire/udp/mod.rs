//! What can be known of UDP beyond the payload: the IP header's fields, the ledger, the path's MTU.

pub mod echo;
pub mod mtu;
pub mod mtu_search;
pub mod packet;

pub use mtu::{MtuOutcome, MtuRefusal, MtuRefuser, MtuReport, MtuStep};
pub use packet::PacketInfo;
