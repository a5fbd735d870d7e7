//! HTTP exchanges over loopback, through the public door: against the built-in server and against scripted peers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set its stage fails, and says where")]

mod bodies;
mod coded;
mod connecting;
mod faults;
mod plain;
mod support;
mod tls;
