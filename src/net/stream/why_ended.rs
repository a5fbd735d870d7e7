//! Why a connection ended, where the error number alone does not say it: ETIMEDOUT does not name the kernel's timer
//! that ran out, and EPIPE does not say that the peer's FIN came before its RST.

use std::time::Duration;

use super::shared::{ConnectionEnd, SharedConnection};
use crate::net::{kernel, option};
use crate::text::quantity;
use crate::wire::errno;
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::{Class, Failure, FailureReason};

/// For an end by ETIMEDOUT, adds which timer ran out, from the socket's options and send queue; other ends stay.
pub(super) fn explain_timeout(shared: &SharedConnection, end: ConnectionEnd) -> ConnectionEnd {
    match end {
        ConnectionEnd::Failed(failure) if failure.os_code == Some(errno::ETIMEDOUT) => {
            let view = kernel::sample_socket(shared.transport.socket());
            // After the end, the send queue still counts bytes that were written and never acknowledged.
            let unacknowledged = view.send_queue_bytes.or(shared.queued_bytes()).unwrap_or(0);
            ConnectionEnd::Failed(match read_timeouts(shared).ran_out(unacknowledged) {
                Some((reason, message)) => Failure { reason: Some(reason), message, ..failure },
                None => failure,
            })
        }
        other => other,
    }
}

/// For an end by RST, adds that the peer's FIN came first; other ends stay.
pub(super) fn explain_reset(shared: &SharedConnection, end: ConnectionEnd) -> ConnectionEnd {
    match (end, shared.way.peer_fin()) {
        (ConnectionEnd::Failed(failure), Some(fin)) if failure.class == Class::Reset && failure.reason.is_none() => {
            let sent_after = shared.counts.bytes().sent.saturating_sub(fin.sent_bytes);
            let before = quantity::duration(fin.at.elapsed());
            let message = match sent_after {
                0 => format!("a RST came {before} after the peer's FIN"),
                _ => format!(
                    "the peer had closed (its FIN came {before} earlier), and a RST answered what we sent after that"
                ),
            };
            ConnectionEnd::Failed(Failure { reason: Some(FailureReason::ResetAfterFin), message, ..failure })
        }
        (end, _) => end,
    }
}

/// The kernel's timer settings for this socket.
#[derive(Clone, Copy, Debug, Default)]
struct ConnectionTimeouts {
    keepalive: bool,
    idle: Duration,
    interval: Duration,
    count: u32,
    user_timeout: Duration,
}

fn read_timeouts(shared: &SharedConnection) -> ConnectionTimeouts {
    let read = |name| option::read(shared.transport.socket(), name, shared.v6.into()).ok();
    let time = |name| match read(name) {
        Some(OptionValue::Time(time)) => time,
        _ => Duration::ZERO,
    };
    ConnectionTimeouts {
        keepalive: read(SocketOption::KeepAlive) == Some(OptionValue::Switch(true)),
        idle: time(SocketOption::KeepIdle),
        interval: time(SocketOption::KeepInterval),
        count: match read(SocketOption::KeepCount) {
            Some(OptionValue::Count(count)) => count,
            _ => 0,
        },
        user_timeout: time(SocketOption::UserTimeout),
    }
}

impl ConnectionTimeouts {
    /// Which timer ran out with this many bytes unacknowledged. `None` if the last retransmission timed out: the
    /// failure's own message already says so.
    fn ran_out(&self, unacknowledged: u64) -> Option<(FailureReason, String)> {
        let limit = quantity::duration(self.user_timeout);
        match (unacknowledged, self.user_timeout.is_zero()) {
            (1.., false) => Some((
                FailureReason::UserTimeout,
                format!(
                    "the peer stopped answering: {} lay unacknowledged for longer than TCP_USER_TIMEOUT allows ({limit})",
                    quantity::bytes(unacknowledged)
                ),
            )),
            (0, false) if self.keepalive => Some((
                FailureReason::UserTimeout,
                format!(
                    "the peer stopped answering: no answer to keepalive probes within TCP_USER_TIMEOUT ({limit}), \
                 which overrides their count"
                ),
            )),
            (0, true) if self.keepalive => Some((
                FailureReason::KeepaliveTimeout,
                format!(
                    "the peer stopped answering: quiet for {}, then {} keepalive {} {} apart without an answer",
                    quantity::duration(self.idle),
                    self.count,
                    if self.count == 1 { "probe" } else { "probes" },
                    quantity::duration(self.interval)
                ),
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_clock_that_can_run_out_has_its_words() {
        let keepalive = ConnectionTimeouts {
            keepalive: true,
            idle: Duration::from_secs(1),
            interval: Duration::from_secs(1),
            count: 2,
            user_timeout: Duration::ZERO,
        };
        let says =
            |clocks: ConnectionTimeouts, queued| clocks.ran_out(queued).map(|(_, words)| words).unwrap_or_default();
        assert!(
            says(keepalive, 0).ends_with("quiet for 1.0 s, then 2 keepalive probes 1.0 s apart without an answer"),
            "{}",
            says(keepalive, 0)
        );
        assert_eq!(keepalive.ran_out(5), None, "data is retransmitted, not probed for");
        let bounded = ConnectionTimeouts { user_timeout: Duration::from_secs(2), ..keepalive };
        assert!(says(bounded, 5).contains("5 B lay unacknowledged"));
        assert!(says(bounded, 0).contains("which overrides their count"));
        assert_eq!(ConnectionTimeouts::default().ran_out(0), None);
    }
}
