//! The socket options: effect, unit, system call, and typed form of each one.

use std::fmt;
use std::time::Duration;

use crate::text::sanitize::quoted;

/// An option of a TCP or UDP socket (socket(7), ip(7), tcp(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SocketOption {
    /// `TCP_NODELAY`.
    NoDelay,
    /// `TCP_QUICKACK`.
    QuickAck,
    /// `TCP_CORK`.
    Cork,
    /// `SO_KEEPALIVE`.
    KeepAlive,
    /// `TCP_KEEPIDLE`.
    KeepIdle,
    /// `TCP_KEEPINTVL`.
    KeepInterval,
    /// `TCP_KEEPCNT`.
    KeepCount,
    /// `TCP_USER_TIMEOUT`.
    UserTimeout,
    /// `TCP_SYNCNT`.
    SynCount,
    /// `SO_RCVBUF`.
    RecvBuffer,
    /// `SO_SNDBUF`.
    SendBuffer,
    /// `TCP_NOTSENT_LOWAT`.
    NotSentLowWater,
    /// `SO_LINGER`.
    Linger,
    /// `IP_TTL`, `IPV6_UNICAST_HOPS`; to a group `IP_MULTICAST_TTL`, `IPV6_MULTICAST_HOPS`.
    Ttl,
    /// `IP_TOS`, `IPV6_TCLASS`.
    Tos,
    /// `TCP_CONGESTION`.
    Congestion,
    /// `TCP_MAXSEG`.
    MaxSegment,
    /// `SO_REUSEADDR`.
    ReuseAddress,
    /// `SO_REUSEPORT`.
    ReusePort,
    /// `SO_BINDTODEVICE`.
    BindToDevice,
}

/// Value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// On or off.
    Switch(bool),
    /// A plain number.
    Count(u32),
    /// Bytes.
    Bytes(u32),
    /// A time: whole seconds or milliseconds, depending on the option.
    Time(Duration),
    /// How long a close waits for queued data; `None` does not wait, 0 resets.
    Linger(Option<Duration>),
    /// A name; empty means none.
    Name(String),
}

/// What decides which of the system's options governs: the family of the socket, and whether it sends to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionScope {
    /// IPv4, to one host.
    V4,
    /// IPv6, to one host.
    V6,
    /// IPv4, to a multicast group.
    V4Group,
    /// IPv6, to a multicast group.
    V6Group,
}

impl OptionScope {
    /// The scope of a socket of the Unix domain: any, as it has no option that a scope decides.
    pub const UNIX: Self = OptionScope::V4;

    /// The scope of a socket of this family; `group`: it sends to a multicast group.
    pub fn new(v6: bool, group: bool) -> Self {
        match (v6, group) {
            (false, false) => OptionScope::V4,
            (true, false) => OptionScope::V6,
            (false, true) => OptionScope::V4Group,
            (true, true) => OptionScope::V6Group,
        }
    }

    /// Whether the socket is IPv6.
    pub fn is_v6(self) -> bool {
        matches!(self, OptionScope::V6 | OptionScope::V6Group)
    }

    /// Whether it sends to a multicast group.
    pub fn is_group(self) -> bool {
        matches!(self, OptionScope::V4Group | OptionScope::V6Group)
    }
}

/// The scope of a socket that talks with one host: `true` is IPv6.
impl From<bool> for OptionScope {
    fn from(v6: bool) -> Self {
        OptionScope::new(v6, false)
    }
}

/// Unit in which a value is typed, shown, and passed to the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionUnit {
    /// `on` or `off`; 1 or 0 for the kernel.
    Switch,
    /// A number within these bounds, both included.
    Count(u32, u32),
    /// Bytes.
    Bytes,
    /// Whole seconds.
    Seconds,
    /// Whole milliseconds.
    Millis,
    /// `off`, or whole seconds.
    Linger,
    /// A name of at most 15 bytes.
    Name,
}

/// One row of the table.
struct OptionEntry {
    option: SocketOption,
    name: &'static str,
    level: &'static str,
    symbol: &'static str,
    unit: OptionUnit,
    does: &'static str,
}

/// The longest name of a congestion control or a network interface, in bytes (TCP_CA_NAME_MAX, IFNAMSIZ: 16 with the
/// final 0).
pub(super) const MOST_NAME: usize = 15;

