//! Socket options: their system numbers, and the value that the kernel made of each.

use crate::net::system::AsFd;
use crate::wire::errno;
use std::sync::Arc;
use std::time::Instant;

use super::journal::Journal;
use super::{fault, syscall};
use crate::sessions::News;
use crate::sessions::news::OptionNews;
use crate::sessions::news::call::SocketCall;
use crate::sessions::spec::RequestedOptions;
use crate::wire::option::{OptionScope, OptionValue, SocketKind, SocketOption};
use crate::wire::{Class, FailedOperation, Failure};

/// Sets an option.
///
/// # Errors
/// Fails if the kernel rejects it; the failure names the option and the value.
pub(crate) fn set(
    socket: &impl AsFd,
    option: SocketOption,
    value: &OptionValue,
    scope: OptionScope,
) -> Result<(), Failure> {
    system::set(socket, option, value, scope).map_err(|error| set_failure(option, value, &error))
}

fn set_failure(option: SocketOption, value: &OptionValue, error: &std::io::Error) -> Failure {
    let mut failure = fault::from_io(FailedOperation::SetOption, option.assignment_text(value), error);
    failure.class = Class::Local;
    match error.raw_os_error() {
        Some(errno::ENOENT) => {
            let known = "see net.ipv4.tcp_available_congestion_control";
            failure.message = format!("this kernel has no such congestion control ({known})");
        }
        Some(errno::EINVAL) => failure.message = "the kernel does not take this value here".to_owned(),
        Some(errno::ENODEV) => failure.message = "this host has no network interface of that name".to_owned(),
        _ => {}
    }
    failure
}

/// The option's value now, as the kernel reports it.
///
/// # Errors
/// Fails, with the reason as text, if it cannot be read on this system or socket.
pub(crate) fn read(socket: &impl AsFd, option: SocketOption, scope: OptionScope) -> Result<OptionValue, String> {
    system::read(socket, option, scope).map_err(|error| fault::from_io(FailedOperation::GetOption, "", &error).message)
}

/// The news that an option was set, with its value now; if it cannot be read back, with the requested value.
pub(crate) fn current_value_news(
    socket: &impl AsFd,
    option: SocketOption,
    asked: OptionValue,
    scope: OptionScope,
) -> News {
    let now = read(socket, option, scope).unwrap_or_else(|_| asked.clone());
    News::Option(OptionNews::Set { option, asked, now })
}

/// Sets an option, and reports the call and the resulting value; returns whether the kernel accepted it.
pub(crate) async fn set_and_report(
    socket: &(impl AsFd + Sync),
    option: SocketOption,
    asked: OptionValue,
    scope: OptionScope,
    journal: &Arc<Journal>,
) -> bool {
    let (taken, told) = attempt(socket, option, asked, scope);
    for news in told {
        journal.news(news).await;
    }
    taken
}

/// Sets an option; returns whether the kernel accepted it, and the news: the call, then its result.
pub(crate) fn attempt(
    socket: &impl AsFd,
    option: SocketOption,
    asked: OptionValue,
    scope: OptionScope,
) -> (bool, [News; 2]) {
    let began = Instant::now();
    let done = system::set(socket, option, &asked, scope);
    let took = began.elapsed();
    let call =
        syscall::call_news(SocketCall::SetOption, option.arguments(&asked, scope), done.as_ref().map(|()| 0), took);
    match done {
        Ok(()) => (true, [call, current_value_news(socket, option, asked, scope)]),
        Err(error) => (false, [call, News::Warned(set_failure(option, &asked, &error))]),
    }
}

/// The values of all options of this kind of socket. Cost: a system call each, some microseconds together.
pub(crate) fn all_values_news(socket: &impl AsFd, kind: SocketKind, scope: OptionScope) -> News {
    News::Option(OptionNews::Reported(
        SocketOption::options_of(kind).map(|option| (option, read(socket, option, scope))).collect(),
    ))
}

