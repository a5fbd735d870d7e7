//! The documents of an HTTP exchange: the heads of all its hops, and the request with its body.

use super::document::{DocLine, Document, TextRole, TextSpan};
use crate::sessions::kinds::http::{HttpExchange, HttpHop};
use crate::sessions::spec::IpFamily;
use crate::sessions::spec::http::{BodySpec, FormPart, HttpSpec, HttpVersion, PartValue};
use crate::text::secret::{SecretDisplay, mask_text};
use crate::text::{quantity, sanitize};
use crate::wire::http::head::{RequestHead, ResponseHead};

/// The most bytes of one header's value that are shown; the rest is counted.
const MOST_VALUE: usize = 64 * 1024;

/// Every hop of an exchange: request line, headers, status line, headers.
pub(crate) fn headers_document(exchange: &HttpExchange, secrets: SecretDisplay) -> Document {
    let mut document = Document::default();
    let is_over = exchange.took.is_some();
    if exchange.hops.is_empty() {
        document.remark(if is_over { "no request was sent" } else { "no request was sent yet" });
    }
    let hops = exchange.hops.len();
    for (index, hop) in exchange.hops.iter().enumerate() {
        if index > 0 {
            document.push(DocLine::default());
        }
        if hops > 1 {
            document.push(DocLine::single_span(TextRole::Title, format!("request {} of {hops}", index + 1)));
        }
        add_hop(&mut document, hop, is_over, secrets);
    }
    document
}

/// The request as it was sent (before that, as it will be sent), its body, and the options that it does not show.
pub(crate) fn request_document(spec: &HttpSpec, exchange: &HttpExchange, secrets: SecretDisplay) -> Document {
    let mut document = Document::default();
    match exchange.hops.first() {
        Some(hop) => add_request(&mut document, &hop.request, secrets),
        None => {
            document.push(request_line(&spec.method, &spec.url, secrets));
            for (name, value) in &spec.headers {
                document.push(header(name, value.as_bytes(), secrets));
            }
            document.remark("not sent yet: the headers that the client adds are not known");
        }
    }
    add_request_body(&mut document, spec);
    let wishes = option_lines(spec);
    if !wishes.is_empty() {
        document.push(DocLine::default());
        for wish in wishes {
            document.remark(wish);
        }
    }
    document
}

fn add_hop(document: &mut Document, hop: &HttpHop, is_over: bool, secrets: SecretDisplay) {
    add_request(document, &hop.request, secrets);
    document.push(DocLine::default());
    for interim in &hop.interim {
        document.push(DocLine::new([
            TextSpan::new(TextRole::Comment, "▼ interim "),
            TextSpan::untrusted(TextRole::Good, format!("{} {}", interim.status, interim.reason).trim_end()),
            TextSpan::new(TextRole::Comment, format!("  after {}", quantity::duration(interim.after))),
        ]));
        for (name, value) in &interim.headers {
            document.push(header(name, value, secrets));
        }
        document.push(DocLine::default());
    }
    match &hop.response {
        Some(response) => add_response(document, response, secrets),
        None if is_over => document.remark("no response came"),
        None => document.remark("no response yet"),
    }
    if !hop.trailers.is_empty() {
        document.push(DocLine::default());
        document.push(DocLine::single_span(TextRole::Title, "trailers, after the body"));
        for (name, value) in &hop.trailers {
            document.push(header(name, value, secrets));
        }
    }
    if !hop.broken.is_empty() {
        document.push(DocLine::default());
        document.push(DocLine::single_span(TextRole::Title, "rules of HTTP that it breaks"));
        for broken in &hop.broken {
            document.push(
                DocLine::new([
                    TextSpan::untrusted(TextRole::Bad, &broken.rule_text()),
                    TextSpan::new(TextRole::Comment, format!("  {}", broken.place_text())),
                ])
                .by_words(),
            );
        }
    }
}

fn request_line(method: &str, url: &str, secrets: SecretDisplay) -> DocLine {
    DocLine::new([
        TextSpan::new(TextRole::Comment, "▲ "),
        TextSpan::untrusted(TextRole::Keyword, method),
        TextSpan::new(TextRole::Plain, " "),
        TextSpan::untrusted(TextRole::Title, &secrets.text(url)),
    ])
}