/// The largest buffer that can be requested: the kernel doubles it, in an `int`.
pub(super) const MOST_BYTES: u64 = i32::MAX as u64 / 2;

const fn line(
    option: SocketOption,
    name: &'static str,
    (level, symbol): (&'static str, &'static str),
    unit: OptionUnit,
    does: &'static str,
) -> OptionEntry {
    OptionEntry { option, name, level, symbol, unit, does }
}

const TCP: &str = "IPPROTO_TCP";
const SOCKET: &str = "SOL_SOCKET";

#[rustfmt::skip]
const TABLE: [OptionEntry; 20] = [
    line(SocketOption::NoDelay, "nodelay", (TCP, "TCP_NODELAY"), OptionUnit::Switch,
        "send small writes at once, do not wait for the last one's ACK (Nagle, RFC 896)"),
    line(SocketOption::QuickAck, "quickack", (TCP, "TCP_QUICKACK"), OptionUnit::Switch,
        "acknowledge at once for now, do not delay up to 40 ms; the kernel may go back by itself"),
    line(SocketOption::Cork, "cork", (TCP, "TCP_CORK"), OptionUnit::Switch,
        "hold back segments that are not full, for 200 ms at the most"),
    line(SocketOption::KeepAlive, "keepalive", (SOCKET, "SO_KEEPALIVE"), OptionUnit::Switch,
        "probe a peer that has been quiet, and end the connection if it does not answer"),
    line(SocketOption::KeepIdle, "keepidle", (TCP, "TCP_KEEPIDLE"), OptionUnit::Seconds,
        "how long it must be quiet before the first keepalive probe"),
    line(SocketOption::KeepInterval, "keepintvl", (TCP, "TCP_KEEPINTVL"), OptionUnit::Seconds,
        "how long between keepalive probes"),
    line(SocketOption::KeepCount, "keepcnt", (TCP, "TCP_KEEPCNT"), OptionUnit::Count(1, 127),
        "how many unanswered keepalive probes end the connection"),
    line(SocketOption::UserTimeout, "user_timeout", (TCP, "TCP_USER_TIMEOUT"), OptionUnit::Millis,
        "how long data may stay unacknowledged before the connection ends; 0 is the system's rule (RFC 5482)"),
    line(SocketOption::SynCount, "syncnt", (TCP, "TCP_SYNCNT"), OptionUnit::Count(1, 127),
        "how often a SYN is sent again before connect() gives up"),
    line(SocketOption::RecvBuffer, "rcvbuf", (SOCKET, "SO_RCVBUF"), OptionUnit::Bytes,
        "the receive buffer (it bounds TCP's window); the kernel doubles it, and stops tuning it"),
    line(SocketOption::SendBuffer, "sndbuf", (SOCKET, "SO_SNDBUF"), OptionUnit::Bytes,
        "the send buffer; the kernel doubles it, and stops tuning it"),
    line(SocketOption::NotSentLowWater, "notsent_lowat", (TCP, "TCP_NOTSENT_LOWAT"), OptionUnit::Bytes,
        "how much unsent data may be queued before a write has to wait"),
    line(SocketOption::Linger, "linger", (SOCKET, "SO_LINGER"), OptionUnit::Linger,
        "what close() does with queued data: off sends it and the FIN, 0 throws it away and sends RST"),
    line(SocketOption::Ttl, "ttl", ("IPPROTO_IP", "IP_TTL"), OptionUnit::Count(1, 255),
        "how many routers a packet of ours may pass; IPv6 calls it hop limit"),
    line(SocketOption::Tos, "tos", ("IPPROTO_IP", "IP_TOS"), OptionUnit::Count(0, 255),
        "the DS field: six bits of class (DSCP), two for ECN that TCP keeps to itself; IPv6 calls it traffic class"),
    line(SocketOption::Congestion, "congestion", (TCP, "TCP_CONGESTION"), OptionUnit::Name,
        "the congestion control, as cubic, reno or bbr"),
    line(SocketOption::MaxSegment, "maxseg", (TCP, "TCP_MAXSEG"), OptionUnit::Bytes,
        "the largest segment that we send and announce; only smaller than the path's counts, set it before connect()"),
    line(SocketOption::ReuseAddress, "reuseaddr", (SOCKET, "SO_REUSEADDR"), OptionUnit::Switch,
        "TCP: bind to a port that rests in TIME-WAIT; UDP: share a port"),
    line(SocketOption::ReusePort, "reuseport", (SOCKET, "SO_REUSEPORT"), OptionUnit::Switch,
        "share a port among sockets of one user that all have this"),
    line(SocketOption::BindToDevice, "bindtodevice", (SOCKET, "SO_BINDTODEVICE"), OptionUnit::Name,
        "send and receive through this network interface only; empty is any"),
];

