//! Real sockets on loopback, scripted peers, counts equal to the byte: sessions through the door that the program uses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[cfg(target_os = "linux")]
mod capture;
mod dns;
mod http;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(target_os = "linux")]
mod ladder_against_capture;
mod listen;
mod live_net;
#[cfg(target_os = "linux")]
mod options;
mod peers;
mod repeat;
#[path = "../support/skipped.rs"]
mod skipped;
mod specs;
mod story;
mod tcp;
mod udp;
#[cfg(target_os = "linux")]
mod udp_speed;
#[cfg(target_os = "linux")]
mod unix;
mod watch;
