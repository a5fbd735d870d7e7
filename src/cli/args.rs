//! The command line as clap reads it: words, not yet meanings. Every value is text here; [`super`] parses it, so that
//! an error is one line that says what was wrong and what is accepted.

#![allow(rustdoc::broken_intra_doc_links, reason = "these doc comments are the help's text, not Markdown")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::input::{DatagramArgs, InputArgs};

/// What stands under the options of `--help`.
const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 internal, 2 usage, 3 resolve, 4 refused, 5 connect timeout, 6 unreachable,
7 reset, 8 tls, 9 protocol, 10 idle timeout, 11 local, 12 http status (with --fail),
13 cut short: --for or -m ended it before all was done. After a signal: 128 plus its number.

Durations read 500ms, 2s, 1m; sizes 64KiB, 10MB. Escapes in text: \\r \\n \\t \\0 \\\\ \\xNN \\u{…}.";

/// netcat you can see: drive TCP, UDP and HTTP, and see what really happened.
///
/// With a terminal on standard input and output a command opens the screen. Otherwise, or with --raw or --json, it runs
/// without one: --raw is a pipe, --json writes one event per line.
#[derive(Debug, Parser)]
#[command(name = "sockeye", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(super) struct CliArgs {
    #[command(subcommand)]
    pub(super) command: Option<CliCommand>,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Options of every command, before or after its name.
#[derive(Debug, Args)]
pub(super) struct CommonArgs {
    /// Read the settings from this file instead of $XDG_CONFIG_HOME/sockeye/config.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Colours of the screen: dark, light, mono, ansi (16 colours), or a theme of your own
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) theme: Option<String>,
    /// Draw the screen in ASCII, as in a locale without UTF-8
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// Take addresses from the system's resolver only, and send no queries of our own to name servers
    #[arg(long, global = true)]
    pub(super) system_resolver: bool,
    /// Show passwords, tokens and cookies in headers and URLs; without it their length is shown in their place
    #[arg(long, global = true)]
    pub(super) show_secrets: bool,
    /// Write a diagnostic log to this file ($SOCKEYE_LOG chooses what: debug, info, sockeye::net=trace, …)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum CliCommand {
    /// Connect to a TCP port
    ///
    /// Without a screen standard input goes to the peer. At its end we finish sending (FIN), unless --keep-open or
    /// --finish-after is given; receiving goes on until the peer finishes too. With --finish standard input is not read;
    /// neither is /dev/null if a script says what to send.
    Tcp(TcpArgs),
    /// Talk with a UDP port
    ///
    /// Without a screen every block read from standard input becomes one datagram; --lines and --datagram-size cut it
    /// otherwise. A UDP conversation has no end of its own: --answers, --finish-after, --for, --idle-timeout, a signal
    /// or an ICMP "port unreachable" ends it.
    Udp(UdpArgs),
    /// Send one HTTP request, with curl's spellings
    ///
    /// Without a screen the decoded body goes to standard output.
    Http(Box<HttpArgs>),
    /// Ask name servers, and see what they say; dig's spellings
    ///
    /// Without a server those of /etc/resolv.conf are queried in order, with its search domains, and the system's own
    /// answer is shown beside theirs; without a type A and AAAA are queried at once. Without a screen it prints as dig
    /// does. A name without an answer ends with 3.
    Dns(DnsArgs),
    /// Wait for peers; each one accepted becomes a session
    ///
    /// Without a screen, --raw serves the first connection and ends with it, as `nc -l` does; with --limit it goes on
    /// taking connections, and standard input goes to all of them. With --json it goes on until a signal or --for.
    Listen(ListenArgs),
    /// Start the built-in peers on loopback, and open sessions to them
    ///
    /// With --json it prints one line for each peer, with its address, and serves until a signal or --for.
    #[command(after_help = crate::lab::help())]
    Lab(LabArgs),
    /// Print a completion script for a shell
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print the manual page, as roff
    Man,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Pipe: standard input to the peer, what it says to standard output, untouched. The default where standard
    /// output is no terminal; to a terminal only with --raw=force
    #[arg(long, value_name = "force", num_args = 0..=1, require_equals = true, default_missing_value = "",
          conflicts_with = "json", hide_possible_values = true)]
    pub(super) raw: Option<String>,
    /// One JSON object per line on standard output
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct LimitArgs {
    /// Stop after this long. Exit code 13 if what was asked for was not done by then, 10 if --answers are missing; lab,
    /// --repeat forever and listeners that serve many end with 0
    #[arg(long = "for", value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) run_for: Option<String>,
    /// How much of a session is kept to look at: 64MiB, 5000segments, or both in quotes [default: 64MiB]
    #[arg(long, value_name = "SIZE|Nsegments", allow_negative_numbers = true)]
    pub(super) retain: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Script")]
pub(super) struct SendArgs {
    /// Send this text, with escapes; may come again, and is kept in order with --send-hex and --send-file
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) send: Vec<String>,
    /// Send these bytes: 48 65 6c, 0x48,0x65, 48:65 or 48656c
    #[arg(long, value_name = "HEX")]
    pub(super) send_hex: Vec<String>,
    /// Send this file's bytes
    #[arg(long, value_name = "PATH")]
    pub(super) send_file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct AddressArgs {
    /// Use IPv4 only
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub(super) ipv4: bool,
    /// Use IPv6 only
    #[arg(short = '6', long)]
    pub(super) ipv6: bool,
    /// The local address to use
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub(super) bind: Option<String>,
}

/// How long to try to connect, and how often.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct RetryArgs {
    /// How long connecting may take, the name's resolution included, and TLS where there is any [default: 10s]
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) connect_timeout: Option<String>,
    /// How many more attempts to connect after the first
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) retry: Option<String>,
    /// The wait between attempts: doubled from FIRST up to MAX; the second half of each wait is random [default: 500ms..30s]
    #[arg(long, value_name = "FIRST..MAX", allow_negative_numbers = true)]
    pub(super) backoff: Option<String>,
}

