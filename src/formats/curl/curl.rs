//! curl's command line for an HTTP request; options for handling the response are not parsed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::body::{self, CurlBody};
use super::fields::CurlFields;
use super::meaning::CurlOption;
use super::options::{self, OPTIONS};
use super::output::{self, OutputOptions, ResumePoint};
use super::request::{CurlRequest, CurlStyle, StdinBody};
use super::typed_url::TypedUrl;
use super::{globs, value};
use crate::sessions::spec::http::{BodySpec, HttpSpec, HttpVersion};
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::AddressReader;
use crate::sessions::spec::{DEFAULT_CONNECT_TIMEOUT, IpFamily, RequestedOptions, RetryPolicy, SocketSpec};
use crate::text::sanitize::quoted;
use crate::wire::option;
use crate::wire::unix::UnixAddress;

/// How many redirects `-L` follows, unless `--max-redirs` says otherwise: curl's own number.
const REDIRECTS: usize = 50;

/// Parses curl's arguments (without the word `curl` itself). A method may come before the URL, as in `GET http://…`.
///
/// # Errors
/// Fails with a sentence that names the option or the value, and what is accepted. An option is an error if it would
/// change what is sent and is not done here; one that only changes curl's output is accepted, and noted.
pub fn parse(tokens: &[String], style: CurlStyle, names: &SystemNames) -> Result<CurlRequest, String> {
    let mut args = ParsedCurl { glob_off: style == CurlStyle::Browser, ..ParsedCurl::new(names) };
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
            args.apply_option(&format!("--{name}"), option.means, value.unwrap_or_default())?;
        } else {
            short_flags(token, &mut rest, &mut args)?;
        }
    }
    args.finish(style)
}

/// Parses `-sSLk`, `-XPOST` and `-X POST`.
fn short_flags(token: &str, rest: &mut std::slice::Iter<'_, String>, args: &mut ParsedCurl<'_>) -> Result<(), String> {
    let mut flags = token.strip_prefix('-').unwrap_or(token).chars();
    if token.len() == 1 {
        return Err(options::unknown_option(token));
    }
    while let Some(flag) = flags.next() {
        let named = format!("-{flag}");
        let option = OPTIONS.iter().find(|it| it.short == Some(flag)).ok_or_else(|| options::unknown_option(&named))?;
        if option.takes_value {
            let joined = flags.as_str();
            let value = if joined.is_empty() {
                rest.next().ok_or_else(|| options::missing_value(&named))?.clone()
            } else {
                joined.to_owned()
            };
            return args.apply_option(&named, option.means, value);
        }
        args.apply_option(&named, option.means, String::new())?;
    }
    Ok(())
}

/// The arguments parsed so far.
#[derive(Debug)]
struct ParsedCurl<'a> {
    names: &'a SystemNames,
    words: Vec<String>,
    method: Option<String>,
    fields: CurlFields,
    content: CurlBody,
    upload: Option<String>,
    query: bool,
    head: bool,
    follow: bool,
    most_redirects: Option<usize>,
    user: Option<String>,
    insecure: bool,
    ca_file: Option<std::path::PathBuf>,
    proxy: Option<String>,
    /// Hosts that the proxy is not used for.
    no_proxy: String,
    version: Option<HttpVersion>,
    /// `--http2`: a wish, not an order.
    likes_http2: bool,
    resolve: Vec<(String, SocketAddr)>,
    connect_to: Vec<String>,
    unix: Option<UnixAddress>,
    /// `--compressed`.
    compressed: Option<bool>,
    glob_off: bool,
    path_as_is: bool,
    url_query: Vec<String>,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    retry: RetryPolicy,
    interface: Option<String>,
    local_port: Option<u16>,
    options: RequestedOptions,
    family: IpFamily,
    output: OutputOptions,
    /// Options without effect: the reason, and their names.
    idle: Vec<(&'static str, Vec<String>)>,
    notes: Vec<String>,
}

