//! What a session knows, by its kind.

pub mod dns;
pub mod dns_compare;
pub mod http;
mod kind;
pub mod repeat;
pub mod tcp;
pub mod udp;
pub mod udp_ledger;

pub use kind::SessionKind;
