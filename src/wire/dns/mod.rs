//! DNS: what is asked, what an answer says, and every field of it at its octets.

pub mod message;
pub mod names;
pub mod record_type;

mod domain;
mod parse;
mod rdata;
mod svcb;
mod walk;

pub use message::{DnsMessage, DnsQuestion, DnsRecord};
pub use record_type::RecordType;
