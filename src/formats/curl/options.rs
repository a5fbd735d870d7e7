//! The table of curl's options: what each does here.

use super::meaning::{CurlOption, NotDone};
use crate::text::sanitize::quoted;

/// One option's spellings.
#[derive(Clone, Copy, Debug)]
pub struct KnownOption {
    /// Its letter, if it has one.
    pub short: Option<char>,
    /// Its name, without the hyphens.
    pub long: &'static str,
    /// Whether a value follows.
    pub takes_value: bool,
    pub(super) means: CurlOption,
}

const fn valued(short: char, long: &'static str, means: CurlOption) -> KnownOption {
    KnownOption { short: if short == ' ' { None } else { Some(short) }, long, takes_value: true, means }
}

const fn flag(short: char, long: &'static str, means: CurlOption) -> KnownOption {
    KnownOption { short: if short == ' ' { None } else { Some(short) }, long, takes_value: false, means }
}

const SHOWN: CurlOption = CurlOption::NoEffect("the answer is shown, or goes to standard output");
const NAMED: CurlOption = CurlOption::NoEffect("a file is named by -o, or after the URL");
const FILED: CurlOption = CurlOption::NoEffect("a file is written for its owner, at its own time");
const PROGRESS: CurlOption = CurlOption::NoEffect("there is no progress meter");
const TIMES: CurlOption = CurlOption::NoEffect("times and sizes are on the screen and in --json");
const TRACE: CurlOption = CurlOption::NoEffect("the whole exchange is on the screen and in --json");
const JAR: CurlOption = CurlOption::NoEffect("no cookie is kept for another request");
const CACHE: CurlOption = CurlOption::NoEffect("nothing is remembered between requests");
const ONE: CurlOption = CurlOption::NoEffect("there is one request");
const TLS: CurlOption = CurlOption::Refused(NotDone::TlsChoice);
const CERTIFICATE: CurlOption = CurlOption::Refused(NotDone::Certificate);
const LOGIN: CurlOption = CurlOption::Refused(NotDone::Login);
const PROXY: CurlOption = CurlOption::Refused(NotDone::ProxyChoice);
const PACE: CurlOption = CurlOption::Refused(NotDone::Pace);
const DNS: CurlOption = CurlOption::Refused(NotDone::DnsChoice);
const VERSION: CurlOption = CurlOption::Refused(NotDone::Version);
const FILE: CurlOption = CurlOption::Refused(NotDone::File);
const REDIRECT: CurlOption = CurlOption::Refused(NotDone::Redirect);
const OTHER: CurlOption = CurlOption::Refused(NotDone::Other);
const ANSWER: CurlOption = CurlOption::Refused(NotDone::Answer);

