//! What an option of curl means here.

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
    Upload,
    User,
    Bearer,
    UserAgent,
    Referer,
    Cookie,
    Range,
    ContinueAt,
    Proxy,
    NoProxy,
    /// A SOCKS proxy of this scheme.
    Socks(&'static str),
    Resolve,
    UnixSocket,
    AbstractUnixSocket,
    ConnectTo,
    MaxRedirs,
    MaxTime,
    ConnectTimeout,
    Retry,
    RetryDelay,
    Interface,
    LocalPort,
    Ipv4,
    Ipv6,
    Url,
    UrlQuery,
    PathAsIs,
    Insecure,
    /// `--cacert`: trust the authorities in a file, and no others.
    CaFile,
    Location,
    Compressed,
    Head,
    Get,
    Fail,
    FailWithBody,
    Output,
    RemoteName,
    OutputDir,
    CreateDirs,
    NoClobber,
    Http1,
    Http2,
    Http2AtOnce,
    GlobOff,
    NoDelay,
    Include,
    /// Is so here without being asked for.
    AsHere,
    /// Does not change what is sent: the reason, as the rest of a sentence.
    NoEffect(&'static str),
    /// Would change what is sent, and cannot be done.
    Refused(NotDone),
}

/// What cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotDone {
    File,
    Certificate,
    TlsChoice,
    Login,
    ProxyChoice,
    Pace,
    DnsChoice,
    Version,
    Redirect,
    Answer,
    Other,
}

impl NotDone {
    /// The reason, and what is accepted, as the rest of a sentence.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            NotDone::File => {
                "reads or writes a file of curl's, which is not done here; accepted: the options themselves"
            }
            NotDone::Certificate => {
                "is about certificates of your own, which are not read here; accepted: -k, or without it"
            }
            NotDone::TlsChoice => {
                "chooses how TLS is spoken, which cannot be chosen here (1.2 or 1.3); accepted: without it"
            }
            NotDone::Login => "is a login that is not spoken here; accepted: -u USER:PASSWORD, --oauth2-bearer TOKEN",
            NotDone::ProxyChoice => {
                "is about the proxy, and not done here; accepted: -x SCHEME://USER:PASSWORD@HOST:PORT"
            }
            NotDone::Pace => "is a limit that is not kept here; accepted: -m SECONDS, --connect-timeout SECONDS",
            NotDone::DnsChoice => {
                "chooses the name server, which cannot be chosen here; accepted: --resolve HOST:PORT:ADDR"
            }
            NotDone::Version => "is a version of HTTP that is not spoken here; accepted: --http1.1, --http2",
            NotDone::Redirect => "changes what a redirect may do, which is not done here; accepted: -L, --max-redirs N",
            NotDone::Answer => "changes how the answer is read, and is not done here; accepted: without it",
            NotDone::Other => "changes what is sent, and is not done here; accepted: without it",
        }
    }
}