/// Sets options in order.
///
/// # Errors
/// Fails at the first one that the kernel rejects.
pub(crate) fn set_all(socket: &impl AsFd, wishes: &RequestedOptions, scope: OptionScope) -> Result<(), Failure> {
    wishes.iter().try_for_each(|(option, value)| set(socket, *option, value, scope))
}

/// Reports the values that the kernel made of options that were set.
pub(crate) async fn report_all(
    socket: &(impl AsFd + Sync),
    wishes: &RequestedOptions,
    scope: OptionScope,
    journal: &Arc<Journal>,
) {
    for (option, asked) in wishes {
        journal.news(current_value_news(socket, *option, asked.clone(), scope)).await;
    }
}

/// Gives an accepted connection the options of its listener: most are inherited already and only reported; the others
/// are set.
pub(crate) async fn apply_inherited(
    socket: &(impl AsFd + Sync),
    from: &InheritedOptions,
    scope: OptionScope,
    journal: &Arc<Journal>,
) {
    for (option, asked, theirs) in from {
        if read(socket, *option, scope).as_ref() == theirs.as_ref() {
            journal.news(current_value_news(socket, *option, asked.clone(), scope)).await;
        } else {
            set_and_report(socket, *option, asked.clone(), scope, journal).await;
        }
    }
}

/// A listener's inheritable options: each option, the requested value, and the value on the listener.
pub(crate) type InheritedOptions = Vec<(SocketOption, OptionValue, Result<OptionValue, String>)>;

/// Reads a listener's inheritable options.
pub(crate) fn read_inheritable(
    listener: &impl AsFd,
    wishes: &RequestedOptions,
    scope: OptionScope,
) -> InheritedOptions {
    wishes.iter().map(|(option, asked)| (*option, asked.clone(), read(listener, *option, scope))).collect()
}

#[cfg(target_os = "linux")]
mod system {
    use crate::net::system::AsFd;
    use std::io;
    use std::time::Duration;

    use crate::net::kernel::{read_int, set_int};
    use crate::wire::option::{OptionScope, OptionUnit, OptionValue, SocketOption};

    /// The system's numbers of an option whose value is an `int`; `None` for the others.
    fn numbers(option: SocketOption, scope: OptionScope) -> Option<(i32, i32)> {
        let tcp = |name| Some((libc::IPPROTO_TCP, name));
        let socket = |name| Some((libc::SOL_SOCKET, name));
        match option {
            SocketOption::NoDelay => tcp(libc::TCP_NODELAY),
            SocketOption::QuickAck => tcp(libc::TCP_QUICKACK),
            SocketOption::Cork => tcp(libc::TCP_CORK),
            SocketOption::KeepAlive => socket(libc::SO_KEEPALIVE),
            SocketOption::KeepIdle => tcp(libc::TCP_KEEPIDLE),
            SocketOption::KeepInterval => tcp(libc::TCP_KEEPINTVL),
            SocketOption::KeepCount => tcp(libc::TCP_KEEPCNT),
            SocketOption::UserTimeout => tcp(libc::TCP_USER_TIMEOUT),
            SocketOption::SynCount => tcp(libc::TCP_SYNCNT),
            SocketOption::RecvBuffer => socket(libc::SO_RCVBUF),
            SocketOption::SendBuffer => socket(libc::SO_SNDBUF),
            SocketOption::NotSentLowWater => tcp(libc::TCP_NOTSENT_LOWAT),
            SocketOption::Ttl => Some(match scope {
                OptionScope::V4 => (libc::IPPROTO_IP, libc::IP_TTL),
                OptionScope::V6 => (libc::IPPROTO_IPV6, libc::IPV6_UNICAST_HOPS),
                OptionScope::V4Group => (libc::IPPROTO_IP, libc::IP_MULTICAST_TTL),
                OptionScope::V6Group => (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_HOPS),
            }),
            SocketOption::Tos if scope.is_v6() => Some((libc::IPPROTO_IPV6, libc::IPV6_TCLASS)),
            SocketOption::Tos => Some((libc::IPPROTO_IP, libc::IP_TOS)),
            SocketOption::MaxSegment => tcp(libc::TCP_MAXSEG),
            SocketOption::ReuseAddress => socket(libc::SO_REUSEADDR),
            SocketOption::ReusePort => socket(libc::SO_REUSEPORT),
            SocketOption::Linger | SocketOption::Congestion | SocketOption::BindToDevice => None,
        }
    }

