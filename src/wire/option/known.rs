//! What is known of the options of one session's socket: wished for, set, reported back, refused.

use std::collections::BTreeMap;

use super::super::failure::Failure;
use super::super::news::News;
use super::super::spec::What;
use super::super::udp::packet::dscp_name;
use super::{OptionValue, SocketOption};

/// Options to be set, in order; one comes once.
pub type Wishes = Vec<(SocketOption, OptionValue)>;

/// The operation of a failure to set an option.
pub const SETTING: &str = "setsockopt";

/// The kinds of socket, as far as options tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketKind {
    /// A TCP connection, or a socket that is to be one.
    Connection,
    /// A TCP socket that listens.
    Listener,
    /// A UDP socket.
    Datagrams,
}

impl SocketKind {
    /// The kind of socket that a session has; `None`: it has many, or none.
    pub fn of(what: &What) -> Option<Self> {
        match what {
            What::Tcp(_) | What::Accepted(_) | What::Http(_) => Some(SocketKind::Connection),
            What::Listen(_) => Some(SocketKind::Listener),
            What::Udp(_) | What::UdpBound(_) => Some(SocketKind::Datagrams),
            What::Dns(_) | What::Repeat(_) => None,
        }
    }

    /// The name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            SocketKind::Connection => "a TCP connection",
            SocketKind::Listener => "a TCP listener",
            SocketKind::Datagrams => "a UDP socket",
        }
    }
}

impl SocketOption {
    /// The options that this kind of socket has, in the order in which they are shown.
    pub fn of(kind: SocketKind) -> impl Iterator<Item = SocketOption> {
        SocketOption::all().filter(move |option| option.applies_to(kind))
    }

    /// Whether this kind of socket has it. What an accepted connection cannot inherit, its listener does not have.
    pub fn applies_to(self, kind: SocketKind) -> bool {
        match kind {
            SocketKind::Connection => true,
            // Acknowledging at once is a state of one connection, which the kernel leaves by itself.
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
        }
    }

    /// What is to be known of setting it while the socket is in use; `None`: it holds from now on.
    pub fn late(self, kind: SocketKind) -> Option<&'static str> {
        match (self, kind) {
            (SocketOption::ReuseAddress | SocketOption::ReusePort, _) => {
                Some("bind() asks for it, and is over: set it before")
            }
            (_, SocketKind::Listener) => Some("connections that are accepted from now on inherit it"),
            (SocketOption::SynCount, SocketKind::Connection) => Some("connect() asks for it: set it before"),
            (SocketOption::MaxSegment, SocketKind::Connection) => {
                Some("the peer was told in our SYN: set it before connect() to bound what it sends")
            }
            (SocketOption::RecvBuffer, SocketKind::Connection) => {
                Some("the window's scale was agreed on in the SYNs: a window above 64 KiB may need it before connect()")
            }
            (SocketOption::QuickAck | SocketOption::Cork, SocketKind::Connection) => {
                Some("it holds for now: the kernel may leave it by itself")
            }
            _ => None,
        }
    }

    /// Why the kernel reports another value than was asked for, where that is known.
    pub fn difference(self, asked: &OptionValue, now: &OptionValue) -> Option<&'static str> {
        match (self, asked, now) {
            (_, asked, now) if asked == now => None,
            (
                SocketOption::RecvBuffer | SocketOption::SendBuffer,
                OptionValue::Octets(asked),
                OptionValue::Octets(now),
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

    /// What a value means, where the number does not say it.
    pub fn meaning(self, value: &OptionValue) -> Option<String> {
        match (self, value) {
            (SocketOption::Tos, OptionValue::Count(octet)) => Some(dscp(*octet)),
            (SocketOption::UserTimeout, OptionValue::Time(time)) if time.is_zero() => {
                Some("as long as retransmitting goes on".to_owned())
            }
            (SocketOption::NotSentLowWater, OptionValue::Octets(0 | u32::MAX)) => {
                Some("no limit of its own".to_owned())
            }
            (SocketOption::Linger, OptionValue::Linger(None)) => Some("FIN, in the background".to_owned()),
            (SocketOption::Linger, OptionValue::Linger(Some(time))) if time.is_zero() => Some("RST".to_owned()),
            (SocketOption::BindToDevice, OptionValue::Name(name)) if name.is_empty() => {
                Some("any interface".to_owned())
            }
            _ => None,
        }
    }

    /// What a failure to set an option names: `rcvbuf=65536`.
    pub fn named(self, value: &OptionValue) -> String {
        format!("{}={}", self.name(), value.typed())
    }

    /// The option that a failure was about.
    fn of_failure(failure: &Failure) -> Option<SocketOption> {
        let (name, _) = failure.peer.split_once('=').filter(|_| failure.operation == SETTING)?;
        SocketOption::parse(name).ok()
    }
}

/// The DS field by its names.
fn dscp(octet: u32) -> String {
    let (class, ecn) = (octet >> 2, octet & 3);
    let name = u8::try_from(class).ok().and_then(dscp_name).map_or_else(|| class.to_string(), str::to_owned);
    if ecn == 0 { format!("DSCP {name}") } else { format!("DSCP {name}, ECN {ecn}") }
}

/// What is known of one option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What the kernel reported last, or why it does not; `None`: it was not asked.
    pub now: Option<Result<OptionValue, String>>,
    /// What was asked for last.
    pub asked: Option<OptionValue>,
    /// Why the kernel did not take it.
    pub refused: Option<String>,
}

