//! The table of curl's options that are understood.

use crate::sessions::spec::target::quoted;

/// What an option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opt {
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
    /// Changes what curl prints, or what it would do by itself here anyway; not what is sent.
    OutputOnly,
}

/// One option's spellings.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) short: Option<char>,
    pub(super) long: &'static str,
    pub(super) takes_value: bool,
    pub(super) means: Opt,
}

const fn valued(short: Option<char>, long: &'static str, means: Opt) -> Known {
    Known { short, long, takes_value: true, means }
}

const fn flag(short: Option<char>, long: &'static str, means: Opt) -> Known {
    Known { short, long, takes_value: false, means }
}

/// Every option that is understood.
pub(super) const OPTIONS: &[Known] = &[
    valued(Some('X'), "request", Opt::Request),
    valued(Some('H'), "header", Opt::Header),
    valued(Some('d'), "data", Opt::Data),
    valued(None, "data-ascii", Opt::Data),
    valued(None, "data-raw", Opt::DataRaw),
    valued(None, "data-binary", Opt::DataBinary),
    valued(None, "data-urlencode", Opt::DataUrlencode),
    valued(None, "json", Opt::Json),
    valued(Some('F'), "form", Opt::Form),
    valued(None, "form-string", Opt::FormString),
    valued(Some('u'), "user", Opt::User),
    valued(Some('A'), "user-agent", Opt::UserAgent),
    valued(Some('e'), "referer", Opt::Referer),
    valued(Some('b'), "cookie", Opt::Cookie),
    valued(Some('x'), "proxy", Opt::Proxy),
    valued(None, "resolve", Opt::Resolve),
    valued(None, "max-redirs", Opt::MaxRedirs),
    valued(Some('m'), "max-time", Opt::MaxTime),
    valued(None, "connect-timeout", Opt::ConnectTimeout),
    flag(Some('4'), "ipv4", Opt::Ipv4),
    flag(Some('6'), "ipv6", Opt::Ipv6),
    valued(None, "url", Opt::Url),
    flag(Some('k'), "insecure", Opt::Insecure),
    flag(Some('L'), "location", Opt::Location),
    flag(None, "compressed", Opt::Compressed),
    flag(Some('I'), "head", Opt::Head),
    flag(Some('G'), "get", Opt::Get),
    flag(Some('f'), "fail", Opt::Fail),
    flag(None, "fail-with-body", Opt::Fail),
    flag(None, "http1.1", Opt::Http1),
    flag(None, "http2", Opt::Http2),
    flag(None, "http2-prior-knowledge", Opt::Http2),
    flag(None, "basic", Opt::OutputOnly),
    flag(Some('s'), "silent", Opt::OutputOnly),
    flag(Some('S'), "show-error", Opt::OutputOnly),
    flag(Some('v'), "verbose", Opt::OutputOnly),
    flag(Some('i'), "include", Opt::OutputOnly),
    flag(None, "show-headers", Opt::OutputOnly),
    flag(Some('#'), "progress-bar", Opt::OutputOnly),
    flag(None, "no-progress-meter", Opt::OutputOnly),
    flag(Some('N'), "no-buffer", Opt::OutputOnly),
    flag(Some('g'), "globoff", Opt::OutputOnly),
    flag(Some('q'), "disable", Opt::OutputOnly),
];

/// The error for an option that is not in the table.
pub(super) fn unknown(option: &str) -> String {
    let hint = match option.split('=').next().unwrap_or(option) {
        "-o" | "--output" | "-O" | "--remote-name" => " (the answer is shown, and can be saved from there)",
        "-w" | "--write-out" => " (the timings are shown)",
        _ => "",
    };
    let spelling = |known: &Known| known.short.map_or_else(|| format!("--{}", known.long), |short| format!("-{short}"));
    let accepted: Vec<String> = OPTIONS.iter().filter(|known| known.means != Opt::OutputOnly).map(spelling).collect();
    format!("curl option {} is not understood here{hint}; accepted: {}", quoted(option), accepted.join(" "))
}

/// The error for an option at the end that needs a value.
pub(super) fn no_value(option: &str) -> String {
    format!("curl option {} needs a value after it", quoted(option))
}