impl SocketOption {
    /// Every option, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = SocketOption> {
        TABLE.iter().map(|line| line.option)
    }

    fn line(self) -> &'static OptionEntry {
        // The table has a row for each option (tested); the first row is a fallback.
        TABLE.iter().find(|line| line.option == self).unwrap_or(&TABLE[0])
    }

    /// The name as typed: `nodelay`.
    pub fn name(self) -> &'static str {
        self.line().name
    }

    /// The system's constant: `TCP_NODELAY`.
    pub fn symbol(self) -> &'static str {
        self.line().symbol
    }

    /// Its effect, in one line.
    pub fn summary(self) -> &'static str {
        self.line().does
    }

    /// Its unit.
    pub fn unit(self) -> OptionUnit {
        self.line().unit
    }

    /// Its level and constant in this scope.
    fn level_and_name(self, scope: OptionScope) -> (&'static str, &'static str) {
        match (self, scope) {
            (SocketOption::Ttl, OptionScope::V6) => ("IPPROTO_IPV6", "IPV6_UNICAST_HOPS"),
            (SocketOption::Ttl, OptionScope::V4Group) => ("IPPROTO_IP", "IP_MULTICAST_TTL"),
            (SocketOption::Ttl, OptionScope::V6Group) => ("IPPROTO_IPV6", "IPV6_MULTICAST_HOPS"),
            (SocketOption::Tos, OptionScope::V6 | OptionScope::V6Group) => ("IPPROTO_IPV6", "IPV6_TCLASS"),
            _ => (self.line().level, self.line().symbol),
        }
    }

    /// The arguments of its `setsockopt` after the descriptor.
    pub fn arguments(self, value: &OptionValue, scope: impl Into<OptionScope>) -> String {
        let (level, symbol) = self.level_and_name(scope.into());
        format!("{level}, {symbol}, {}", self.argument(value))
    }

    /// Its system call as text, to copy.
    pub fn call(self, value: &OptionValue, scope: impl Into<OptionScope>) -> String {
        format!("setsockopt(fd, {})", self.arguments(value, scope))
    }

    /// The system call that reads it, as text to copy.
    pub fn reading_call(self, scope: impl Into<OptionScope>) -> String {
        let (level, symbol) = self.level_and_name(scope.into());
        format!("getsockopt(fd, {level}, {symbol}, &value, &length)")
    }

    fn argument(self, value: &OptionValue) -> String {
        match value {
            OptionValue::Switch(on) => u8::from(*on).to_string(),
            OptionValue::Count(count) | OptionValue::Bytes(count) => count.to_string(),
            OptionValue::Time(time) if self.unit() == OptionUnit::Millis => time.as_millis().to_string(),
            OptionValue::Time(time) => time.as_secs().to_string(),
            OptionValue::Linger(None) => "{.l_onoff = 0}".to_owned(),
            OptionValue::Linger(Some(time)) => format!("{{.l_onoff = 1, .l_linger = {}}}", time.as_secs()),
            OptionValue::Name(name) => format!("{name:?}"),
        }
    }

    /// Parses the name of an option: with or without `TCP_`, `SO_` or `IP_`, in upper or lower case, `-` for `_`.
    ///
    /// # Errors
    /// Fails if there is no such option; the message lists them.
    pub fn parse(text: &str) -> Result<SocketOption, String> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
        let wanted = plain(text.trim());
        let found = TABLE.iter().find(|line| line.name == wanted || plain(line.symbol) == wanted);
        found.map(|line| line.option).ok_or_else(|| {
            let names: Vec<&str> = TABLE.iter().map(|line| line.name).collect();
            format!("there is no socket option {}; there are {}", quoted(&wanted), names.join(", "))
        })
    }
}

