//! Where a redirect leads, and which parts of the request are sent again (RFC 9110 §15.4).

use http::Method;
use percent_encoding::{AsciiSet, percent_encode};
use url::Url;

use super::request_fields::RequestFields;
use crate::text::sanitize::quoted;
use crate::wire::{Class, FailedOperation, Failure};

/// Fields that must not be sent to another origin.
const SECRETS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Fields that describe a body; dropped together with it.
const OF_THE_BODY: [&str; 6] =
    ["content-type", "content-length", "content-encoding", "content-language", "content-location", "transfer-encoding"];

/// The request to make next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RedirectRequest {
    /// Its URL.
    pub(super) url: Url,
    /// Its method.
    pub(super) method: Method,
    /// Whether the body is sent again.
    pub(super) keeps_body: bool,
}

/// Where this response redirects to; `None` if it is not a redirect, or if its location is empty: that is the document
/// itself (RFC 3986 §4.4), and leads nowhere. The method comes with whether the user chose it and
/// wants it kept (curl's `-X`); the body is dropped all the same.
///
/// # Errors
/// Fails with `Protocol` if its target cannot be followed.
pub(super) fn next(
    status: u16,
    location: Option<&[u8]>,
    url: &Url,
    method: (&Method, bool),
) -> Option<Result<RedirectRequest, Failure>> {
    let location = location.filter(|location| is_redirect(status) && !location.trim_ascii().is_empty())?;
    let refuse = |why: String| Failure::new(Class::Protocol, FailedOperation::Follow, url.as_str(), why);
    let shown = ascii_reference(location);
    let joined = match url.join(&shown) {
        Ok(joined) => joined,
        Err(error) => {
            return Some(Err(refuse(format!("the redirect's location {} is no URL: {error}", quoted(&shown)))));
        }
    };
    Some(next_request(status, joined, url, method).map_err(refuse))
}

/// Whether this status redirects to the response's Location.
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The reference in a Location field: a byte beyond ASCII stands for itself, percent-encoded (RFC 3986 §2.1).
fn ascii_reference(location: &[u8]) -> String {
    percent_encode(location, &AsciiSet::EMPTY).to_string()
}

fn next_request(
    status: u16,
    mut to: Url,
    from: &Url,
    (method, is_kept): (&Method, bool),
) -> Result<RedirectRequest, String> {
    if !matches!(to.scheme(), "http" | "https") || !to.has_host() {
        return Err(format!("the redirect leads to {}; only http and https are followed", quoted(to.as_str())));
    }
    if to.fragment().is_none() {
        to.set_fragment(from.fragment());
    }
    let becomes_get = match status {
        303 => *method != Method::HEAD && *method != Method::GET,
        301 | 302 => *method == Method::POST,
        _ => false,
    };
    let method = if becomes_get && !is_kept { Method::GET } else { method.clone() };
    Ok(RedirectRequest { url: to, method, keeps_body: !becomes_get })
}

/// Removes the headers that must not be sent again; returns those that are withheld from another origin.
pub(super) fn strip(headers: &mut RequestFields, from: &Url, next: &RedirectRequest) -> Vec<&'static str> {
    if !next.keeps_body {
        for name in OF_THE_BODY {
            headers.remove(name);
        }
    }
    if from.origin() == next.url.origin() {
        return Vec::new();
    }
    headers.remove("host");
    SECRETS.into_iter().filter(|name| headers.remove(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(status: u16, location: &str, method: &Method) -> Option<Result<RedirectRequest, Failure>> {
        let from = Url::parse("https://a.example/x/y#frag").unwrap();
        next(status, Some(location.as_bytes()), &from, (method, false))
    }

    #[test]
    fn a_post_becomes_a_get_as_rfc_9110_says() {
        for (status, method, then) in [
            (301, Method::POST, Method::GET),
            (302, Method::POST, Method::GET),
            (302, Method::PUT, Method::PUT),
            (303, Method::PUT, Method::GET),
            (303, Method::HEAD, Method::HEAD),
            (307, Method::POST, Method::POST),
            (308, Method::POST, Method::POST),
        ] {
            let next = led(status, "/z", &method).unwrap().unwrap();
            assert_eq!((status, next.method), (status, then));
        }
    }

    #[test]
    fn a_location_is_read_against_the_url_it_came_from() {
        let next = led(302, "z?q=1", &Method::GET).unwrap().unwrap();
        assert_eq!(next.url.as_str(), "https://a.example/x/z?q=1#frag");
        assert!(led(304, "/z", &Method::GET).is_none());
        assert!(led(302, " ", &Method::GET).is_none());
        for (location, path) in [(&b"/caf\xe9"[..], "/caf%E9"), ("/café".as_bytes(), "/caf%C3%A9"), (b"/a'b", "/a'b")]
        {
            let from = Url::parse("http://a/").unwrap();
            let led = super::next(302, Some(location), &from, (&Method::GET, false)).unwrap().unwrap();
            assert_eq!(led.url.path(), path);
        }
        for wild in ["ftp://a/", "file:///etc/passwd", "javascript:alert(1)", "http://["] {
            assert_eq!(led(302, wild, &Method::GET).unwrap().unwrap_err().class, Class::Protocol, "{wild}");
        }
    }

    #[test]
    fn secrets_stay_with_their_origin() {
        let from = Url::parse("https://a.example/").unwrap();
        for (to, kept_back) in [("https://a.example/z", 0), ("http://a.example/z", 1), ("https://b.example/", 1)] {
            let mut headers = RequestFields::default();
            headers.append("Authorization", "Basic eA==");
            let next = RedirectRequest { url: Url::parse(to).unwrap(), method: Method::GET, keeps_body: true };
            assert_eq!(strip(&mut headers, &from, &next).len(), kept_back, "{to}");
            assert_eq!(headers.as_slice().len(), 1 - kept_back);
        }
    }
}
