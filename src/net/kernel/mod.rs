//! What the kernel reports of a socket, without privileges: TCP_INFO, SIOCINQ, SIOCOUTQ, the peer's SYN, TIME-WAIT.
//!
//! Linux only; on other systems everything compiles and returns `None`.

mod cookies;
pub(crate) mod error_queue;
#[cfg(target_os = "linux")]
mod listener;
#[cfg(not(target_os = "linux"))]
mod listener_elsewhere;
#[cfg(target_os = "linux")]
pub(crate) mod sock_diag;
#[cfg(target_os = "linux")]
mod sockopt;
pub(crate) mod syn;
#[cfg(target_os = "linux")]
pub(crate) mod timestamps;
#[cfg(target_os = "linux")]
mod udp;
#[cfg(target_os = "linux")]
mod unix;
#[cfg(target_os = "linux")]
mod unix_diag;
mod view;
pub(crate) use cookies::SocketCookies;
pub(crate) use view::{add_socket_diag, sample_connecting, sample_socket};

#[cfg(target_os = "linux")]
pub(crate) use listener::{ListenCounters, listen_counters, tcp_listener_view, unix_listener_view};
#[cfg(not(target_os = "linux"))]
pub(crate) use listener_elsewhere::sample_unix;
#[cfg(not(target_os = "linux"))]
pub(crate) use listener_elsewhere::{ListenCounters, listen_counters, tcp_listener_view, unix_listener_view};
#[cfg(target_os = "linux")]
pub(crate) use unix::sample_unix;

#[cfg(target_os = "linux")]
pub(crate) use sockopt::{get, read_int, set_int, set_multicast_interface_v4};
#[cfg(target_os = "linux")]
pub(crate) use udp::{drops, path_mtu, probe_path, udp_view};
#[cfg(target_os = "linux")]
pub(crate) use view::tcp_info;
