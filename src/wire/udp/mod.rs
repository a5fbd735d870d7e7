//! UDP beyond the payload: fields of the IP header, echoes, and the path MTU.

pub mod echo;
pub mod mtu;
pub mod mtu_search;
pub mod packet;

pub use mtu::{MtuOutcome, MtuRefusal, MtuRefuser, MtuReport, MtuStep};
pub use packet::PacketInfo;