fn add_request(document: &mut Document, request: &RequestHead, secrets: SecretDisplay) {
    document.push(request_line(&request.method, &request.url, secrets));
    for (name, value) in &request.headers {
        document.push(header(name, value, secrets));
    }
    if let Some(bytes) = request.body_bytes.filter(|bytes| *bytes > 0) {
        document.remark(format!("with a body of {}", size_words(bytes)));
    }
}

fn add_response(document: &mut Document, response: &ResponseHead, secrets: SecretDisplay) {
    let role = if response.status < 400 { TextRole::Good } else { TextRole::Bad };
    let status = format!("{} {}", response.status, response.reason);
    let peer = response.peer.map_or(String::new(), |peer| format!(" from {peer}"));
    document.push(
        DocLine::new([
            TextSpan::new(TextRole::Comment, "▼ "),
            TextSpan::untrusted(TextRole::Keyword, &response.version),
            TextSpan::new(TextRole::Plain, " "),
            TextSpan::untrusted(role, status.trim_end()),
            TextSpan::new(TextRole::Comment, format!("  after {}{peer}", quantity::duration(response.after))),
        ])
        .by_words(),
    );
    for (name, value) in &response.headers {
        document.push(header(name, value, secrets));
    }
}

fn header(name: &str, value: &[u8], secrets: SecretDisplay) -> DocLine {
    let value = &*secrets.field(name, value);
    let shown = &value[..value.len().min(MOST_VALUE)];
    let mut spans = vec![
        TextSpan::untrusted(TextRole::Key, name),
        TextSpan::new(TextRole::Punctuation, ": "),
        TextSpan::new(TextRole::Value, sanitize::line_of(shown)),
    ];
    if shown.len() < value.len() {
        let more = size_words((value.len() - shown.len()) as u64);
        spans.push(TextSpan::new(TextRole::Comment, format!(" ⋯ {more} more ⋯")));
    }
    DocLine::new(spans)
}

fn add_request_body(document: &mut Document, spec: &HttpSpec) {
    if spec.body != BodySpec::None {
        document.push(DocLine::default());
    }
    match &spec.body {
        BodySpec::None => {}
        BodySpec::Bytes(bytes) => {
            let named = spec.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            document.add_body(bytes, bytes.len() as u64, named.map(|(_, value)| value.as_str()));
        }
        BodySpec::File(path) => document.remark(format!("the bytes of {}", sanitize::line(&path.to_string_lossy()))),
        BodySpec::Multipart(parts) => {
            for part in parts {
                add_part(document, part);
            }
        }
    }
}

fn add_part(document: &mut Document, part: &FormPart) {
    let value = match &part.value {
        PartValue::Text(text) => TextSpan::untrusted(TextRole::Value, text),
        PartValue::File(path) => {
            TextSpan::new(TextRole::Comment, format!("the bytes of {}", sanitize::line(&path.to_string_lossy())))
        }
    };
    document.push(DocLine::new([
        TextSpan::untrusted(TextRole::Key, &part.name),
        TextSpan::new(TextRole::Punctuation, "= "),
        value,
    ]));
}

/// The options of the request that no header shows.
fn option_lines(spec: &HttpSpec) -> Vec<String> {
    let mut wishes = Vec::new();
    if spec.insecure {
        wishes.push("certificates are not verified (-k)".to_owned());
    }
    match spec.redirects {
        0 => {}
        1 => wishes.push("one redirect is followed".to_owned()),
        most => wishes.push(format!("up to {most} redirects are followed")),
    }
    match spec.version {
        HttpVersion::Any => {}
        HttpVersion::Http1 => wishes.push("HTTP/1.1 only".to_owned()),
        HttpVersion::Http2 => wishes.push("HTTP/2 only".to_owned()),
    }
    if let Some(proxy) = &spec.proxy {
        wishes.push(format!("through the proxy {}", sanitize::line(&mask_text(proxy))));
    }
    for (name, address) in &spec.resolve {
        wishes.push(format!("{} is taken to be at {address}", sanitize::line(name)));
    }
    match spec.socket.family {
        IpFamily::Any => {}
        IpFamily::V4 => wishes.push("over IPv4 only (-4)".to_owned()),
        IpFamily::V6 => wishes.push("over IPv6 only (-6)".to_owned()),
    }
    if let Some(local) = spec.socket.bind {
        wishes.push(format!("from the local address {local}"));
    }
    if spec.socket.retry.times > 0 {
        wishes.push(format!("connecting is tried up to {} times", spec.socket.retry.times.saturating_add(1)));
    }
    if let Some(timeout) = spec.timeout {
        wishes.push(format!("the whole exchange may take {}", quantity::duration(timeout)));
    }
    if spec.fail_on_status {
        wishes.push("a status of 400 or more is a failure (--fail)".to_owned());
    }
    wishes
}