/// How datagrams are received.
#[derive(Debug, Args)]
#[command(next_help_heading = "Receiving datagrams")]
pub(super) struct ReceiveArgs {
    /// UDP: how many unread bytes the kernel is asked to hold (SO_RCVBUF); a warning says so if it gives less
    /// [default: 4MiB]
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true)]
    pub(super) receive_buffer: Option<String>,
    /// UDP: let the kernel hand over a train of datagrams at once (UDP_GRO): several times as fast, but it counts a train
    /// that it drops as one, so that from the first drop on the number of those dropped is unknown
    #[arg(long)]
    pub(super) gro: bool,
}

/// The same many times over.
#[derive(Debug, Args)]
#[command(next_help_heading = "Repeat")]
pub(super) struct RepeatArgs {
    /// Do it N times, or forever, and measure each: TCP connects, UDP datagrams and their answers, HTTP requests over
    /// kept connections. With --for: start no more after that long
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) repeat: Option<String>,
    /// How many at once [default: 1]
    #[arg(long, value_name = "C", allow_negative_numbers = true)]
    pub(super) concurrency: Option<String>,
    /// Start so many a second, whatever the peer does; times count from when each one should have been started
    /// (corrected for coordinated omission)
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    pub(super) rate: Option<String>,
    /// Wait this long between the end of one and the start of the next; for UDP between two datagrams
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) interval: Option<String>,
    /// UDP: how long an answer is waited for; then it counts as lost. With 0s nothing is waited for, and datagrams leave
    /// as fast as the kernel takes them, or as --rate says [default: 1s]
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) patience: Option<String>,
}

/// The socket's options, and how often it is sampled.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct SocketArgs {
    /// Set a socket option before connecting or binding, as nodelay=on, sndbuf=64KiB or ttl=5; may come again. A name
    /// that is none lists them all. A listener's connections have its options too
    #[arg(long = "option", value_name = "NAME=VALUE")]
    pub(super) options: Vec<String>,
    /// Sample the kernel's gauges of a TCP connection this often: with --json one `kernel` event per sample; on the
    /// screen the pace of the gauges (10ms to 1m) [default: 100ms on the screen, else at connect and close only]
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) kernel_every: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct TcpArgs {
    /// Whom to connect to: HOST:PORT, [v6]:PORT, or HOST PORT; HOST:FIRST-LAST tries each port of a range; a Unix
    /// socket: unix:PATH, or unix:@NAME for an abstract name
    #[arg(value_name = "HOST:PORT", num_args = 1..=2, required = true)]
    pub(super) target: Vec<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) repeat: RepeatArgs,
    #[command(flatten)]
    pub(super) send: SendArgs,
    /// Finish sending (FIN) after the last --send
    #[arg(long, help_heading = "Script", conflicts_with_all = ["keep_open", "finish_after"])]
    pub(super) finish: bool,
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) reach: AddressArgs,
    #[command(flatten)]
    pub(super) tries: RetryArgs,
    /// Fail when both directions were quiet for this long
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true, help_heading = "Connection")]
    pub(super) idle_timeout: Option<String>,
    #[command(flatten)]
    pub(super) socket: SocketArgs,
    /// Capture the packets themselves, for the ladder and as `segment` events; needs CAP_NET_RAW (setcap) or root
    #[arg(long, help_heading = "Connection")]
    pub(super) capture: bool,
}

