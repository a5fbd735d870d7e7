//! The kernel's timer settings for TCP: when it sends a SYN again, and when it gives up.

use std::time::Duration;

/// The system's settings (tcp(7)); `None`: the system does not report it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpTimerSettings {
    /// How often a SYN is sent again, not counting the linear retries.
    pub syn_retries: Option<u32>,
    /// How many of the first waits for a SYN-ACK are not doubled (Linux 6.5 and newer); 0 on older ones.
    pub syn_linear: Option<u32>,
    /// How often data is sent again before the kernel gives up.
    pub retries: Option<u32>,
    /// How long a connection with SO_KEEPALIVE is idle before the first probe.
    pub keepalive_after: Option<Duration>,
    /// The time between probes.
    pub keepalive_every: Option<Duration>,
    /// How many probes may stay unanswered.
    pub keepalive_probes: Option<u32>,
}

/// The first wait for a SYN-ACK (RFC 6298 §2.1, and TCP_TIMEOUT_INIT in Linux).
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait for an answer (TCP_RTO_MAX in Linux).
const LONGEST: Duration = Duration::from_secs(120);

/// The shortest retransmission timeout (TCP_RTO_MIN in Linux), the base of the time limit for data.
const SHORTEST: Duration = Duration::from_millis(200);

/// The most SYNs that a system can be set to; more are ignored.
const MOST_SYNS: u32 = 255;

impl TcpTimerSettings {
    /// When each SYN of one attempt is sent, counted from the first at 0, and when the kernel gives up.
    ///
    /// `None` if the system does not report its settings.
    pub fn syn_schedule(&self) -> Option<(Vec<Duration>, Duration)> {
        let linear = self.syn_linear.unwrap_or(0).min(MOST_SYNS);
        let again = self.syn_retries?.min(MOST_SYNS) + linear;
        let mut at = Duration::ZERO;
        let mut syns = Vec::new();
        for count in 0..=again {
            syns.push(at);
            let doublings = count.saturating_sub(linear).min(16);
            at += FIRST.saturating_mul(1 << doublings).min(LONGEST);
        }
        Some((syns, at))
    }

    /// How long data may stay unacknowledged before the kernel gives up (tcp(7), `tcp_retries2`): the sum of waits that
    /// begin at 200 ms and double up to 120 s, whatever the connection's own timeout is.
    ///
    /// `None` if the system does not report its settings.
    pub fn data(&self) -> Option<Duration> {
        let mut wait = SHORTEST;
        let mut all = Duration::ZERO;
        for _ in 0..=self.retries?.min(MOST_SYNS) {
            all += wait;
            wait = (wait * 2).min(LONGEST);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_four_linear_ones_the_last_syn_goes_out_at_67_seconds_and_the_end_is_at_131() {
        // The numbers in the kernel's documentation (ip-sysctl, tcp_syn_retries).
        let timers = TcpTimerSettings { syn_retries: Some(6), syn_linear: Some(4), ..TcpTimerSettings::default() };
        let (syns, end) = timers.syn_schedule().expect("it is set");
        let seconds: Vec<u64> = syns.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
        assert_eq!(end.as_secs(), 131);
    }

    #[test]
    fn fifteen_retransmissions_take_924_seconds_and_a_half() {
        // The number in the kernel's documentation (ip-sysctl, tcp_retries2).
        let timers = TcpTimerSettings { retries: Some(15), ..TcpTimerSettings::default() };
        assert_eq!(timers.data(), Some(Duration::from_millis(924_600)));
        assert_eq!(TcpTimerSettings::default().data(), None);
    }

    #[test]
    fn without_them_it_doubles_from_the_first_on() {
        let timers = TcpTimerSettings { syn_retries: Some(6), ..TcpTimerSettings::default() };
        let (syns, end) = timers.syn_schedule().expect("it is set");
        assert_eq!(syns.iter().map(Duration::as_secs).collect::<Vec<_>>(), [0, 1, 3, 7, 15, 31, 63]);
        assert_eq!(end.as_secs(), 127);
        assert_eq!(TcpTimerSettings::default().syn_schedule(), None);
    }
}