/// What is known of the options of one socket. Bounded by the number of options that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<SocketOption, Known>);

impl Options {
    /// What is known of an option.
    pub fn get(&self, option: SocketOption) -> Option<&Known> {
        self.0.get(&option)
    }

    /// An option was asked for, and the answer is still to come.
    pub fn asked(&mut self, option: SocketOption, value: OptionValue) {
        let known = self.0.entry(option).or_default();
        known.asked = Some(value);
        known.refused = None;
    }

    /// Takes in a fact.
    pub fn learn(&mut self, news: &News) {
        match news {
            News::OptionSet { option, asked, now } => {
                let known = Known { now: Some(Ok(now.clone())), asked: Some(asked.clone()), refused: None };
                self.0.insert(*option, known);
            }
            News::Options(all) => {
                for (option, now) in all {
                    self.0.entry(*option).or_default().now = Some(now.clone());
                }
            }
            News::Warned(failure) | News::Failed(failure) => {
                if let Some(option) = SocketOption::of_failure(failure) {
                    self.0.entry(option).or_default().refused = Some(failure.message.clone());
                }
            }
            _ => {}
        }
    }
}

/// The options that are set when a session of this kind is opened; `None`: it takes none.
pub fn wishes(what: &What) -> Option<&Wishes> {
    match what {
        What::Tcp(spec) => Some(&spec.options),
        What::Listen(spec) => Some(&spec.options),
        What::Udp(spec) => Some(&spec.options),
        What::UdpBound(spec) => Some(&spec.options),
        What::Http(spec) => Some(&spec.options),
        What::Accepted(_) | What::Dns(_) | What::Repeat(_) => None,
    }
}

/// The same, to change.
pub fn wishes_mut(what: &mut What) -> Option<&mut Wishes> {
    match what {
        What::Tcp(spec) => Some(&mut spec.options),
        What::Listen(spec) => Some(&mut spec.options),
        What::Udp(spec) => Some(&mut spec.options),
        What::UdpBound(spec) => Some(&mut spec.options),
        What::Http(spec) => Some(&mut spec.options),
        What::Accepted(_) | What::Dns(_) | What::Repeat(_) => None,
    }
}

/// What is wished of an option.
pub fn wished(wishes: &Wishes, option: SocketOption) -> Option<&OptionValue> {
    wishes.iter().find(|(of, _)| *of == option).map(|(_, value)| value)
}

/// Wishes an option; `None` takes the wish back, and the system's own value stands.
pub fn wish(wishes: &mut Wishes, option: SocketOption, value: Option<OptionValue>) {
    let place = wishes.iter().position(|(of, _)| *of == option);
    match (place, value) {
        (Some(place), Some(value)) => wishes[place].1 = value,
        (Some(place), None) => drop(wishes.remove(place)),
        (None, Some(value)) => wishes.push((option, value)),
        (None, None) => {}
    }
}