fn size_words(bytes: u64) -> String {
    format!("{} {}", quantity::grouped(bytes), if bytes == 1 { "byte" } else { "bytes" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sessions::kinds::http::{HttpExchange, HttpHop};
    use crate::sessions::spec::http::BodySpec;

    fn texts(document: &Document) -> Vec<String> {
        document.lines.iter().map(|line| line.text().into_owned()).collect()
    }

    fn request(url: &str) -> RequestHead {
        let headers = vec![("host".to_owned(), b"example".to_vec())];
        RequestHead { method: "GET".into(), url: url.into(), headers, body_bytes: None }
    }

    fn response(status: u16, header: (&str, &[u8])) -> ResponseHead {
        ResponseHead {
            version: "HTTP/1.1".into(),
            status,
            reason: "Reason".into(),
            headers: vec![(header.0.to_owned(), header.1.to_vec())],
            after: Duration::from_millis(3),
            peer: Some(([127, 0, 0, 1], 80).into()),
        }
    }

    #[test]
    fn every_hop_is_shown_and_its_values_are_neutralised() {
        let mut first = HttpHop::unanswered(request("http://a/"));
        first.response = Some(response(302, ("location", b"/\x1b[2J\xff")));
        let second = HttpHop::unanswered(request("http://a/b"));
        let exchange = HttpExchange { hops: vec![first, second], ..HttpExchange::default() };
        let expected = [
            "request 1 of 2",
            "▲ GET http://a/",
            "host: example",
            "",
            "▼ HTTP/1.1 302 Reason  after 3.0 ms from 127.0.0.1:80",
            "location: /␛[2J\\xff",
            "",
            "request 2 of 2",
            "▲ GET http://a/b",
            "host: example",
            "",
            "no response yet",
        ];
        assert_eq!(texts(&headers_document(&exchange, SecretDisplay::Masked)), expected);
        let over = HttpExchange { took: Some(Duration::ZERO), ..exchange };
        assert_eq!(texts(&headers_document(&over, SecretDisplay::Masked)).last().unwrap(), "no response came");
    }

    #[test]
    fn a_huge_value_is_cut_and_what_is_cut_is_counted() {
        let value = vec![b'v'; MOST_VALUE + 1];
        let line = header("x", &value, SecretDisplay::Masked);
        assert!(line.text().ends_with("v ⋯ 1 byte more ⋯"));
    }

    #[test]
    fn a_request_shows_its_body_and_the_wishes_that_no_header_shows() {
        let spec = HttpSpec {
            headers: vec![("content-type".into(), "application/json".into())],
            body: BodySpec::Bytes(bytes::Bytes::from_static(b"{\"a\":1}\n")),
            insecure: true,
            proxy: Some("http://me:secret@proxy:3128/".into()),
            ..HttpSpec::get("https://a/")
        };
        let expected = [
            "▲ GET https://a/",
            "content-type: application/json",
            "not sent yet: the headers that the client adds are not known",
            "",
            "{\"a\":1}",
            "",
            "certificates are not verified (-k)",
            "through the proxy http://‹2 bytes›:‹6 bytes›@proxy:3128/",
        ];
        assert_eq!(texts(&request_document(&spec, &HttpExchange::default(), SecretDisplay::Masked)), expected);
    }
}
