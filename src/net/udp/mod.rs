//! UDP: conversations and bound sockets.

mod bound;
mod burst;
mod cmsg;
mod conversation;
mod drop_counter;
pub(super) mod gso;
mod interface_names;
mod kernel_watch;
mod mmsg;
mod mtu;
mod multicast;
mod open;
mod orders;
mod receive;
mod recent_sends;
mod send;
mod shared;
mod strangers;
mod task;

pub(crate) use bound::run_bound;
pub(crate) use conversation::run;