/// Adds options to what a session is to be.
///
/// # Errors
/// That kind of socket does not have one of them; the message names those that it has.
pub fn add(what: &mut What, options: &Wishes) -> Result<(), String> {
    if options.is_empty() {
        return Ok(());
    }
    let kind = SocketKind::of(what);
    let (Some(kind), Some(wishes)) = (kind, wishes_mut(what)) else {
        return Err("socket options are of a session with one socket".to_owned());
    };
    for (option, value) in options {
        if !option.applies_to(kind) {
            let names: Vec<&str> = SocketOption::of(kind).map(SocketOption::name).collect();
            return Err(format!("{} has no {}; it has {}", kind.name(), option.name(), names.join(", ")));
        }
        wish(wishes, *option, Some(value.clone()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::failure::Class;
    use super::super::super::spec::{HostPort, UdpSpec};
    use super::super::parse;
    use super::*;

    #[test]
    fn what_the_kernel_reports_stands_beside_what_was_asked_for() {
        let mut options = Options::default();
        let (option, asked) = (SocketOption::RecvBuffer, OptionValue::Octets(65_536));
        options.asked(option, asked.clone());
        assert_eq!(options.get(option).map(|known| &known.now), Some(&None));
        let now = OptionValue::Octets(131_072);
        options.learn(&News::OptionSet { option, asked: asked.clone(), now: now.clone() });
        let known = options.get(option).expect("it was set");
        assert_eq!((known.now.as_ref(), known.asked.as_ref()), (Some(&Ok(now.clone())), Some(&asked)));
        assert!(option.difference(&asked, &now).is_some_and(|why| why.contains("doubles")));
    }

    #[test]
    fn a_refusal_is_known_of_the_option_that_it_was_about() {
        let mut options = Options::default();
        let asked = OptionValue::Name("nosuch".into());
        let failure = Failure::new(Class::Local, SETTING, SocketOption::Congestion.named(&asked), "no such control");
        options.learn(&News::Warned(failure));
        let known = options.get(SocketOption::Congestion).expect("it was refused");
        assert_eq!(known.refused.as_deref(), Some("no such control"));
        options.asked(SocketOption::Congestion, OptionValue::Name("reno".into()));
        assert_eq!(options.get(SocketOption::Congestion).and_then(|known| known.refused.clone()), None);
    }

    #[test]
    fn a_wish_comes_once_and_can_be_taken_back() {
        let mut wishes = Wishes::new();
        for text in ["ttl=5", "nodelay=on", "ttl=7"] {
            let (option, value) = parse(text).expect("the test's own");
            wish(&mut wishes, option, Some(value));
        }
        assert_eq!(wishes.len(), 2);
        assert_eq!(wished(&wishes, SocketOption::Ttl), Some(&OptionValue::Count(7)));
        wish(&mut wishes, SocketOption::Ttl, None);
        assert_eq!(wished(&wishes, SocketOption::Ttl), None);
    }

    #[test]
    fn a_udp_socket_has_no_nagle() {
        let mut what = What::Udp(UdpSpec::with(HostPort { host: "h".into(), port: 1 }));
        let nodelay = vec![(SocketOption::NoDelay, OptionValue::Switch(true))];
        assert!(add(&mut what, &nodelay).is_err_and(|why| why.contains("has no nodelay; it has rcvbuf")));
        assert_eq!(add(&mut what, &vec![(SocketOption::Ttl, OptionValue::Count(4))]), Ok(()));
        assert_eq!(wishes(&what).map(Vec::len), Some(1));
    }

    #[test]
    fn a_ds_field_has_its_name() {
        let named = |octet| SocketOption::Tos.meaning(&OptionValue::Count(octet));
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
            assert_eq!(option.named(&value), text);
            assert_eq!(option.parse_value(&value.typed()), Ok(value));
        }
    }
}
