//! DNS: names to query, message parsing, and every field with its byte range.

pub mod message;
pub mod names;
pub mod record_type;

mod parse;
mod rdata;
mod reader;
mod svcb;
mod wire_name;

pub use message::{DnsMessage, DnsQuestion, DnsRecord};
pub use record_type::RecordType;
