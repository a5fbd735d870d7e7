//! HTTP exchanges, against the built-in server and against scripted peers.

mod bodies;
mod coded;
mod connecting;
mod connection;
mod exact;
mod exchange;
mod faults;
mod plain;
mod tls;
