//! curl's command line for an HTTP request; options for handling the response are not parsed.

use std::time::Duration;

use super::body::CurlBody;
use super::options::{self, CurlOption, OPTIONS};
use super::value;
use crate::sessions::spec::http::{BodySpec, HttpSpec, HttpVersion};
use crate::sessions::spec::{DEFAULT_CONNECT_TIMEOUT, IpFamily, SocketSpec};
use crate::text::sanitize::quoted;
use crate::wire::unix::UnixAddress;

/// How many redirects `-L` follows, unless `--max-redirs` says otherwise.
pub const REDIRECTS: usize = 10;

/// Parses curl's arguments (without the word `curl` itself). A method may come before the URL, as in `GET http://…`;
/// as in curl, no content coding is requested without `--compressed`.
///
/// # Errors
/// Fails with a sentence that names the option or the value, and what is accepted. An unknown option is an error if it
/// might change what is sent; options that only change curl's output (`-s -S -v -i -# -N`) are accepted and ignored.
pub fn curl_args(tokens: &[String]) -> Result<HttpSpec, String> {
    read(tokens, false)
}

/// Like [`curl_args`], with sockeye's own default: compressed content is requested, and decoded.
///
/// # Errors
/// Fails like [`curl_args`].
pub fn http_args(tokens: &[String]) -> Result<HttpSpec, String> {
    read(tokens, true)
}

fn read(tokens: &[String], compressed: bool) -> Result<HttpSpec, String> {
    let mut args = ParsedCurl { compressed, ..ParsedCurl::default() };
    let mut rest = tokens.iter();
    let mut only_words = false;
    while let Some(token) = rest.next() {
        if only_words || !token.starts_with('-') {
            args.words.push(token.clone());
        } else if token == "--" {
            only_words = true;
        } else if let Some(long) = token.strip_prefix("--") {
            let (name, joined) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned())));
            let option =
                OPTIONS.iter().find(|option| option.long == name).ok_or_else(|| options::unknown_option(token))?;
            let value = match (option.takes_value, joined) {
                (true, None) => Some(rest.next().ok_or_else(|| options::missing_value(token))?.clone()),
                (false, Some(_)) => return Err(format!("curl option --{name} takes no value")),
                (_, joined) => joined,
            };
            args.apply_option(option.means, value.unwrap_or_default())?;
        } else {
            short_flags(token, &mut rest, &mut args)?;
        }
    }
    args.finish()
}

/// Parses `-sSLk`, `-XPOST` and `-X POST`.
fn short_flags(token: &str, rest: &mut std::slice::Iter<'_, String>, args: &mut ParsedCurl) -> Result<(), String> {
    let mut flags = token.strip_prefix('-').unwrap_or(token).chars();
    if token.len() == 1 {
        return Err(options::unknown_option(token));
    }
    while let Some(flag) = flags.next() {
        let named = || format!("-{flag}");
        let option =
            OPTIONS.iter().find(|it| it.short == Some(flag)).ok_or_else(|| options::unknown_option(&named()))?;
        if option.takes_value {
            let joined = flags.as_str();
            let value = if joined.is_empty() {
                rest.next().ok_or_else(|| options::missing_value(&named()))?.clone()
            } else {
                joined.to_owned()
            };
            return args.apply_option(option.means, value);
        }
        args.apply_option(option.means, String::new())?;
    }
    Ok(())
}

/// The arguments parsed so far.
#[derive(Debug, Default)]
struct ParsedCurl {
    words: Vec<String>,
    method: Option<String>,
    headers: Vec<(String, String)>,
    /// Header names given without a value (`-H 'Accept:'`), for which no default is sent.
    suppressed: Vec<String>,
    cookies: Vec<String>,
    agent_and_referer: Vec<(String, String)>,
    content: CurlBody,
    query: bool,
    head: bool,
    follow: bool,
    most_redirects: Option<usize>,
    user: Option<String>,
    insecure: bool,
    proxy: Option<String>,
    version: Option<HttpVersion>,
    resolve: Vec<(String, std::net::SocketAddr)>,
    unix: Option<UnixAddress>,
    compressed: bool,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    family: IpFamily,
    fail: bool,
}