    pub(super) fn set(
        socket: &impl AsFd,
        option: SocketOption,
        value: &OptionValue,
        scope: OptionScope,
    ) -> io::Result<()> {
        let plain = socket2::SockRef::from(socket);
        if option == SocketOption::Ttl && plain.r#type()? == socket2::Type::DGRAM {
            // A UDP socket may send to hosts and to groups: the value holds for both. What is read back is the one
            // that governs its target.
            for group in [false, true] {
                set_each_family(socket, option, value, OptionScope::new(scope.is_v6(), group))?;
            }
            return Ok(());
        }
        match (numbers(option, scope), value) {
            (Some(_), value) => set_each_family(socket, option, value, scope),
            (None, OptionValue::Linger(time)) => plain.set_linger(*time),
            (None, OptionValue::Name(name)) if option == SocketOption::BindToDevice => {
                plain.bind_device((!name.is_empty()).then_some(name.as_bytes()))
            }
            (None, OptionValue::Name(name)) => plain.set_tcp_congestion(name.as_bytes()),
            (None, _) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Sets a number. An IPv6 socket may use IPv4 too, whose packets have a value of their own; if it is IPv6 only, that
    /// changes nothing.
    fn set_each_family(
        socket: &impl AsFd,
        option: SocketOption,
        value: &OptionValue,
        scope: OptionScope,
    ) -> io::Result<()> {
        let Some((level, name)) = numbers(option, scope) else { return Err(io::ErrorKind::InvalidInput.into()) };
        set_int(socket, level, name, to_kernel(option, value)?)?;
        let of_v4 = numbers(option, OptionScope::new(false, scope.is_group()));
        if let Some((level, name)) = of_v4.filter(|number| scope.is_v6() && *number != (level, name)) {
            set_int(socket, level, name, to_kernel(option, value)?).ok();
        }
        Ok(())
    }

    fn to_kernel(option: SocketOption, value: &OptionValue) -> io::Result<i32> {
        let number = match value {
            OptionValue::Switch(on) => i64::from(*on),
            OptionValue::Count(count) | OptionValue::Bytes(count) => i64::from(*count),
            OptionValue::Time(time) if option.unit() == OptionUnit::Millis => {
                i64::try_from(time.as_millis()).unwrap_or(-1)
            }
            OptionValue::Time(time) => i64::try_from(time.as_secs()).unwrap_or(-1),
            OptionValue::Linger(_) | OptionValue::Name(_) => -1,
        };
        i32::try_from(number).ok().filter(|number| *number >= 0).ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    pub(super) fn read(socket: &impl AsFd, option: SocketOption, scope: OptionScope) -> io::Result<OptionValue> {
        let plain = socket2::SockRef::from(socket);
        let Some((level, name)) = numbers(option, scope) else {
            let text = match option {
                SocketOption::Linger => return Ok(OptionValue::Linger(plain.linger()?)),
                SocketOption::BindToDevice => plain.device()?.unwrap_or_default(),
                _ => plain.tcp_congestion()?,
            };
            let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
            return Ok(OptionValue::Name(String::from_utf8_lossy(&text[..end]).into_owned()));
        };
        let value = read_int(socket, level, name)?;
        // An unset limit is -1 for some options; as unsigned that is the largest number.
        let count = value.cast_unsigned();
        Ok(match option.unit() {
            OptionUnit::Switch => OptionValue::Switch(value != 0),
            OptionUnit::Bytes => OptionValue::Bytes(count),
            OptionUnit::Seconds => OptionValue::Time(Duration::from_secs(u64::from(count))),
            OptionUnit::Millis => OptionValue::Time(Duration::from_millis(u64::from(count))),
            OptionUnit::Count(..) | OptionUnit::Linger | OptionUnit::Name => OptionValue::Count(count),
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use crate::net::system::AsFd;
    use std::io;

    use crate::wire::option::{OptionScope, OptionValue, SocketOption};

    pub(super) fn set(_: &impl AsFd, _: SocketOption, _: &OptionValue, _: OptionScope) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn read(_: &impl AsFd, _: SocketOption, _: OptionScope) -> io::Result<OptionValue> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::wire::option;

    #[test]
    fn the_kernel_gives_back_what_was_set() {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        for text in [
            "nodelay=on",
            "cork=on",
            "keepalive=on",
            "keepidle=7s",
            "keepintvl=3s",
            "keepcnt=4",
            "user_timeout=1500ms",
            "syncnt=2",
            "notsent_lowat=16384",
            "linger=5s",
            "ttl=7",
            "tos=16",
            "congestion=reno",
            "maxseg=1000",
            "reuseaddr=on",
            "reuseport=on",
        ] {
            let (option, value) = option::parse(text).unwrap();
            set(&socket, option, &value, OptionScope::V4).unwrap();
            assert_eq!(read(&socket, option, OptionScope::V4), Ok(value), "{text}");
        }
    }

    #[test]
    fn a_buffer_comes_back_doubled() {
        let socket = socket2::Socket::new(socket2::Domain::IPV6, socket2::Type::STREAM, None).unwrap();
        for option in [SocketOption::RecvBuffer, SocketOption::SendBuffer] {
            set(&socket, option, &OptionValue::Bytes(32_768), OptionScope::V6).unwrap();
            assert_eq!(read(&socket, option, OptionScope::V6), Ok(OptionValue::Bytes(65_536)));
        }
    }

    #[test]
    fn every_option_can_be_read() {
        let socket = socket2::Socket::new(socket2::Domain::IPV6, socket2::Type::STREAM, None).unwrap();
        let News::Option(OptionNews::Reported(options)) =
            all_values_news(&socket, SocketKind::Connection, OptionScope::V6)
        else {
            panic!("not options")
        };
        assert_eq!(options.len(), SocketOption::all().count());
        for (option, value) in options {
            assert!(value.is_ok(), "{option}: {value:?}");
        }
    }

    #[test]
    fn what_the_kernel_does_not_take_is_said_in_words() {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        let unknown = OptionValue::Name("nosuchcontrol".into());
        let failure = set(&socket, SocketOption::Congestion, &unknown, OptionScope::V4).unwrap_err();
        assert_eq!((failure.class, failure.os_code), (Class::Local, Some(errno::ENOENT)));
        assert!(failure.to_string().contains("congestion=nosuchcontrol: this kernel has no such"), "{failure}");
    }

    #[test]
    fn the_ttl_of_a_udp_socket_holds_for_hosts_and_groups() {
        for v6 in [false, true] {
            let domain = if v6 { socket2::Domain::IPV6 } else { socket2::Domain::IPV4 };
            let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None).unwrap();
            let [host, group] = [false, true].map(|group| OptionScope::new(v6, group));
            assert_eq!(read(&socket, SocketOption::Ttl, group), Ok(OptionValue::Count(1)), "the kernel's default");
            assert_ne!(read(&socket, SocketOption::Ttl, host), Ok(OptionValue::Count(1)));
            set(&socket, SocketOption::Ttl, &OptionValue::Count(5), group).unwrap();
            assert_eq!(read(&socket, SocketOption::Ttl, group), Ok(OptionValue::Count(5)));
            assert_eq!(read(&socket, SocketOption::Ttl, host), Ok(OptionValue::Count(5)));
        }
    }
}
