//! DNS: what is asked, what an answer says, and every field of it at its octets.

pub mod answer;
pub mod compare;
pub mod dig;
pub mod lookup;
pub mod message;
pub mod names;
pub mod record_type;
pub mod spec;
pub mod text;

mod domain;
mod parse;
mod rdata;
mod svcb;
mod walk;

pub use answer::{DnsAnswer, DnsFailed, DnsNews, DnsPlan, DnsQuery, Wire};
pub use compare::Comparison;
pub use lookup::Lookup;
pub use message::{Message, Question, Record};
pub use record_type::RecordType;
pub use spec::DnsSpec;
