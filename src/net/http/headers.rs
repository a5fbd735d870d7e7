//! The request's head: defaults, then the user's own fields, checked.

use super::body::RequestBody;
use super::request_fields::RequestFields;
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::text::sanitize::quoted;
use crate::wire::http::head::RequestHead;
use crate::wire::http::request_target::{is_sendable, written_target};
use crate::wire::{Class, FailedOperation, Failure};
use url::{Position, Url};

use base64::Engine;
use http::{HeaderName, HeaderValue, Method};
use percent_encoding::percent_decode_str;

/// Parses the method.
///
/// # Errors
/// Fails with `Usage` if it is not a token (RFC 9110 §9.1), or opens a tunnel.
pub(super) fn method(text: &str) -> Result<Method, Failure> {
    let method = Method::from_bytes(text.as_bytes())
        .map_err(|_| Failure::usage(format!("method {}: a method is one word without spaces", quoted(text))))?;
    if method == Method::CONNECT {
        return Err(Failure::usage("method CONNECT opens a tunnel, which is no request for a resource; use a proxy"));
    }
    Ok(method)
}

/// Parses the URL. The user and password in it are removed, and returned as `user:password`.
///
/// # Errors
/// Fails with `Usage` if it is not a URL, has no host, or is neither http nor https.
pub(super) fn url(text: &str) -> Result<(Url, Option<String>), Failure> {
    let refuse = |why: String| Failure::new(Class::Usage, FailedOperation::Read, text, why);
    let mut url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => refuse("the URL has no scheme; write it as http://HOST/PATH".into()),
        url::ParseError::EmptyHost => refuse("the URL has no host; write it as http://HOST/PATH".into()),
        other => refuse(format!("this is no URL: {other}")),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        return Err(refuse(format!("scheme {} is not supported; http and https are", quoted(scheme))));
    }
    if !url.has_host() {
        return Err(refuse("the URL has no host; write it as http://HOST/PATH".into()));
    }
    let user = take_user(&mut url);
    Ok((url, user))
}

/// Removes `user:password` from a URL, and returns it percent-decoded.
pub(super) fn take_user(url: &mut Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    let user = format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
    // Both fail only for a URL without a host, and this one has a user.
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    Some(user)
}

/// The headers of the first hop: defaults first, then the user's own, which replace them.
///
/// # Errors
/// Fails with `Usage`, the header's name and the reason if a header violates RFC 9110 §5.
pub(super) fn headers(spec: &HttpSpec, user_of_url: Option<&str>) -> Result<RequestFields, Failure> {
    let mut own = RequestFields::default();
    for (name, value) in &spec.headers {
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_name(name))?;
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad_value(known.as_str(), value))?;
        own.append(name, value.as_bytes());
    }
    let mut all = RequestFields::default();
    let mut default = |name: &str, value: &str| {
        let is_unwanted = spec.without_defaults.iter().any(|unwanted| name.eq_ignore_ascii_case(unwanted));
        if !is_unwanted && !own.contains(name) {
            all.append(name, value);
        }
    };
    default("User-Agent", concat!("sockeye/", env!("CARGO_PKG_VERSION")));
    default("Accept", "*/*");
    if spec.compressed {
        default("Accept-Encoding", "gzip, br, zstd, deflate");
    }
    if let Some(user) = spec.user.as_deref().or(user_of_url)
        && !own.contains("Authorization")
    {
        let user = if user.contains(':') { user.to_string() } else { format!("{user}:") };
        all.append("Authorization", format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(user)));
    }
    for (name, value) in own.as_slice() {
        all.append(name, value.as_slice());
    }
    Ok(all)
}

fn bad_name(name: &str) -> Failure {
    let shown = quoted(name);
    let why = match name.chars().find(|c| matches!(c, '\r' | '\n')) {
        Some(_) => "a name may not hold a line break (CR or LF)",
        None if name.is_empty() => "a name may not be empty",
        None => "a name may hold only letters, digits and !#$%&'*+-.^_`|~",
    };
    Failure::usage(format!("header {shown}: {why}"))
}

fn bad_value(name: &str, value: &str) -> Failure {
    let why = if value.contains(['\r', '\n']) {
        "its value holds a line break (CR or LF), which is not allowed: it would start another header"
    } else {
        "its value holds a control character, which is not allowed"
    };
    Failure::usage(format!("header {}: {why}", quoted(name)))
}

/// Sets the body's length, and its type if the body has one of its own.
///
/// # Errors
/// Fails with `Usage` if the user wrote a length that is not the body's.
pub(super) fn describe_body(headers: &mut RequestFields, method: &Method, body: &RequestBody) -> Result<(), Failure> {
    if let Some(boundary) = body.boundary() {
        let written = headers.get("Content-Type").map(|value| String::from_utf8_lossy(value).into_owned());
        let value = match written {
            Some(written) if written.contains("boundary=") => None,
            Some(written) => Some(format!("{written}; boundary={boundary}")),
            None => Some(format!("multipart/form-data; boundary={boundary}")),
        };
        if let Some(value) = value {
            headers.set("Content-Type", value);
        }
    }
    let Some(length) = body.length() else { return Ok(()) };
    if let Some(written) = headers.get("Content-Length") {
        if written == length.to_string().as_bytes() {
            return Ok(());
        }
        let shown = String::from_utf8_lossy(written).into_owned();
        return Err(Failure::usage(format!(
            "header `content-length`: it says {shown}, and the body has {length} bytes"
        )));
    }
    let expects_one = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
    if (body.is_some() || expects_one) && !headers.contains("Transfer-Encoding") {
        headers.append("Content-Length", length.to_string());
    }
    Ok(())
}