impl<'a> ParsedCurl<'a> {
    fn new(names: &'a SystemNames) -> Self {
        ParsedCurl {
            names,
            words: Vec::new(),
            method: None,
            fields: CurlFields::default(),
            content: CurlBody::default(),
            upload: None,
            query: false,
            head: false,
            follow: false,
            most_redirects: None,
            user: None,
            insecure: false,
            ca_file: None,
            proxy: None,
            no_proxy: String::new(),
            version: None,
            likes_http2: false,
            unix: None,
            resolve: Vec::new(),
            connect_to: Vec::new(),
            compressed: None,
            glob_off: false,
            path_as_is: false,
            url_query: Vec::new(),
            timeout: None,
            connect_timeout: None,
            retry: RetryPolicy::default(),
            interface: None,
            local_port: None,
            options: RequestedOptions::new(),
            family: IpFamily::Any,
            output: OutputOptions::default(),
            idle: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn addresses(&self) -> AddressReader<'a> {
        AddressReader::new(self.names, ServiceProtocol::Tcp)
    }

    fn apply_option(&mut self, named: &str, option: CurlOption, value: String) -> Result<(), String> {
        match option {
            CurlOption::Request => self.method = Some(value::method(&value)?),
            CurlOption::Header => self.fields.header(&value)?,
            CurlOption::Data => self.content.data(&value)?,
            CurlOption::DataRaw => self.content.text(&value),
            CurlOption::DataBinary => self.content.binary(&value)?,
            CurlOption::DataUrlencode => self.content.urlencode(&value)?,
            CurlOption::Json => self.content.json(&value)?,
            CurlOption::Form => self.notes.extend(self.content.form(&value)?),
            CurlOption::FormString => self.content.form_string(&value)?,
            CurlOption::Upload => self.upload = Some(value),
            CurlOption::User => self.user = Some(value::user(value)?),
            CurlOption::Bearer => {
                self.fields.headers.push(value::header("Authorization", &format!("Bearer {value}"))?);
            }
            CurlOption::UserAgent => self.fields.default_field("User-Agent", &value)?,
            CurlOption::Referer if value.ends_with(";auto") => {
                return Err(format!(
                    "{named} {} sets the Referer of redirects, which is not done here",
                    quoted(&value)
                ));
            }
            CurlOption::Referer => self.fields.default_field("Referer", &value)?,
            CurlOption::Cookie => self.fields.cookies.push(value::cookie(&value)?),
            CurlOption::Range => self.fields.headers.push(value::range(named, &value)?),
            CurlOption::ContinueAt => self.output.resume = Some(output::resume_point(named, &value)?),
            CurlOption::Output => self.output.set_file(value)?,
            CurlOption::RemoteName => self.output.remote_name = true,
            CurlOption::OutputDir => self.output.folder = Some(PathBuf::from(value)),
            CurlOption::CreateDirs => self.output.creates_folders = true,
            CurlOption::NoClobber => self.output.keeps_existing = true,
            CurlOption::NoProxy => self.no_proxy = value,
            CurlOption::Proxy => self.proxy = Some(value::parse_proxy(&value, self.addresses())?),
            CurlOption::Socks(scheme) => {
                self.proxy = Some(value::parse_proxy(&format!("{scheme}://{value}"), self.addresses())?);
            }
            CurlOption::Resolve => self.resolve.extend(value::resolve(&value, self.addresses())?),
            CurlOption::ConnectTo => self.connect_to.push(value),
            // As in curl, the last one of the two counts.
            CurlOption::UnixSocket => self.unix = Some(UnixAddress::path(&value)?),
            CurlOption::AbstractUnixSocket => self.unix = Some(UnixAddress::abstract_name(&value)?),
            CurlOption::MaxRedirs => self.most_redirects = Some(value::redirects(&value)?),
            CurlOption::MaxTime => self.timeout = value::seconds(named, &value)?,
            CurlOption::ConnectTimeout => self.connect_timeout = value::seconds(named, &value)?,
            CurlOption::Retry => {
                self.retry.times = value.parse().map_err(|_| format!("{named} {} is no number", quoted(&value)))?;
                self.notes
                    .push(format!("{named}: only connecting is tried again here, not an answer of 408, 429 or 5xx"));
            }
            CurlOption::RetryDelay => {
                if let Some(wait) = value::seconds(named, &value)? {
                    (self.retry.first, self.retry.max) = (wait, wait);
                }
            }
            CurlOption::Interface => self.interface = Some(value),
            CurlOption::LocalPort => self.local_port = Some(self.addresses().local_port(&value)?),
            CurlOption::Ipv4 => self.family = IpFamily::V4,
            CurlOption::Ipv6 => self.family = IpFamily::V6,
            CurlOption::Url => self.words.push(value),
            // What stands behind a plus is added as it is; a blank becomes a plus, as in forms.
            CurlOption::UrlQuery => self.url_query.push(match value.strip_prefix('+') {
                Some(as_is) => as_is.to_owned(),
                None => body::urlencoded(named, &value)?.replace("%20", "+"),
            }),
            CurlOption::PathAsIs => self.path_as_is = true,
            CurlOption::Insecure => self.insecure = true,
            CurlOption::CaFile => self.ca_file = Some(value.into()),
            CurlOption::Location => self.follow = true,
            CurlOption::Compressed => self.compressed = Some(true),
            CurlOption::Head => self.head = true,
            CurlOption::Get => self.query = true,
            CurlOption::Fail => (self.output.fails, self.output.drops_failed) = (true, true),
            CurlOption::FailWithBody => (self.output.fails, self.output.drops_failed) = (true, false),
            CurlOption::Http1 => self.version = Some(HttpVersion::Http1),
            CurlOption::Http2 => self.likes_http2 = true,
            CurlOption::Http2AtOnce => self.version = Some(HttpVersion::Http2),
            CurlOption::GlobOff => self.glob_off = true,
            CurlOption::NoDelay => self.options.push(option::parse("nodelay=on")?),
            CurlOption::Include => self.output.include = true,
            CurlOption::AsHere => {}
            CurlOption::NoEffect(why) => self.note_idle(why, named),
            CurlOption::Refused(what) => return Err(format!("curl {named} {}", what.sentence())),
        }
        Ok(())
    }

    fn note_idle(&mut self, why: &'static str, named: &str) {
        match self.idle.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) if names.iter().any(|name| name == named) => {}
            Some((_, names)) => names.push(named.to_owned()),
            None => self.idle.push((why, vec![named.to_owned()])),
        }
    }

    fn finish(mut self, style: CurlStyle) -> Result<CurlRequest, String> {
        let typed = self.url()?;
        let typed = if self.glob_off { typed } else { globs::unescaped(&typed)? };
        let mut typed = TypedUrl::read(&typed, self.path_as_is, self.addresses())?;
        let url = typed.url.clone();
        self.resolve.extend(typed.zoned.take());
        self.notes.extend(typed.note.take());
        let stdin_body = self.upload_body(&mut typed)?.or(self.content.stdin_body());
        let defaults = self.content.default_headers();
        let mut body = std::mem::take(&mut self.content).into_body()?;
        if self.query {
            if stdin_body.is_some() {
                return Err("-G puts text into the URL: accepted without @- and -T".to_owned());
            }
            if !self.url_query.is_empty() {
                return Err("-G and --url-query both write the URL's query; accepted: one of them".to_owned());
            }
            typed.add_body(&body)?;
            body = BodySpec::None;
        }
        for added in &self.url_query {
            typed.add_query(added);
        }
        if self.head && body != BodySpec::None {
            return Err("-I asks for no body, so that nothing can be sent with it; accepted: -I or -d, not both".into());
        }
        let passes = value::passes_proxy(&self.no_proxy, url.host_str().unwrap_or_default());
        if self.unix.is_some() && self.proxy.is_some() {
            return Err("a Unix socket and a proxy exclude each other: accepted is one of them".into());
        }
        if body == BodySpec::None && value::drop_framing(&mut self.fields.headers) {
            self.notes.push("Transfer-Encoding is not sent: there is no body to be coded".to_owned());
        }
        let by_content = if self.head {
            "HEAD"
        } else if self.upload.is_some() {
            "PUT"
        } else if body == BodySpec::None {
            "GET"
        } else {
            "POST"
        };
        let output = self.output.finish(&typed.target, self.head)?;
        self.resume()?;
        // A part of coded content cannot be decoded, and is no continuation of a decoded file.
        let is_part = self.output.resume.is_some() || self.fields.contains("Range");
        let compressed = self.compressed.unwrap_or(style != CurlStyle::Curl && !is_part);
        let describes_body = body != BodySpec::None && self.upload.is_none();
        let headers = self.fields.all(if describes_body { defaults } else { &[] });
        let bind = value::local_address(
            self.interface.as_deref(),
            self.local_port,
            self.family,
            self.names,
            &mut self.options,
        )?;
        for text in std::mem::take(&mut self.connect_to) {
            self.resolve.extend(value::connect_to(&text, &url, self.addresses())?);
        }
        if self.follow && self.resolve.iter().any(|(name, _)| name.starts_with("*:")) {
            let accepted = "accepted: --resolve HOST:PORT:ADDRESS, or without -L";
            return Err(format!("--resolve '*:…' is not done for the hosts of redirects; {accepted}"));
        }
        if self.unix.is_none() && (self.proxy.is_none() || passes) {
            value::implied_addresses(&url, &mut self.resolve);
        }
        let is_https = url.scheme() == "https";
        let version = match self.version {
            Some(version) => version,
            // ALPN then offers both, as curl does.
            None if self.likes_http2 && is_https => HttpVersion::Any,
            None if self.likes_http2 => {
                self.notes.push("--http2 without TLS speaks HTTP/2 at once here, and asks for no Upgrade".to_owned());
                HttpVersion::Http2
            }
            None => HttpVersion::Any,
        };
        for (why, names) in std::mem::take(&mut self.idle) {
            let verb = if names.len() == 1 { "has" } else { "have" };
            self.notes.push(format!("{} {verb} no effect here: {why}", names.join(" ")));
        }
        let spec = HttpSpec {
            keeps_method: self.method.is_some(),
            method: self.method.unwrap_or_else(|| by_content.to_owned()),
            headers,
            without_defaults: self.fields.suppressed,
            body,
            redirects: if self.follow { self.most_redirects.unwrap_or(REDIRECTS) } else { 0 },
            refuses_redirects: self.follow && self.most_redirects == Some(0),
            user: self.user,
            insecure: self.insecure,
            ca_file: self.ca_file,
            proxy: self.proxy.filter(|_| !passes),
            version,
            unix: self.unix,
            resolve: self.resolve,
            compressed,
            timeout: self.timeout,
            fail_on_status: self.output.fails,
            socket: SocketSpec {
                family: self.family,
                bind,
                connect_timeout: self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT),
                retry: self.retry,
                options: self.options,
                ..SocketSpec::default()
            },
            ..HttpSpec::get(typed.into_text())
        };
        Ok(CurlRequest { spec, notes: self.notes, output, stdin_body })
    }

    /// `-C`: a Range from there on.
    fn resume(&mut self) -> Result<(), String> {
        if self.output.resume.is_none() {
            return Ok(());
        }
        if self.fields.contains("Range") || self.upload.is_some() {
            return Err("-C asks for the rest of an earlier download: accepted without -r and -T".to_owned());
        }
        if let Some(ResumePoint::Offset(offset @ 1..)) = self.output.resume {
            self.fields.headers.push(value::range_from(offset));
        }
        Ok(())
    }

    /// `-T`: the file becomes the body, and its name the end of a URL that ends with a slash.
    fn upload_body(&mut self, url: &mut TypedUrl) -> Result<Option<StdinBody>, String> {
        let Some(path) = self.upload.clone() else { return Ok(None) };
        if !self.content.is_empty() {
            return Err("-T sends a file as the whole body: accepted without -d, -F and --json".to_owned());
        }
        if path.starts_with('{') || path.contains("[") {
            return Err(format!("-T {} asks for several uploads; accepted: one file", quoted(&path)));
        }
        if matches!(path.as_str(), "-" | ".") {
            self.content.binary("@-")?;
            return Ok(Some(StdinBody::AsItIs));
        }
        if let Some(name) = PathBuf::from(&path).file_name().and_then(|name| name.to_str()) {
            url.add_file_name(name);
        }
        self.content.binary(&format!("@{path}"))?;
        Ok(None)
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
