//! The rules of each session kind that the model needs; one file per kind.

mod dns;
mod http;
mod kinds;
mod listener;
mod ports;
mod questions;
mod repeat;
mod tcp;
mod udp;
mod unix;

pub(crate) use kinds::{
    can_send, connects_by_syn, endings, has_ending, icmp_failure, listed_peers, mtu_probe, option_scope, pausing,
    why_not_sent,
};
pub(crate) use questions::WhyNotSent;
