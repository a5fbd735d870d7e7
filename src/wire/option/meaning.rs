//! Which kind of socket has which option, and what an option's value means.

use super::option::{OptionValue, SocketOption};
use crate::wire::failure::Failure;
use crate::wire::operation::FailedOperation;
use crate::wire::udp::packet::dscp_name;

/// Kinds of socket, as far as their options differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketKind {
    /// A TCP connection, or a socket that will become one.
    Connection,
    /// A TCP socket that listens.
    Listener,
    /// A UDP socket.
    Datagrams,
    /// A socket of the Unix domain.
    Unix,
}

impl SocketKind {
    /// The name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            SocketKind::Connection => "a TCP connection",
            SocketKind::Listener => "a TCP listener",
            SocketKind::Datagrams => "a UDP socket",
            SocketKind::Unix => "a Unix socket",
        }
    }
}

impl SocketOption {
    /// The options of this kind of socket, in the order in which they are shown.
    pub fn options_of(kind: SocketKind) -> impl Iterator<Item = SocketOption> {
        SocketOption::all().filter(move |option| option.applies_to(kind))
    }

    /// Whether this kind of socket has the option. A listener lacks options that accepted connections do not inherit.
    pub fn applies_to(self, kind: SocketKind) -> bool {
        match kind {
            SocketKind::Connection => true,
            // Quick acknowledgement is a state of one connection, which the kernel ends by itself.
            SocketKind::Listener => self != SocketOption::QuickAck,
            SocketKind::Datagrams => matches!(
                self,
                SocketOption::RecvBuffer
                    | SocketOption::SendBuffer
                    | SocketOption::Ttl
                    | SocketOption::Tos
                    | SocketOption::ReuseAddress
                    | SocketOption::ReusePort
                    | SocketOption::BindToDevice
            ),
            SocketKind::Unix => matches!(self, SocketOption::SendBuffer | SocketOption::RecvBuffer),
        }
    }

    /// A remark on setting it while the socket is in use; `None`: it takes effect immediately.
    pub fn late_effect(self, kind: SocketKind) -> Option<&'static str> {
        match (self, kind) {
            (SocketOption::ReuseAddress | SocketOption::ReusePort, _) => {
                Some("it takes effect at bind(): set it before")
            }
            (_, SocketKind::Listener) => Some("connections that are accepted from now on inherit it"),
            (SocketOption::SynCount, SocketKind::Connection) => Some("connect() asks for it: set it before"),
            (SocketOption::MaxSegment, SocketKind::Connection) => {
                Some("it was announced in our SYN: set it before connect() to bound what the peer sends")
            }
            (SocketOption::RecvBuffer, SocketKind::Connection) => {
                Some("the window's scale was agreed on in the SYNs: a window above 64 KiB may need it before connect()")
            }
            (SocketOption::QuickAck | SocketOption::Cork, SocketKind::Connection) => {
                Some("it lasts until the kernel leaves it by itself")
            }
            _ => None,
        }
    }

    /// Why the kernel reports another value than the requested one, if that is known.
    pub fn difference(self, asked: &OptionValue, now: &OptionValue) -> Option<&'static str> {
        match (self, asked, now) {
            (_, asked, now) if asked == now => None,
            (
                SocketOption::RecvBuffer | SocketOption::SendBuffer,
                OptionValue::Bytes(asked),
                OptionValue::Bytes(now),
            ) => Some(if asked.checked_mul(2) == Some(*now) {
                "the kernel doubles it, for its own bookkeeping"
            } else {
                "the kernel has its bounds (net.core.rmem_max, wmem_max), and doubles"
            }),
            (SocketOption::MaxSegment, ..) => Some("the path's own counts, where that is smaller"),
            (SocketOption::Tos, ..) => Some("TCP keeps the two ECN bits to itself"),
            (SocketOption::QuickAck, ..) => Some("the kernel left it by itself"),
            _ => None,
        }
    }

    /// What a value means, if the number alone does not say it.
    pub fn meaning(self, value: &OptionValue) -> Option<String> {
        match (self, value) {
            (SocketOption::Tos, OptionValue::Count(byte)) => Some(dscp(*byte)),
            (SocketOption::UserTimeout, OptionValue::Time(time)) if time.is_zero() => {
                Some("as long as retransmitting goes on".to_owned())
            }
            (SocketOption::NotSentLowWater, OptionValue::Bytes(0 | u32::MAX)) => Some("no limit of its own".to_owned()),
            (SocketOption::Linger, OptionValue::Linger(None)) => Some("FIN, in the background".to_owned()),
            (SocketOption::Linger, OptionValue::Linger(Some(time))) if time.is_zero() => Some("RST".to_owned()),
            (SocketOption::BindToDevice, OptionValue::Name(name)) if name.is_empty() => {
                Some("any interface".to_owned())
            }
            _ => None,
        }
    }

    /// The text by which a failure names an option: `rcvbuf=65536`.
    pub fn assignment_text(self, value: &OptionValue) -> String {
        format!("{}={}", self.name(), value.input_text())
    }

    /// The option that a failure is about.
    pub(crate) fn from_failure(failure: &Failure) -> Option<SocketOption> {
        let (name, _) = failure.peer.split_once('=').filter(|_| failure.operation == FailedOperation::SetOption)?;
        SocketOption::parse(name).ok()
    }
}

/// The DS field as names of DSCP and ECN.
fn dscp(byte: u32) -> String {
    let (class, ecn) = (byte >> 2, byte & 3);
    let name = u8::try_from(class).ok().and_then(dscp_name).map_or_else(|| class.to_string(), str::to_owned);
    if ecn == 0 { format!("DSCP {name}") } else { format!("DSCP {name}, ECN {ecn}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::wire::option::option::parse;

    #[test]
    fn a_ds_field_has_its_name() {
        let named = |byte| SocketOption::Tos.meaning(&OptionValue::Count(byte));
        assert_eq!(named(0).as_deref(), Some("DSCP CS0"));
        assert_eq!(named(0xb8).as_deref(), Some("DSCP EF"));
        assert_eq!(named(0x28).as_deref(), Some("DSCP AF11"));
        assert_eq!(named(0x22).as_deref(), Some("DSCP CS1, ECN 2"));
    }

    #[test]
    fn every_value_is_typed_as_it_is_read() {
        for text in
            ["nodelay=on", "ttl=5", "rcvbuf=65536", "keepidle=7s", "user_timeout=1500ms", "linger=off", "linger=5s"]
        {
            let (option, value) = parse(text).expect("the test's own");
            assert_eq!(option.assignment_text(&value), text);
            assert_eq!(option.parse_value(&value.input_text()), Ok(value));
        }
    }
}
