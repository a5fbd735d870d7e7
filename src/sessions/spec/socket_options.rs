//! The socket options of any kind of spec.

use super::socket::{RequestedOptions, request_option};
use super::what::SpecKind;
use crate::wire::option::{self, SocketKind, SocketOption};

/// The socket options that are set when a session is opened; `None`: this kind has none.
pub fn requested_options(what: &SpecKind) -> Option<&RequestedOptions> {
    what.socket_kind()?;
    what.facets().socket().map(|socket| &socket.options)
}

/// The same, mutable.
pub fn requested_options_mut(what: &mut SpecKind) -> Option<&mut RequestedOptions> {
    what.socket_kind()?;
    what.facets_mut().socket_mut().map(|socket| &mut socket.options)
}

/// Checks that a kind of socket has an option.
///
/// # Errors
/// Fails if it does not; the message names the options that it has.
pub fn check_applies(option: SocketOption, kind: SocketKind) -> Result<(), String> {
    if option.applies_to(kind) {
        return Ok(());
    }
    let names: Vec<&str> = SocketOption::options_of(kind).map(SocketOption::name).collect();
    Err(format!("{} has no {}; it has {}", kind.name(), option.name(), names.join(", ")))
}

/// Adds socket options to a spec.
///
/// # Errors
/// Fails if that kind of socket lacks one of them; the message names those that it has.
pub fn add(what: &mut SpecKind, options: &RequestedOptions) -> Result<(), String> {
    if options.is_empty() {
        return Ok(());
    }
    let kind = what.socket_kind();
    let (Some(kind), Some(wishes)) = (kind, requested_options_mut(what)) else {
        return Err("socket options are of a session with one socket".to_owned());
    };
    for (option, value) in options {
        check_applies(*option, kind)?;
        request_option(wishes, *option, Some(value.clone()));
    }
    Ok(())
}

/// The same, of texts as `NAME=VALUE`.
///
/// # Errors
/// Fails if one of them is no option, or that kind of socket lacks it.
pub fn add_texts(what: &mut SpecKind, texts: &[String]) -> Result<(), String> {
    let options: RequestedOptions = texts.iter().map(|text| option::parse(text)).collect::<Result<_, _>>()?;
    add(what, &options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::socket::HostPort;
    use crate::sessions::spec::udp::UdpSpec;
    use crate::sessions::spec::what::SpecKind;
    use crate::wire::option::OptionValue;

    #[test]
    fn a_udp_socket_has_no_nagle() {
        let mut what = SpecKind::Udp(UdpSpec::new(HostPort { host: "h".into(), port: 1 }));
        let nodelay = vec![(SocketOption::NoDelay, OptionValue::Switch(true))];
        assert!(add(&mut what, &nodelay).is_err_and(|why| why.contains("has no nodelay; it has rcvbuf")));
        assert_eq!(add(&mut what, &vec![(SocketOption::Ttl, OptionValue::Count(4))]), Ok(()));
        assert_eq!(requested_options(&what).map(Vec::len), Some(1));
    }
}
