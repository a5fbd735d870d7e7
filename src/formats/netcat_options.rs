//! The table of netcat's options: what each does here.

/// Whose options are read: the same letter may mean something else in the other tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetcatTool {
    /// OpenBSD's `nc`, or the traditional one.
    Nc,
    /// Nmap's `ncat`.
    Ncat,
}

/// The meaning of an option. A reason is the rest of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetcatMeaning {
    Udp,
    Listen,
    Broadcast,
    Crlf,
    OnlyConnect,
    Unix,
    V4,
    V6,
    Source,
    Port,
    Wait,
    Idle,
    Limit,
    /// Ends after this many reads or datagrams.
    Answers,
    /// The end of what is piped into it is told to the peer.
    Finishes,
    /// It is not.
    StaysOpen,
    /// The socket option of this name; the option's value is its value.
    Option(&'static str),
    /// Is so here without being asked for.
    AsHere,
    NoEffect(&'static str),
    NoEffectWithValue(&'static str),
    Refused(&'static str),
    RefusedWithValue(&'static str),
}

impl NetcatMeaning {
    pub(super) fn takes_value(self) -> bool {
        match self {
            NetcatMeaning::Source
            | NetcatMeaning::Port
            | NetcatMeaning::Wait
            | NetcatMeaning::Idle
            | NetcatMeaning::Limit
            | NetcatMeaning::Answers
            | NetcatMeaning::Option(_)
            | NetcatMeaning::NoEffectWithValue(_)
            | NetcatMeaning::RefusedWithValue(_) => true,
            NetcatMeaning::Udp
            | NetcatMeaning::Listen
            | NetcatMeaning::Broadcast
            | NetcatMeaning::Crlf
            | NetcatMeaning::OnlyConnect
            | NetcatMeaning::Unix
            | NetcatMeaning::V4
            | NetcatMeaning::V6
            | NetcatMeaning::AsHere
            | NetcatMeaning::Finishes
            | NetcatMeaning::StaysOpen
            | NetcatMeaning::NoEffect(_)
            | NetcatMeaning::Refused(_) => false,
        }
    }
}

/// The options that have an effect here.
pub(super) const ACCEPTED: &str = "-4 -6 -b -C -I -k -l -M -n -O -p -s -T -U -u -v -W -w -z HOST PORT";

pub(super) const END: &str = "here there is no end of standard input; c, then f, finishes sending";
const TELNET: &str = "answers telnet's negotiation, which is not done here; accepted: without it";
const PROXY: &str = "goes through a proxy, which only HTTP can here; accepted: an http(s) URL with curl -x";
const PROGRAM: &str = "runs a program, which is not done here; accepted: without it";
const TLS: &str = "is TLS, which is not spoken on a bare connection yet; accepted: https://…, or without it";
const SHOWN: &str = "everything is shown, and s saves it";
const ROUTE: &str = "chooses the route of packets, which is not done here; accepted: without it";
const STAYS: &str = "the session stays open until you close it";

/// OpenBSD's options and the traditional ones.
const NC: &[(char, NetcatMeaning)] = &[
    ('4', NetcatMeaning::V4),
    ('6', NetcatMeaning::V6),
    ('b', NetcatMeaning::Broadcast),
    ('C', NetcatMeaning::Crlf),
    ('c', NetcatMeaning::Refused("runs a shell command (or is TLS, in another nc); accepted: without it")),
    ('D', NetcatMeaning::NoEffect("the socket's calls are shown anyway")),
    ('d', NetcatMeaning::NoEffect("nothing is read but what you type")),
    ('e', NetcatMeaning::RefusedWithValue(PROGRAM)),
    ('F', NetcatMeaning::Refused("passes the socket on, which is not done here; accepted: without it")),
    ('g', NetcatMeaning::RefusedWithValue(ROUTE)),
    ('G', NetcatMeaning::RefusedWithValue(ROUTE)),
    ('I', NetcatMeaning::Option("rcvbuf")),
    ('i', NetcatMeaning::RefusedWithValue("waits between lines, which is not done here; accepted: without it")),
    ('k', NetcatMeaning::AsHere),
    ('l', NetcatMeaning::Listen),
    ('M', NetcatMeaning::Option("ttl")),
    ('m', NetcatMeaning::RefusedWithValue("asks for a least TTL, which is not checked here; accepted: without it")),
    ('N', NetcatMeaning::Finishes),
    ('n', NetcatMeaning::AsHere),
    ('O', NetcatMeaning::Option("sndbuf")),
    ('o', NetcatMeaning::NoEffectWithValue(SHOWN)),
    ('P', NetcatMeaning::RefusedWithValue(PROXY)),
    ('p', NetcatMeaning::Port),
    ('q', NetcatMeaning::NoEffectWithValue(END)),
    ('r', NetcatMeaning::AsHere),
    ('S', NetcatMeaning::Refused("signs segments with MD5, which is not done here; accepted: without it")),
    ('s', NetcatMeaning::Source),
    ('T', NetcatMeaning::Option("tos")),
    ('t', NetcatMeaning::Refused(TELNET)),
    ('U', NetcatMeaning::Unix),
    ('u', NetcatMeaning::Udp),
    ('V', NetcatMeaning::RefusedWithValue("chooses a routing table, which is not done here; accepted: without it")),
    ('v', NetcatMeaning::AsHere),
    ('W', NetcatMeaning::Answers),
    ('w', NetcatMeaning::Wait),
    ('X', NetcatMeaning::RefusedWithValue(PROXY)),
    ('x', NetcatMeaning::RefusedWithValue(PROXY)),
    ('Z', NetcatMeaning::Refused(TLS)),
    ('z', NetcatMeaning::OnlyConnect),
];

/// ncat's options: letter (a blank: none), name, meaning.
const NCAT: &[(char, &str, NetcatMeaning)] = &[
    ('4', "", NetcatMeaning::V4),
    ('6', "", NetcatMeaning::V6),
    ('C', "crlf", NetcatMeaning::Crlf),
    ('c', "sh-exec", NetcatMeaning::RefusedWithValue(PROGRAM)),
    (
        'd',
        "delay",
        NetcatMeaning::RefusedWithValue("waits between lines, which is not done here; accepted: without it"),
    ),
    ('e', "exec", NetcatMeaning::RefusedWithValue(PROGRAM)),
    ('g', "", NetcatMeaning::RefusedWithValue(ROUTE)),
    ('G', "", NetcatMeaning::RefusedWithValue(ROUTE)),
    ('i', "idle-timeout", NetcatMeaning::Idle),
    ('k', "keep-open", NetcatMeaning::AsHere),
    ('l', "listen", NetcatMeaning::Listen),
    ('m', "max-conns", NetcatMeaning::Limit),
    ('n', "nodns", NetcatMeaning::AsHere),
    ('o', "output", NetcatMeaning::NoEffectWithValue(SHOWN)),
    ('p', "source-port", NetcatMeaning::Port),
    ('q', "", NetcatMeaning::NoEffectWithValue(END)),
    ('s', "source", NetcatMeaning::Source),
    ('t', "telnet", NetcatMeaning::Refused(TELNET)),
    ('U', "unixsock", NetcatMeaning::Unix),
    ('u', "udp", NetcatMeaning::Udp),
    ('v', "verbose", NetcatMeaning::AsHere),
    ('w', "wait", NetcatMeaning::Wait),
    ('x', "hex-dump", NetcatMeaning::NoEffectWithValue(SHOWN)),
    ('z', "", NetcatMeaning::OnlyConnect),
    (' ', "allow", NetcatMeaning::RefusedWithValue("chooses the peers, which is not done here; accepted: without it")),
    (' ', "append-output", NetcatMeaning::NoEffect(SHOWN)),
    (' ', "broker", NetcatMeaning::Refused("passes on what peers say, which is not done here; accepted: without it")),
    (' ', "chat", NetcatMeaning::Refused("passes on what peers say, which is not done here; accepted: without it")),
    (' ', "deny", NetcatMeaning::RefusedWithValue("chooses the peers, which is not done here; accepted: without it")),
    (' ', "lua-exec", NetcatMeaning::RefusedWithValue(PROGRAM)),
    (' ', "no-shutdown", NetcatMeaning::StaysOpen),
    (' ', "proxy", NetcatMeaning::RefusedWithValue(PROXY)),
    (' ', "proxy-auth", NetcatMeaning::RefusedWithValue(PROXY)),
    (' ', "proxy-type", NetcatMeaning::RefusedWithValue(PROXY)),
    (' ', "recv-only", NetcatMeaning::NoEffect("only what you type is sent")),
    (' ', "sctp", NetcatMeaning::Refused("is SCTP, which is not spoken here; accepted: without it")),
    (' ', "send-only", NetcatMeaning::NoEffect(STAYS)),
    (' ', "ssl", NetcatMeaning::Refused(TLS)),
    (' ', "vsock", NetcatMeaning::Refused("is a VM socket, which is not spoken here; accepted: without it")),
];

/// The meaning of a letter.
pub(super) fn short(tool: NetcatTool, letter: char) -> Option<NetcatMeaning> {
    match tool {
        NetcatTool::Nc => NC.iter().find(|(known, _)| *known == letter).map(|(_, means)| *means),
        NetcatTool::Ncat => {
            NCAT.iter().find(|(known, ..)| *known == letter && letter != ' ').map(|(_, _, means)| *means)
        }
    }
}

/// The meaning of a long option; only ncat has any, and both names are taken for `nc`, which may be a link to it.
pub(super) fn long(name: &str) -> Option<NetcatMeaning> {
    if name.starts_with("ssl-") {
        return Some(NetcatMeaning::Refused(TLS));
    }
    NCAT.iter().find(|(_, known, _)| *known == name && !name.is_empty()).map(|(_, _, means)| *means)
}