/// The target of a request as its URL writes it; as the library writes it if that cannot be sent.
pub(super) fn target_of(written: &str, url: &Url) -> String {
    let target = written_target(written);
    if is_sendable(&target) { target } else { url[Position::BeforePath..Position::AfterQuery].to_owned() }
}

/// The warning that a target is not sent as it was written.
pub(super) fn rewritten(written: &str, sent: &str) -> String {
    format!("the URL was changed by the client library: {} → {}", quoted(written), quoted(sent))
}

/// The value of the Host field, which is also the authority of the request (RFC 9110 §7.2).
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The head as it will be sent, as far as it is known before: a client library adds the host.
pub(super) fn head(
    method: &Method,
    url: &Url,
    headers: &RequestFields,
    body: &RequestBody,
    version: HttpVersion,
) -> RequestHead {
    // A client library writes the names of fields in lower case.
    let mut shown: Vec<(String, Vec<u8>)> =
        headers.as_slice().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    if version == HttpVersion::Http2 {
        let at = shown.iter().position(|(name, _)| name == "host");
        let authority = at.map_or_else(|| host(url).into_bytes(), |at| shown.remove(at).1);
        shown.insert(0, (":authority".into(), authority));
    } else {
        if !headers.contains("Host") {
            shown.push(("host".into(), host(url).into_bytes()));
        }
        if body.length().is_none() && !headers.contains("Content-Length") {
            shown.push(("transfer-encoding".into(), b"chunked".to_vec()));
        }
    }
    RequestHead { method: method.to_string(), url: url.to_string(), headers: shown, body_bytes: body.length() }
}

/// A warning about a request that continues.
pub(super) fn request_warning(class: Class, operation: FailedOperation, url: &Url, why: impl Into<String>) -> Failure {
    Failure::new(class, operation, url.as_str(), why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> HttpSpec {
        HttpSpec { headers: vec![(name.into(), value.into())], ..HttpSpec::get("http://h/") }
    }

    #[test]
    fn the_users_headers_replace_the_defaults() {
        let all = headers(&with("Accept", "text/plain"), None).unwrap();
        let accept: Vec<_> = all.as_slice().iter().filter(|(name, _)| name == "Accept").collect();
        assert_eq!(accept, [&("Accept".to_owned(), b"text/plain".to_vec())]);
        assert!(all.get("user-agent").unwrap().starts_with(b"sockeye/"));
        assert!(all.contains("accept-encoding"));
        let plain = HttpSpec { compressed: false, ..HttpSpec::get("http://h/") };
        assert!(!headers(&plain, None).unwrap().contains("accept-encoding"));
    }

    #[test]
    fn a_header_that_would_smuggle_another_is_refused_by_name() {
        for (name, value, named) in [
            ("x-a", "1\r\nx-b: 2", "header \"x-a\": its value holds a line break"),
            ("x-a", "1\0", "header \"x-a\": its value holds a control"),
            ("x-a\r\nx-b", "1", "header \"x-a␍␊x-b\": a name may not hold a line break"),
            ("x a", "1", "header \"x a\": a name may hold only"),
            ("", "1", "header \"\": a name may not be empty"),
        ] {
            let failure = headers(&with(name, value), None).unwrap_err();
            assert_eq!(failure.class, Class::Usage);
            assert!(failure.message.starts_with(named), "{}", failure.message);
        }
    }

    #[test]
    fn a_url_needs_a_host_and_a_scheme_that_we_speak() {
        for (text, why) in
            [("/x", "no scheme"), ("http://", "no host"), ("ftp://h/", "not supported"), ("http://h:99999/", "no URL")]
        {
            let failure = url(text).unwrap_err();
            assert_eq!((failure.class, failure.message.contains(why)), (Class::Usage, true), "{failure}");
        }
    }

    #[test]
    fn a_url_gives_its_user_to_the_authorization_header_and_is_shown_without() {
        let (url, user) = url("http://a%40b:c%3Ad@h:8/x").unwrap();
        assert_eq!((url.as_str(), user.as_deref()), ("http://h:8/x", Some("a@b:c:d")));
        let all = headers(&HttpSpec::get("http://h/"), user.as_deref()).unwrap();
        assert_eq!(all.get("authorization"), Some(&b"Basic YUBiOmM6ZA=="[..]));
    }

    #[test]
    fn a_method_is_one_word() {
        assert_eq!(method("PURGE").unwrap().as_str(), "PURGE");
        assert!(method("GET /").is_err() && method("").is_err() && method("CONNECT").is_err());
    }
}
