//! What can be known of UDP beyond the payload: the IP header's fields, the ledger, the path's MTU.

pub mod echo;
pub mod ledger;
pub mod mtu;
pub mod packet;
pub mod search;
pub mod socket;

pub use ledger::UdpLedger;
pub use mtu::{MtuReport, MtuStep, Outcome, Refusal, Refuser};
pub use packet::PacketInfo;
pub use socket::{Discover, SocketView};
