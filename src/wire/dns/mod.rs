//! DNS: names to query, message parsing, and every field with its byte range.

pub mod message;
pub mod name_text;
pub mod names;
pub mod record_type;

mod answer;
mod edns;
mod parse;
mod rdata;
mod reader;
mod wire_name;

pub use answer::AnswerMeaning;
pub use message::{DnsMessage, DnsQuestion, DnsRecord};
pub use record_type::RecordType;
