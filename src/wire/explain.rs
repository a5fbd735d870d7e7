//! What a failure means, and what to try next: one table for the screen and for `--json`.

use super::failure::{Class, Failure};

/// One sentence on what happened on the wire and what it rules out.
pub fn explanation(failure: &Failure) -> &'static str {
    match failure.class {
        Class::Internal => "Something is wrong in sockeye itself, not in the network or in what you asked for.",
        Class::Usage => "What was asked for makes no sense as it stands; nothing was sent.",
        Class::Resolve => "The name has no address of the kind asked for, so nothing was sent to the host itself.",
        Class::Refused if failure.operation == "connect" => {
            "The host answered our SYN with a RST: it is reachable, but nothing listens on this port (or a firewall \
             rejects it on its behalf)."
        }
        Class::Refused => "ICMP port unreachable came back: the host is there, but no program has this UDP port open.",
        Class::ConnectTimeout => {
            "Nobody answered our SYN in time: a firewall drops it, the host is down, or the path is broken. A closed \
             port would have answered at once."
        }
        Class::Unreachable => {
            "There is no way to the host: this machine has no route, or a router on the way said so by ICMP."
        }
        Class::Reset => {
            "A RST ended the conversation: unlike a FIN, it throws away what was under way, so data may be missing."
        }
        Class::Tls => {
            "The connection stands, but the two sides could not agree on TLS, or the certificate did not hold."
        }
        Class::Protocol => "The peer answered, but broke the protocol's rules or ended before what it had promised.",
        Class::IdleTimeout => "The conversation was open, but nothing came or went for longer than was allowed.",
        Class::Local => "This machine said no: the address, a permission, a descriptor or the disk, not the network.",
        Class::HttpStatus => "The exchange worked as HTTP; the server's own answer says that the request did not.",
    }
}

/// What to try next, the most telling first. Never empty.
pub fn next(failure: &Failure) -> &'static [&'static str] {
    match failure.class {
        Class::Internal => &["run it again with --log FILE, and report it with that log"],
        Class::Usage => &["sockeye --help"],
        Class::Resolve => &["check the spelling of the name", "try without -4 or -6", "try the address instead"],
        Class::Refused => &[
            "check that the service runs, and on which port and address (ss -ltnup on the host)",
            "try again with --retry if it is just starting",
        ],
        Class::ConnectTimeout => &[
            "try another port of the same host: if that is refused, the host is up and a firewall drops this one",
            "ping the host",
            "try -4 or -6",
        ],
        Class::Unreachable => &["look at the route (ip route get ADDRESS)", "try -4 or -6"],
        Class::Reset => &[
            "look at what was sent last: the peer may have refused it",
            "try again: a restart or a proxy's limit resets too",
        ],
        Class::Tls => &["check the name and the dates of the certificate", "try -k, which does not verify it"],
        Class::Protocol => &["look at the last bytes that came", "check that the port speaks this protocol"],
        Class::IdleTimeout => &["try a longer --idle-timeout or -m", "check that the peer was asked for something"],
        Class::Local => &["look at the message: it names what this machine refused", "try another port or address"],
        Class::HttpStatus => &["look at the response's body and headers"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_explained_in_one_line_and_has_a_next_step() {
        for class in Class::ALL {
            for operation in ["connect", "send"] {
                let failure = Failure::new(class, operation, "", "");
                assert!(explanation(&failure).ends_with('.') && !explanation(&failure).contains('\n'));
                assert!(!next(&failure).is_empty());
            }
        }
    }

    #[test]
    fn a_refused_datagram_is_not_explained_by_a_syn() {
        assert!(explanation(&Failure::new(Class::Refused, "connect", "", "")).contains("SYN"));
        assert!(explanation(&Failure::new(Class::Refused, "send", "", "")).contains("ICMP"));
    }
}