#[derive(Debug, Args)]
pub(super) struct UdpArgs {
    /// Whom to talk with: HOST:PORT, [v6]:PORT, or HOST PORT; a Unix socket of datagrams: unix:PATH, or unix:@NAME
    #[arg(value_name = "HOST:PORT", num_args = 1..=2, required = true)]
    pub(super) target: Vec<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) repeat: RepeatArgs,
    #[command(flatten)]
    pub(super) send: SendArgs,
    #[command(flatten)]
    pub(super) reach: AddressArgs,
    /// Fail when both directions were quiet for this long
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true, help_heading = "Connection")]
    pub(super) idle_timeout: Option<String>,
    #[command(flatten)]
    pub(super) receive: ReceiveArgs,
    /// Allow a broadcast address as the target
    #[arg(long, help_heading = "Connection")]
    pub(super) broadcast: bool,
    /// Hear answers from every address, each shown with its sender. Always so for a broadcast address or a group
    #[arg(long, help_heading = "Connection", conflicts_with_all = ["probe_mtu", "repeat"])]
    pub(super) any_peer: bool,
    #[command(flatten)]
    pub(super) cut: DatagramArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// After the last --send, find the path MTU: datagrams with the don't-fragment bit, 64 at the most, until the biggest
    /// that passes is known. Without a screen the session ends with the result
    #[arg(long, help_heading = "Script", conflicts_with = "broadcast")]
    pub(super) probe_mtu: bool,
    /// Set a socket option before binding, as ttl=5 or tos=0xb8; may come again
    #[arg(long = "option", value_name = "NAME=VALUE", help_heading = "Connection")]
    pub(super) options: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct DnsArgs {
    /// [@SERVER[:PORT]] NAME [TYPE…] [CLASS], and +tcp, +ignore, +norecurse, +noad, +cd, +search, +noedns, +bufsize=N,
    /// +dnssec, +nsid, +cookie, +subnet=ADDRESS/PREFIX, +time=SECONDS, +tries=N. What is printed in a pipe: +short,
    /// +noall, +answer, +question, +authority, +additional, +comments, +stats, +qr, +noclass, +nottlid, +split=N, +nosplit
    #[arg(value_name = "QUESTION")]
    pub(super) words: Vec<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// Ask for the name of an address
    #[arg(short = 'x', value_name = "ADDRESS", help_heading = "Question")]
    pub(super) reverse: Option<String>,
    /// Ask for records of this type; may come again
    #[arg(short = 't', value_name = "TYPE", help_heading = "Question")]
    pub(super) kind: Vec<String>,
    /// The name to ask for: also one that begins with a sign
    #[arg(short = 'q', value_name = "NAME", allow_hyphen_values = true, help_heading = "Question")]
    pub(super) name: Option<String>,
    /// The class: IN, CH, HS, …
    #[arg(short = 'c', value_name = "CLASS", help_heading = "Question")]
    pub(super) class: Option<String>,
    /// The server's port
    #[arg(short = 'p', value_name = "PORT", help_heading = "Question")]
    pub(super) port: Option<String>,
    /// Print the query time in microseconds
    #[arg(short = 'u', help_heading = "Question")]
    pub(super) micros: bool,
    /// Ask servers over IPv4 only
    #[arg(short = '4', long, conflicts_with = "ipv6", help_heading = "Question")]
    pub(super) ipv4: bool,
    /// Ask servers over IPv6 only
    #[arg(short = '6', long, help_heading = "Question")]
    pub(super) ipv6: bool,
}

/// What to listen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListenProtocol {
    /// TCP connections
    Tcp,
    /// UDP datagrams
    Udp,
}