impl ParsedCurl {
    fn apply_option(&mut self, option: CurlOption, value: String) -> Result<(), String> {
        match option {
            CurlOption::Request => self.method = Some(value::method(&value)?),
            CurlOption::Header => self.header(&value)?,
            CurlOption::Data => self.content.data(&value)?,
            CurlOption::DataRaw => self.content.text(&value),
            CurlOption::DataBinary => self.content.binary(&value)?,
            CurlOption::DataUrlencode => self.content.urlencode(&value)?,
            CurlOption::Json => self.content.json(&value)?,
            CurlOption::Form => self.content.form(&value)?,
            CurlOption::FormString => self.content.form_string(&value)?,
            CurlOption::User => self.user = Some(value::user(value)?),
            CurlOption::UserAgent => self.agent_and_referer.push(value::header("User-Agent", &value)?),
            CurlOption::Referer => self.agent_and_referer.push(value::header("Referer", &value)?),
            CurlOption::Cookie => self.cookies.push(value::cookie(&value)?),
            CurlOption::Proxy => self.proxy = Some(value::parse_proxy(&value)?),
            CurlOption::Resolve => self.resolve.extend(value::resolve(&value)?),
            // As in curl, the last one of the two counts.
            CurlOption::UnixSocket => self.unix = Some(UnixAddress::path(&value)?),
            CurlOption::AbstractUnixSocket => self.unix = Some(UnixAddress::abstract_name(&value)?),
            CurlOption::MaxRedirs => self.most_redirects = Some(value::redirects(&value)?),
            CurlOption::MaxTime => self.timeout = value::seconds("-m", &value)?,
            CurlOption::ConnectTimeout => self.connect_timeout = value::seconds("--connect-timeout", &value)?,
            CurlOption::Ipv4 => self.family = IpFamily::V4,
            CurlOption::Ipv6 => self.family = IpFamily::V6,
            CurlOption::Url => self.words.push(value),
            CurlOption::Insecure => self.insecure = true,
            CurlOption::Location => self.follow = true,
            CurlOption::Compressed => self.compressed = true,
            CurlOption::Head => self.head = true,
            CurlOption::Get => self.query = true,
            CurlOption::Fail => self.fail = true,
            CurlOption::Http1 => self.version = Some(HttpVersion::Http1),
            CurlOption::Http2 => self.version = Some(HttpVersion::Http2),
            CurlOption::OutputOnly => {}
        }
        Ok(())
    }

    fn header(&mut self, text: &str) -> Result<(), String> {
        if let Some(name) = text.strip_suffix(';').filter(|name| !name.contains(':')) {
            self.headers.push(value::header(name.trim(), "")?);
            return Ok(());
        }
        let (name, content) = text.split_once(':').ok_or_else(|| {
            let hint = if text.starts_with('@') { " (a file of headers is not read)" } else { "" };
            format!("header {} has no colon{hint}; accepted: -H 'NAME: VALUE'", quoted(text))
        })?;
        let (name, content) = value::header(name.trim(), content.trim())?;
        if content.is_empty() {
            self.suppressed.push(name);
        } else {
            self.headers.push((name, content));
        }
        Ok(())
    }

    fn has_header(&self, wanted: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name).chain(&self.suppressed);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    }

    fn finish(mut self) -> Result<HttpSpec, String> {
        let url = self.url()?;
        let mut url = value::url(&url)?;
        let defaults = self.content.default_headers();
        let mut body = std::mem::take(&mut self.content).into_body()?;
        if self.query {
            value::add_query(&mut url, &body)?;
            body = BodySpec::None;
        }
        if self.head && body != BodySpec::None {
            return Err("-I asks for no body, so that nothing can be sent with it; accepted: -I or -d, not both".into());
        }
        if self.unix.is_some() && self.proxy.is_some() {
            return Err("a Unix socket and a proxy exclude each other: accepted is one of them".into());
        }
        let by_content = if self.head {
            "HEAD"
        } else if body == BodySpec::None {
            "GET"
        } else {
            "POST"
        };
        let mut headers: Vec<(String, String)> = std::mem::take(&mut self.agent_and_referer);
        headers.retain(|(name, content)| !content.is_empty() && !self.has_header(name));
        if !self.cookies.is_empty() {
            headers.push(("Cookie".into(), self.cookies.join("; ")));
        }
        headers.extend_from_slice(&self.headers);
        if body != BodySpec::None {
            let missing = defaults.iter().filter(|(name, _)| !self.has_header(name));
            headers.extend(missing.map(|(name, content)| ((*name).to_owned(), (*content).to_owned())));
        }
        Ok(HttpSpec {
            method: self.method.unwrap_or_else(|| by_content.to_owned()),
            headers,
            body,
            redirects: if self.follow { self.most_redirects.unwrap_or(REDIRECTS) } else { 0 },
            user: self.user,
            insecure: self.insecure,
            proxy: self.proxy,
            version: self.version.unwrap_or(HttpVersion::Any),
            unix: self.unix,
            resolve: self.resolve,
            compressed: self.compressed,
            timeout: self.timeout,
            fail_on_status: self.fail,
            socket: SocketSpec {
                family: self.family,
                connect_timeout: self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT),
                ..SocketSpec::default()
            },
            ..HttpSpec::get(String::from(url))
        })
    }

    /// The only URL; a method may come before it.
    fn url(&mut self) -> Result<String, String> {
        let is_method = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let mut words = std::mem::take(&mut self.words);
        if words.len() == 2 && self.method.is_none() && is_method(&words[0]) {
            self.method = Some(value::method(&words.remove(0))?);
        }
        match words.as_slice() {
            [] => Err("there is no URL; accepted: [METHOD] URL, as http://example.com/".into()),
            [_] => Ok(words.remove(0)),
            [_, second, ..] => Err(format!("{} is a second URL; accepted: one request", quoted(second))),
        }
    }
}

#[cfg(test)]
mod tests;
