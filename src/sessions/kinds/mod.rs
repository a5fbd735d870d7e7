//! State of a session by its kind: one file for each kind, and the list of them in `kind.rs`.

pub mod dns;
pub mod dns_compare;
pub mod dns_sighting;
pub mod http;
pub mod http_gauge;
pub mod http_timing;
mod kind;
pub mod kind_state;
pub mod listener;
pub mod ports;
pub mod repeat;
pub mod tcp;
pub mod udp;
pub mod udp_ledger;
pub mod udp_socket;
pub mod unix;

pub use kind::SessionKind;
