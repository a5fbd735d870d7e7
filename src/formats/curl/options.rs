//! The table of curl's options that are accepted.

use crate::text::sanitize::quoted;

/// The meaning of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CurlOption {
    Request,
    Header,
    Data,
    DataRaw,
    DataBinary,
    DataUrlencode,
    Json,
    Form,
    FormString,
    User,
    UserAgent,
    Referer,
    Cookie,
    Proxy,
    Resolve,
    UnixSocket,
    AbstractUnixSocket,
    MaxRedirs,
    MaxTime,
    ConnectTimeout,
    Ipv4,
    Ipv6,
    Url,
    Insecure,
    Location,
    Compressed,
    Head,
    Get,
    Fail,
    Http1,
    Http2,
    /// Changes only curl's output, or is the default here anyway; does not change what is sent.
    OutputOnly,
}

/// One option's spellings.
#[derive(Debug)]
pub(super) struct KnownOption {
    pub(super) short: Option<char>,
    pub(super) long: &'static str,
    pub(super) takes_value: bool,
    pub(super) means: CurlOption,
}

const fn with_value(short: Option<char>, long: &'static str, means: CurlOption) -> KnownOption {
    KnownOption { short, long, takes_value: true, means }
}

const fn flag(short: Option<char>, long: &'static str, means: CurlOption) -> KnownOption {
    KnownOption { short, long, takes_value: false, means }
}

/// Every option that is accepted.
pub(super) const OPTIONS: &[KnownOption] = &[
    with_value(Some('X'), "request", CurlOption::Request),
    with_value(Some('H'), "header", CurlOption::Header),
    with_value(Some('d'), "data", CurlOption::Data),
    with_value(None, "data-ascii", CurlOption::Data),
    with_value(None, "data-raw", CurlOption::DataRaw),
    with_value(None, "data-binary", CurlOption::DataBinary),
    with_value(None, "data-urlencode", CurlOption::DataUrlencode),
    with_value(None, "json", CurlOption::Json),
    with_value(Some('F'), "form", CurlOption::Form),
    with_value(None, "form-string", CurlOption::FormString),
    with_value(Some('u'), "user", CurlOption::User),
    with_value(Some('A'), "user-agent", CurlOption::UserAgent),
    with_value(Some('e'), "referer", CurlOption::Referer),
    with_value(Some('b'), "cookie", CurlOption::Cookie),
    with_value(Some('x'), "proxy", CurlOption::Proxy),
    with_value(None, "resolve", CurlOption::Resolve),
    with_value(None, "unix-socket", CurlOption::UnixSocket),
    with_value(None, "abstract-unix-socket", CurlOption::AbstractUnixSocket),
    with_value(None, "max-redirs", CurlOption::MaxRedirs),
    with_value(Some('m'), "max-time", CurlOption::MaxTime),
    with_value(None, "connect-timeout", CurlOption::ConnectTimeout),
    flag(Some('4'), "ipv4", CurlOption::Ipv4),
    flag(Some('6'), "ipv6", CurlOption::Ipv6),
    with_value(None, "url", CurlOption::Url),
    flag(Some('k'), "insecure", CurlOption::Insecure),
    flag(Some('L'), "location", CurlOption::Location),
    flag(None, "compressed", CurlOption::Compressed),
    flag(Some('I'), "head", CurlOption::Head),
    flag(Some('G'), "get", CurlOption::Get),
    flag(Some('f'), "fail", CurlOption::Fail),
    flag(None, "fail-with-body", CurlOption::Fail),
    flag(None, "http1.1", CurlOption::Http1),
    flag(None, "http2", CurlOption::Http2),
    flag(None, "http2-prior-knowledge", CurlOption::Http2),
    flag(None, "basic", CurlOption::OutputOnly),
    flag(Some('s'), "silent", CurlOption::OutputOnly),
    flag(Some('S'), "show-error", CurlOption::OutputOnly),
    flag(Some('v'), "verbose", CurlOption::OutputOnly),
    flag(Some('i'), "include", CurlOption::OutputOnly),
    flag(None, "show-headers", CurlOption::OutputOnly),
    flag(Some('#'), "progress-bar", CurlOption::OutputOnly),
    flag(None, "no-progress-meter", CurlOption::OutputOnly),
    flag(Some('N'), "no-buffer", CurlOption::OutputOnly),
    flag(Some('g'), "globoff", CurlOption::OutputOnly),
    flag(Some('q'), "disable", CurlOption::OutputOnly),
];

/// The error for an option that is not in the table.
pub(super) fn unknown_option(option: &str) -> String {
    let hint = match option.split('=').next().unwrap_or(option) {
        "-o" | "--output" | "-O" | "--remote-name" => " (the answer is shown, and can be saved from there)",
        "-w" | "--write-out" => " (the timings are shown)",
        _ => "",
    };
    let spelling =
        |known: &KnownOption| known.short.map_or_else(|| format!("--{}", known.long), |short| format!("-{short}"));
    let accepted: Vec<String> =
        OPTIONS.iter().filter(|known| known.means != CurlOption::OutputOnly).map(spelling).collect();
    format!("curl option {} is not understood here{hint}; accepted: {}", quoted(option), accepted.join(" "))
}

/// The error for an option without its value at the end.
pub(super) fn missing_value(option: &str) -> String {
    format!("curl option {} needs a value after it", quoted(option))
}
