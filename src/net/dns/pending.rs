//! A query that was sent, and what has come that is not its answer.

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};

use crate::wire::dns::message::DnsQuestion;

/// What has come from the server that is not its answer.
#[derive(Debug, Default)]
pub(super) struct ArrivedBytes {
    /// What has come of a message that is not whole, its length before it.
    pub(super) part: BytesMut,
    /// Whole messages that are no answer to the query.
    pub(super) ignored: usize,
}

/// A query that was sent.
pub(super) struct PendingQuery<'a> {
    pub(super) question: &'a DnsQuestion,
    pub(super) server: SocketAddr,
    pub(super) id: u16,
    pub(super) bytes: Bytes,
    /// True: it goes over TCP because the server's answer by UDP was cut short.
    pub(super) is_answered: bool,
}

/// How many bytes a message has with its length before it; `None` if that has not come yet.
pub(super) fn framed_length(part: &[u8]) -> Option<usize> {
    match part {
        [high, low, ..] => Some(2 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}
