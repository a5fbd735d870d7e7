//! What a remedy sends by itself, without the user typing anything: the question before it is run says so.

use crate::sessions::spec::http::BodySpec;
use crate::sessions::spec::{Spec, SpecKind};
use crate::text::{quantity, sanitize};

/// What the session of a remedy sends again, or to somebody else; `None`: nothing until the user types something.
///
/// `before` is the spec of the session that is explained. The text is the end of a sentence that begins with "it".
pub fn sent_by(opens: &Spec, before: &Spec) -> Option<String> {
    match &opens.what {
        SpecKind::Http(http) => {
            let body = match &http.body {
                BodySpec::None => String::new(),
                BodySpec::Bytes(bytes) => format!(" with its body of {}", quantity::bytes(bytes.len() as u64)),
                BodySpec::Multipart(_) => " with its form".to_owned(),
                BodySpec::File(_) => " with the file as its body".to_owned(),
            };
            let method = sanitize::line(&http.method);
            let was_clear = matches!(&before.what, SpecKind::Http(old) if old.url.starts_with("http:"));
            let clear = if http.url.starts_with("http:") && !was_clear { ", without encryption" } else { "" };
            Some(format!("sends the {method} request again{body}{clear}"))
        }
        SpecKind::Dns(dns) => {
            let asked = matches!(&before.what, SpecKind::Dns(old) if old.server == dns.server);
            let name = sanitize::line(&dns.name);
            Some(match &dns.server {
                _ if asked => format!("asks the same servers for {name} again"),
                Some(server) => format!("tells {server} that you look for {name}"),
                None => format!("tells the name servers of this machine that you look for {name}"),
            })
        }
        SpecKind::Repeat(_) => Some("runs all of it again".to_owned()),
        SpecKind::Ports(_) => Some("connects to every port of the range".to_owned()),
        SpecKind::Tcp(_)
        | SpecKind::Udp(_)
        | SpecKind::UdpBound(_)
        | SpecKind::Listen(_)
        | SpecKind::Accepted(_)
        | SpecKind::Unix(_)
        | SpecKind::UnixListen(_)
        | SpecKind::UnixAccepted(_) => {
            (!opens.script.steps.is_empty()).then(|| "sends again what was sent at the start".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::sessions::spec::dns::DnsSpec;
    use crate::sessions::spec::http::HttpSpec;
    use crate::sessions::spec::{HostPort, ScriptStep, TcpSpec};

    fn tcp() -> Spec {
        Spec::new(SpecKind::Tcp(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 9 })))
    }

    fn dns(server: Option<&str>) -> Spec {
        let server = server.map(|host| HostPort { host: host.into(), port: 53 });
        Spec::new(SpecKind::Dns(DnsSpec { server, ..DnsSpec::new("example.org") }))
    }

    #[test]
    fn a_connection_sends_something_by_itself_only_with_a_script() {
        assert_eq!(sent_by(&tcp(), &tcp()), None);
        let mut scripted = tcp();
        scripted.script.steps.push(ScriptStep::Send(Bytes::from_static(b"please reset me")));
        assert_eq!(sent_by(&scripted, &scripted).as_deref(), Some("sends again what was sent at the start"));
    }

    #[test]
    fn a_request_is_sent_again_and_a_name_is_told_to_a_server() {
        let mut post = HttpSpec::get("https://example.org/");
        post.method = "POST".into();
        post.body = BodySpec::Bytes(Bytes::from_static(b"a=1"));
        let secure = Spec::new(SpecKind::Http(post.clone()));
        post.url = "http://example.org/".into();
        let clear = Spec::new(SpecKind::Http(post));
        let sent = |opens: &Spec, before: &Spec| sent_by(opens, before).unwrap();
        assert_eq!(sent(&secure, &secure), "sends the POST request again with its body of 3 B");
        assert!(sent(&clear, &secure).ends_with(", without encryption"));
        assert!(!sent(&clear, &clear).contains("encryption"));
        assert_eq!(sent(&dns(Some("9.9.9.9")), &tcp()), "tells 9.9.9.9:53 that you look for example.org");
        assert!(sent(&dns(None), &tcp()).contains("name servers of this machine"));
        assert_eq!(sent(&dns(None), &dns(None)), "asks the same servers for example.org again");
    }
}