#[derive(Debug, Args)]
pub(super) struct ListenArgs {
    /// What to listen for
    pub(super) protocol: ListenProtocol,
    /// Where; without an address on all of them, IPv4 and IPv6, and port 0 lets the kernel choose. A Unix socket: unix:PATH, whose file
    /// is removed at the end, or unix:@NAME
    #[arg(value_name = "[ADDR:]PORT")]
    pub(super) local: String,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) send: SendArgs,
    /// TCP: how many connections may be open at once; more are turned away
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) limit: Option<String>,
    /// TCP: how many connections the kernel queues before they are accepted; the system bounds it (net.core.somaxconn)
    /// [default: 1024]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) backlog: Option<String>,
    /// TCP: accept nobody, and leave connections in the kernel's queue: to see what a full one does
    #[arg(long)]
    pub(super) no_accept: bool,
    /// Unix socket: remove a socket file at that path first, if no process has that socket any more
    #[arg(long)]
    pub(super) replace: bool,
    /// TCP: capture the packets themselves, for the ladder and as `segment` events; needs CAP_NET_RAW (setcap) or root
    #[arg(long)]
    pub(super) capture: bool,
    /// UDP: join a multicast group, on an interface; may come again
    #[arg(long, value_name = "ADDR[%IFACE]")]
    pub(super) group: Vec<String>,
    #[command(flatten)]
    pub(super) receive: ReceiveArgs,
    /// UDP: allow sending to a broadcast address
    #[arg(long)]
    pub(super) broadcast: bool,
    #[command(flatten)]
    pub(super) cut: DatagramArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Take IPv4 peers only
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub(super) ipv4: bool,
    /// Take IPv6 peers only
    #[arg(short = '6', long)]
    pub(super) ipv6: bool,
    /// End a conversation when both directions were quiet for this long
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) idle_timeout: Option<String>,
    #[command(flatten)]
    pub(super) socket: SocketArgs,
}

#[derive(Debug, Args)]
pub(super) struct LabArgs {
    /// Which peers, each with its parameters; without any, all peers
    #[arg(value_name = "PEER[:name=value,…]")]
    pub(super) peers: Vec<String>,
    /// One JSON object per line on standard output, no screen
    #[arg(long)]
    pub(super) json: bool,
    /// Not for the lab: it has no peer to pipe to.
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(super) raw: Option<String>,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(super) struct HttpArgs {
    /// The method, where it is not GET (or what the data asks for), and the URL; then HTTPie's items: name=text,
    /// name:=json, Header:value, name==query
    #[arg(value_name = "[METHOD] URL [ITEM…]", num_args = 1.., required = true)]
    pub(super) target: Vec<String>,
    /// Pipe: the decoded body to standard output, untouched. To a terminal only with --raw=force
    #[arg(long, value_name = "force", num_args = 0..=1, require_equals = true, default_missing_value = "",
          help_heading = "Output")]
    pub(super) raw: Option<String>,
    /// One JSON object per line on standard output. With =DATA: send DATA as JSON, as curl's --json does
    #[arg(long, value_name = "DATA", num_args = 0..=1, require_equals = true, default_missing_value = "",
          action = clap::ArgAction::Append, help_heading = "Output")]
    pub(super) json: Vec<String>,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    #[command(flatten)]
    pub(super) repeat: RepeatArgs,
    /// Set a socket option before connecting (behind a proxy: once the connection stands), as nodelay=on or ttl=5; may
    /// come again
    #[arg(long = "option", value_name = "NAME=VALUE", help_heading = "Connection")]
    pub(super) options: Vec<String>,
    #[command(flatten)]
    pub(super) reach: AddressArgs,
    #[command(flatten)]
    pub(super) tries: RetryArgs,
    #[command(flatten)]
    pub(super) curl: CurlArgs,
}

