//! UDP echoes, many times over.

mod pending;
mod sending;
mod socket;

pub(crate) use socket::EchoSocket;
