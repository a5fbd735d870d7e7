//! What happened in a session, as a network person would say it: SYN, RST, ICMP, FIN, each with how it is known.

mod captured;
mod facts;
mod failure;
mod line;
mod lines;
mod syns;

pub(crate) use line::{TimelineLine, TimelineTone};
pub(crate) use lines::lines;
pub(crate) use syns::syn_times;
