//! The command of `telnet`.

use super::pasted::PastedSession;
use crate::sessions::SpecKind;
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::AddressReader;
use crate::sessions::spec::{IpFamily, SocketSpec, TcpSpec};
use crate::text::sanitize::quoted;

/// The port of `telnet HOST`.
const TELNET: u16 = 23;

/// The session for the arguments of `telnet`.
pub(super) fn parse(words: &[String], names: &SystemNames) -> Result<PastedSession, String> {
    let mut family = IpFamily::Any;
    let mut plain = Vec::new();
    for word in words {
        match word.as_str() {
            "-4" => family = IpFamily::V4,
            "-6" => family = IpFamily::V6,
            option if option.starts_with('-') => {
                return Err(format!(
                    "telnet {} is not done here; accepted: telnet [-4|-6] HOST [PORT]",
                    quoted(option)
                ));
            }
            _ => plain.push(word.as_str()),
        }
    }
    let addresses = AddressReader::new(names, ServiceProtocol::Tcp);
    let target = match plain.as_slice() {
        [both] => addresses.target_or(both, TELNET)?,
        [host, port] => addresses.pair(host, port)?,
        _ => return Err("telnet takes a host and a port; accepted: telnet HOST [PORT]".into()),
    };
    let negotiates = target.port == TELNET;
    let socket = SocketSpec { family, ..SocketSpec::default() };
    let mut pasted = PastedSession::plain(SpecKind::Tcp(TcpSpec { socket, ..TcpSpec::new(target) }));
    pasted.spec.input.crlf = true;
    if negotiates {
        pasted.notes.push("telnet's negotiation is shown, and not answered".to_owned());
    }
    Ok(pasted)
}
