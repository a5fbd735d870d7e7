//! Captures packets as they are on the wire, if this program may (CAP_NET_RAW): each session's own, and no others.
//!
//! ```text
//! AF_PACKET, filtered by the session's ports ─→ Tap's task ─→ wire::segment::{Segment, Flow} ─→ the session's journal
//! ```
//!
//! Bounds: the kernel's queue has 4 MiB (or the system's limit), the journal 8,192 segments; what does not fit is
//! counted and reported. Without capture no code here runs.

#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod flows;
#[cfg(target_os = "linux")]
mod packets;
mod ports;
#[cfg(target_os = "linux")]
mod tap;
#[cfg(not(target_os = "linux"))]
mod unsupported;
mod watch;
pub(crate) use watch::{CaptureWatch, report_refusal};

pub(crate) use ports::CapturePorts;
#[cfg(target_os = "linux")]
pub(crate) use tap::CaptureTap;
#[cfg(not(target_os = "linux"))]
pub(crate) use unsupported::CaptureTap;
