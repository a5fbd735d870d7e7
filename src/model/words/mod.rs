//! News in words.

pub(crate) mod dial;
mod dns;
pub(crate) mod http;
mod listener;
mod neutralised;
mod news;
mod option;
mod ports;
pub(crate) mod retention;
mod sentence;
mod tcp;
mod tls;
mod udp;
mod unix;

pub use neutralised::{neutralised_kinds, neutralised_total};
pub use news::{sentence_of, text_of};
pub use retention::{kept_segments, memory_text, retention_text};
pub use sentence::{MOST_QUOTED, NewsSentence, SentenceTone};
pub(crate) use udp::icmp_meaning;