/// curl's own options: kept as words, in order, and read by `formats::curl`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Request (curl's spellings)")]
pub(super) struct CurlArgs {
    /// The method
    #[arg(short = 'X', long, value_name = "METHOD")]
    request: Option<String>,
    /// A header line, NAME: VALUE; may come again. NAME: leaves out what is sent by default
    #[arg(short = 'H', long, value_name = "LINE")]
    header: Vec<String>,
    /// A body, as a form sends it; @- is standard input without its line ends; several are joined with &
    #[arg(short = 'd', long, value_name = "DATA", allow_hyphen_values = true, visible_alias = "data-ascii")]
    data: Vec<String>,
    /// As -d, but @ means nothing
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    data_raw: Vec<String>,
    /// As -d, but @FILE and @- are sent as they are
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    data_binary: Vec<String>,
    /// As -d, percent-encoded: TEXT, =TEXT or NAME=TEXT
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    data_urlencode: Vec<String>,
    /// A field of a multipart form: NAME=VALUE, NAME="VALUE" or NAME=@FILE
    #[arg(short = 'F', long, value_name = "FIELD")]
    form: Vec<String>,
    /// Send this file as the body, with PUT; - is standard input
    #[arg(short = 'T', long, value_name = "FILE")]
    upload_file: Option<String>,
    /// Ask for these bytes only, as 0-499
    #[arg(short = 'r', long, value_name = "RANGE")]
    range: Option<String>,
    /// In a pipe: write to this file, whole or not at all, instead of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<String>,
    /// In a pipe: write to a file that is named as the end of the URL's path
    #[arg(short = 'O', long)]
    remote_name: bool,
    /// Ask for the rest from this byte on; - continues the file of -o or -O at its end, and keeps what came
    #[arg(short = 'C', long, value_name = "OFFSET", allow_hyphen_values = true)]
    continue_at: Option<String>,
    /// In a pipe: print the head before the body
    #[arg(short = 'i', long)]
    include: bool,
    /// Add this to the URL's query, encoded as --data-urlencode does; +TEXT is added as it is
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    url_query: Vec<String>,
    /// Send . and .. in the URL's path as they are
    #[arg(long)]
    path_as_is: bool,
    /// Put the data into the URL's query, and use GET
    #[arg(short = 'G', long)]
    get: bool,
    /// Use HEAD; in a pipe the head is printed
    #[arg(short = 'I', long)]
    head: bool,
    /// Basic authentication
    #[arg(short = 'u', long, value_name = "USER:PASSWORD")]
    user: Option<String>,
    /// The User-Agent header; '' leaves it out
    #[arg(short = 'A', long, value_name = "NAME")]
    user_agent: Option<String>,
    /// The Referer header
    #[arg(short = 'e', long, value_name = "URL")]
    referer: Option<String>,
    /// The Cookie header
    #[arg(short = 'b', long, value_name = "COOKIES")]
    cookie: Vec<String>,
    /// Do not verify certificates
    #[arg(short = 'k', long)]
    insecure: bool,
    /// Trust the certificate authorities in this file (PEM), and no others
    #[arg(long, value_name = "FILE")]
    cacert: Option<String>,
    /// Follow redirects, 50 at the most
    #[arg(short = 'L', long)]
    location: bool,
    /// How many redirects -L follows; with 0 a redirect is a failure
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_redirs: Option<String>,
    /// Go through this proxy (nothing is taken from the environment)
    #[arg(short = 'x', long, value_name = "URL")]
    proxy: Option<String>,
    /// HOST:PORT:ADDRESS: use this address instead of resolving the name; * stands for every host
    #[arg(long, value_name = "ENTRY")]
    resolve: Vec<String>,
    /// Connect to this Unix socket instead of the URL's host
    #[arg(long, value_name = "PATH")]
    unix_socket: Option<String>,
    /// Connect to this abstract Unix socket instead (Linux)
    #[arg(long, value_name = "NAME", conflicts_with = "unix_socket")]
    abstract_unix_socket: Option<String>,
    /// Speak HTTP/1.1 only
    #[arg(long = "http1.1", conflicts_with = "http2")]
    http1: bool,
    /// Ask for HTTP/2: by ALPN with TLS, and at once without
    #[arg(long)]
    http2: bool,
    /// Ask for compressed content and decode it (the default, but for a range)
    #[arg(long, overrides_with = "no_compressed")]
    pub(super) compressed: bool,
    /// Do not ask for compressed content
    #[arg(long)]
    pub(super) no_compressed: bool,
    /// How long the whole exchange may take: 5s, or seconds as curl has them
    #[arg(short = 'm', long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) max_time: Option<String>,
    /// A 4xx or 5xx is a failure, exit 12, and in a pipe its body is not written
    #[arg(short = 'f', long)]
    fail: bool,
    /// As -f, but its body is written
    #[arg(long)]
    fail_with_body: bool,
}