/// Parses `NAME=VALUE`, or `NAME VALUE`.
///
/// # Errors
/// Fails if there is no `=`, no such option, or the value does not fit the unit; the message says what is expected.
pub fn parse(text: &str) -> Result<(SocketOption, OptionValue), String> {
    let (name, value) = text
        .split_once('=')
        .or_else(|| text.trim().split_once(char::is_whitespace))
        .ok_or_else(|| "a socket option is set by NAME=VALUE, as nodelay=on or rcvbuf=64KiB".to_owned())?;
    let option = SocketOption::parse(name)?;
    Ok((option, option.parse_value(value)?))
}

impl fmt::Display for SocketOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [SocketOption; 20] = [
        SocketOption::NoDelay,
        SocketOption::QuickAck,
        SocketOption::Cork,
        SocketOption::KeepAlive,
        SocketOption::KeepIdle,
        SocketOption::KeepInterval,
        SocketOption::KeepCount,
        SocketOption::UserTimeout,
        SocketOption::SynCount,
        SocketOption::RecvBuffer,
        SocketOption::SendBuffer,
        SocketOption::NotSentLowWater,
        SocketOption::Linger,
        SocketOption::Ttl,
        SocketOption::Tos,
        SocketOption::Congestion,
        SocketOption::MaxSegment,
        SocketOption::ReuseAddress,
        SocketOption::ReusePort,
        SocketOption::BindToDevice,
    ];

    #[test]
    fn every_option_has_one_line_of_the_table() {
        assert_eq!(SocketOption::all().collect::<Vec<_>>(), ALL);
        for option in ALL {
            assert_eq!(SocketOption::parse(option.name()), Ok(option));
            assert_eq!(SocketOption::parse(&option.symbol().to_lowercase().replace('_', "-")), Ok(option));
            assert!(option.summary().len() < 120, "{option}");
        }
    }

    #[test]
    fn a_value_is_of_its_options_unit() {
        let value = |text| parse(text).unwrap().1;
        assert_eq!(value("nodelay=on"), OptionValue::Switch(true));
        assert_eq!(value("nodelay on"), OptionValue::Switch(true));
        assert_eq!(value("rcvbuf=64KiB"), OptionValue::Bytes(65_536));
        assert_eq!(value("keepidle=90s"), OptionValue::Time(Duration::from_secs(90)));
        assert_eq!(value("keepidle=90"), OptionValue::Time(Duration::from_secs(90)));
        assert_eq!(value("user_timeout=1500"), OptionValue::Time(Duration::from_millis(1500)));
        assert_eq!(value("user_timeout=30s"), OptionValue::Time(Duration::from_secs(30)));
        assert_eq!(value("linger=off"), OptionValue::Linger(None));
        assert_eq!(value("linger=0"), OptionValue::Linger(Some(Duration::ZERO)));
        assert_eq!(value("tos=0x10"), OptionValue::Count(16));
        assert_eq!(value("congestion=reno"), OptionValue::Name("reno".into()));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_is_expected() {
        let why = |text| parse(text).unwrap_err();
        assert!(why("nodelay").contains("NAME=VALUE"));
        assert!(why("sctp=1").contains("there are nodelay, quickack"));
        assert_eq!(why("nodelay=maybe"), "nodelay is on or off");
        assert_eq!(why("ttl=0"), "ttl is a number from 1 to 255");
        assert!(why("rcvbuf=4GiB").contains("at most"));
        assert!(why("keepidle=500ms").contains("whole seconds"));
        assert!(why("linger=-1").contains("off"));
        assert!(why("congestion=averyveryverylongname").contains("15 bytes"));
    }

    #[test]
    fn the_system_call_can_be_copied() {
        let call = |text, v6| {
            let (option, value) = parse(text).unwrap();
            option.call(&value, v6)
        };
        assert_eq!(call("nodelay=on", false), "setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1)");
        assert_eq!(call("user_timeout=30s", false), "setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 30000)");
        assert_eq!(call("ttl=7", true), "setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7)");
        assert_eq!(call("linger=0", false), "setsockopt(fd, SOL_SOCKET, SO_LINGER, {.l_onoff = 1, .l_linger = 0})");
        assert_eq!(call("congestion=reno", false), "setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, \"reno\")");
    }
}