/// Every option that is known.
pub const OPTIONS: &[KnownOption] = &[
    valued('X', "request", CurlOption::Request),
    valued('H', "header", CurlOption::Header),
    valued('d', "data", CurlOption::Data),
    valued(' ', "data-ascii", CurlOption::Data),
    valued(' ', "data-raw", CurlOption::DataRaw),
    valued(' ', "data-binary", CurlOption::DataBinary),
    valued(' ', "data-urlencode", CurlOption::DataUrlencode),
    valued(' ', "json", CurlOption::Json),
    valued('F', "form", CurlOption::Form),
    valued(' ', "form-string", CurlOption::FormString),
    valued('T', "upload-file", CurlOption::Upload),
    valued('u', "user", CurlOption::User),
    valued(' ', "oauth2-bearer", CurlOption::Bearer),
    valued('A', "user-agent", CurlOption::UserAgent),
    valued('e', "referer", CurlOption::Referer),
    valued('b', "cookie", CurlOption::Cookie),
    valued('r', "range", CurlOption::Range),
    valued('C', "continue-at", CurlOption::ContinueAt),
    valued('x', "proxy", CurlOption::Proxy),
    valued(' ', "noproxy", CurlOption::NoProxy),
    valued(' ', "socks4", CurlOption::Socks("socks4")),
    valued(' ', "socks4a", CurlOption::Socks("socks4a")),
    valued(' ', "socks5", CurlOption::Socks("socks5")),
    valued(' ', "socks5-hostname", CurlOption::Socks("socks5h")),
    valued(' ', "resolve", CurlOption::Resolve),
    valued(' ', "connect-to", CurlOption::ConnectTo),
    valued(' ', "unix-socket", CurlOption::UnixSocket),
    valued(' ', "abstract-unix-socket", CurlOption::AbstractUnixSocket),
    valued(' ', "max-redirs", CurlOption::MaxRedirs),
    valued('m', "max-time", CurlOption::MaxTime),
    valued(' ', "connect-timeout", CurlOption::ConnectTimeout),
    valued(' ', "retry", CurlOption::Retry),
    valued(' ', "retry-delay", CurlOption::RetryDelay),
    valued(' ', "interface", CurlOption::Interface),
    valued(' ', "local-port", CurlOption::LocalPort),
    flag('4', "ipv4", CurlOption::Ipv4),
    flag('6', "ipv6", CurlOption::Ipv6),
    valued(' ', "url", CurlOption::Url),
    valued(' ', "url-query", CurlOption::UrlQuery),
    flag(' ', "path-as-is", CurlOption::PathAsIs),
    flag('k', "insecure", CurlOption::Insecure),
    flag('L', "location", CurlOption::Location),
    flag(' ', "compressed", CurlOption::Compressed),
    flag('I', "head", CurlOption::Head),
    flag('G', "get", CurlOption::Get),
    flag('f', "fail", CurlOption::Fail),
    flag(' ', "fail-with-body", CurlOption::FailWithBody),
    flag(' ', "http1.1", CurlOption::Http1),
    flag(' ', "http2", CurlOption::Http2),
    flag(' ', "http2-prior-knowledge", CurlOption::Http2AtOnce),
    flag('g', "globoff", CurlOption::GlobOff),
    flag(' ', "tcp-nodelay", CurlOption::NoDelay),
    // Is so here without being asked for.
    flag(' ', "basic", CurlOption::AsHere),
    flag('q', "disable", CurlOption::AsHere),
    flag('j', "junk-session-cookies", CurlOption::AsHere),
    flag('1', "tlsv1", CurlOption::AsHere),
    flag(' ', "tlsv1.0", CurlOption::AsHere),
    flag(' ', "tlsv1.1", CurlOption::AsHere),
    flag(' ', "tlsv1.2", CurlOption::AsHere),
    flag(' ', "no-keepalive", CurlOption::AsHere),
    flag(' ', "no-sessionid", CurlOption::AsHere),
    flag(' ', "remove-on-error", CurlOption::AsHere),
    flag(' ', "retry-connrefused", CurlOption::AsHere),
    // Of curl's own output.
    valued('o', "output", CurlOption::Output),
    flag('O', "remote-name", CurlOption::RemoteName),
    flag(' ', "remote-name-all", CurlOption::RemoteName),
    valued(' ', "output-dir", CurlOption::OutputDir),
    flag(' ', "create-dirs", CurlOption::CreateDirs),
    flag(' ', "no-clobber", CurlOption::NoClobber),
    flag('J', "remote-header-name", NAMED),
    valued(' ', "create-file-mode", FILED),
    flag('R', "remote-time", FILED),
    flag(' ', "xattr", FILED),
    valued('D', "dump-header", SHOWN),
    valued('w', "write-out", TIMES),
    valued(' ', "stderr", TRACE),
    valued(' ', "trace", TRACE),
    valued(' ', "trace-ascii", TRACE),
    valued(' ', "trace-config", TRACE),
    valued(' ', "libcurl", TRACE),
    flag(' ', "trace-ids", TRACE),
    flag(' ', "trace-time", TRACE),
    flag('v', "verbose", TRACE),
    flag('i', "include", CurlOption::Include),
    flag(' ', "show-headers", CurlOption::Include),
    flag('N', "no-buffer", SHOWN),
    flag(' ', "suppress-connect-headers", SHOWN),
    flag(' ', "styled-output", SHOWN),
    flag(' ', "no-styled-output", SHOWN),
    flag('s', "silent", PROGRESS),
    flag('S', "show-error", PROGRESS),
    flag('#', "progress-bar", PROGRESS),
    flag(' ', "progress-meter", PROGRESS),
    flag(' ', "no-progress-meter", PROGRESS),
    // Of several requests, and of what curl keeps between them.
    valued('c', "cookie-jar", JAR),
    valued(' ', "alt-svc", CACHE),
    valued(' ', "hsts", CACHE),
    valued(' ', "parallel-max", ONE),
    valued(' ', "keepalive-time", CurlOption::NoEffect("keepalive is a socket option here: keepidle")),
    flag('Z', "parallel", ONE),
    flag(' ', "parallel-immediate", ONE),
    flag(' ', "fail-early", ONE),
    valued(' ', "proto", CurlOption::NoEffect("http and https are all that is spoken")),
    valued(' ', "proto-redir", CurlOption::NoEffect("redirects to http and https are all that is followed")),
    valued(' ', "expect100-timeout", CurlOption::NoEffect("no 100 Continue is waited for")),
    valued(' ', "happy-eyeballs-timeout-ms", CurlOption::NoEffect("the next address is tried after 250 ms (RFC 8305)")),
    flag(' ', "retry-all-errors", CurlOption::NoEffect("only connecting is tried again")),
    flag(' ', "ssl-no-revoke", CurlOption::NoEffect("revocation is not checked")),
    flag(' ', "tcp-fastopen", CurlOption::NoEffect("a request waits for the handshake")),
    // Refused by name: each changes what is sent, to whom, or how the answer is read.
    valued('K', "config", FILE),
    valued(' ', "etag-save", FILE),
    valued(' ', "etag-compare", FILE),
    valued(' ', "netrc-file", FILE),
    flag('n', "netrc", FILE),
    flag(' ', "netrc-optional", FILE),
    valued('z', "time-cond", OTHER),
    valued(' ', "request-target", OTHER),
    flag(' ', "raw", ANSWER),
    flag(' ', "tr-encoding", OTHER),
    flag(' ', "crlf", OTHER),
    flag('B', "use-ascii", OTHER),
    flag('a', "append", OTHER),
    flag(' ', "form-escape", OTHER),
    flag(' ', "ignore-content-length", ANSWER),
    flag(' ', "haproxy-protocol", OTHER),
    flag(' ', "next", OTHER),
    valued(' ', "proto-default", OTHER),
    valued(' ', "max-filesize", ANSWER),
    valued(' ', "limit-rate", PACE),
    valued('y', "speed-time", PACE),
    valued('Y', "speed-limit", PACE),
    valued(' ', "retry-max-time", PACE),
    valued('E', "cert", CERTIFICATE),
    valued(' ', "cert-type", CERTIFICATE),
    valued(' ', "key", CERTIFICATE),
    valued(' ', "key-type", CERTIFICATE),
    valued(' ', "pass", CERTIFICATE),
    valued(' ', "cacert", CurlOption::CaFile),
    valued(' ', "capath", CERTIFICATE),
    valued(' ', "crlfile", CERTIFICATE),
    valued(' ', "pinnedpubkey", CERTIFICATE),
    flag(' ', "ca-native", CERTIFICATE),
    flag(' ', "cert-status", CERTIFICATE),
    flag(' ', "tlsv1.3", TLS),
    valued(' ', "tls-max", TLS),
    valued(' ', "ciphers", TLS),
    valued(' ', "tls13-ciphers", TLS),
    valued(' ', "curves", TLS),
    flag(' ', "no-alpn", TLS),
    flag('2', "sslv2", TLS),
    flag('3', "sslv3", TLS),
    flag(' ', "digest", LOGIN),
    flag(' ', "ntlm", LOGIN),
    flag(' ', "negotiate", LOGIN),
    flag(' ', "anyauth", LOGIN),
    valued(' ', "aws-sigv4", LOGIN),
    flag(' ', "location-trusted", REDIRECT),
    flag(' ', "post301", REDIRECT),
    flag(' ', "post302", REDIRECT),
    flag(' ', "post303", REDIRECT),
    valued('U', "proxy-user", PROXY),
    valued(' ', "preproxy", PROXY),
    valued(' ', "proxy-header", PROXY),
    valued(' ', "proxy1.0", PROXY),
    valued(' ', "proxy-cacert", PROXY),
    flag('p', "proxytunnel", PROXY),
    flag(' ', "proxy-insecure", PROXY),
    valued(' ', "dns-servers", DNS),
    valued(' ', "doh-url", DNS),
    valued(' ', "dns-interface", DNS),
    valued(' ', "dns-ipv4-addr", DNS),
    valued(' ', "dns-ipv6-addr", DNS),
    flag('0', "http1.0", VERSION),
    flag(' ', "http0.9", VERSION),
    flag(' ', "http3", VERSION),
    flag(' ', "http3-only", VERSION),
];

/// The error for an option that is not in the table.
pub(super) fn unknown_option(option: &str) -> String {
    let common = "-X -H -d -F -u -A -e -b -L -k -I -G -x -m -r -T --json --resolve";
    format!("curl option {} is not known here; accepted: {common} and others", quoted(option))
}

/// The error for an option without its value at the end.
pub(super) fn missing_value(option: &str) -> String {
    format!("curl option {} needs a value after it", quoted(option))
}
