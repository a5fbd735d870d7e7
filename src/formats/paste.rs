//! What users paste or type to open a session: a target, a URL, or the command of another tool.

use super::curl::{self, CurlRequest, CurlStyle};
use super::dig::{self, DigDefaults};
use super::pasted::PastedSession;
use super::pipeline::{self, CommandInput, PipelineCommand, base_name};
use super::{cmd_line, foreign, httpie, netcat, shell, socat, telnet};
use crate::sessions::SpecKind;
use crate::sessions::spec::http::{BodySpec, HttpSpec};
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::AddressReader;
use crate::sessions::spec::{
    IpFamily, PortScanSpec, ScriptStep, SocketSpec, TcpSpec, UdpSpec, UnixListenSpec, UnixSpec,
};
use crate::text::sanitize::quoted;
use crate::wire::unix::{UnixAddress, UnixForm};

/// The forms that [`parse_anything`] accepts.
const ACCEPTED: &str = "HOST:PORT, unix:PATH, a URL, or a curl, nc, socat, telnet, dig, dns or listen line";

/// The longest text that is read, in bytes.
const LONGEST: usize = 1024 * 1024;

/// The commands of a shell's line that open a session.
const TOOLS: [&str; 10] =
    ["curl", "nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "telnet", "dig", "sockeye"];

/// The session for a pasted text, with the default retention.
///
/// Accepted are: `host:port`, `host port`, `tcp://…`, `udp://…`, `http(s)://…`, `METHOD url [body]`, `tcp host:port`,
/// `udp host:port`, `http [METHOD] url` with curl's options or HTTPie's items, `listen tcp|udp [addr:]port`, each also
/// after the word `sockeye`; `dns [@server] name [type]`, and the commands `nc`, `ncat`, `netcat`, `socat`, `telnet`,
/// `curl` and `dig`, as bash or (curl) cmd.exe has them, on one line or on several, whatever ends them. A prompt (`$ `),
/// `sudo`, `printf … |` and `> file` may stand around a command.
///
/// # Errors
/// Fails with a sentence that says what was found and what is accepted; it contains no character that a terminal would
/// act on.
pub fn parse_anything(text: &str, names: &SystemNames) -> Result<PastedSession, String> {
    if text.len() > LONGEST {
        return Err(format!("{} bytes are too many; accepted: at most {LONGEST}", text.len()));
    }
    let reader = PasteReader { names };
    let text = without_prompt(text.trim());
    let first = first_word(text);
    if base_name(first) == "curl" && cmd_line::is_cmd(text) {
        let words = cmd_line::split_words(text)?;
        return reader.tool(PipelineCommand { words, ..PipelineCommand::default() });
    }
    let name = base_name(first);
    let assigns = first.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains([':', '/', '.']));
    if begins_shell_line(name) || (assigns && TOOLS.iter().any(|tool| text.contains(tool))) || is_piped_into_tool(text)
    {
        let is_ours = |name: &str| TOOLS.contains(&name) || name == "openssl";
        // Our own notation is no shell's: an address needs no quotes, and a body none either.
        if name == "sockeye" {
            return reader.own(text[first.len()..].trim());
        }
        return reader.tool(pipeline::one_command(text, is_ours)?);
    }
    reader.own(text)
}

/// Whether a shell's line that is read here begins with this command.
fn begins_shell_line(name: &str) -> bool {
    TOOLS.contains(&name) || name == "openssl" || pipeline::stands_before(name)
}

/// Whether a command that is none of ours writes into one that opens a session: `yes | nc HOST PORT`.
fn is_piped_into_tool(text: &str) -> bool {
    let first = first_word(text);
    let is_ours = OWN.contains(&first) || curl::usual_method(first).is_some();
    let mut behind = text.split('|').skip(1).map(|part| base_name(first_word(part.trim_start())));
    !is_ours && !first.contains(':') && behind.any(|name| TOOLS.contains(&name))
}

fn first_word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or_default()
}

/// Removes comments before a command, a shell's prompt, and the prompts of its further lines.
fn without_prompt(text: &str) -> &str {
    let mut text = text;
    while text.starts_with('#') && !text.starts_with("# ") || is_comment(text) {
        let Some(end) = text.find(['\n', '\r']) else { break };
        text = text[end..].trim_start();
    }
    // The prompt ends with one of these and a blank, and a command that is known follows.
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    for (at, _) in line.match_indices(['$', '#', '%', '>']) {
        let Some(rest) = text[at + 1..].strip_prefix(' ') else { continue };
        let rest = rest.trim_start();
        let next = base_name(first_word(rest));
        let is_command = begins_shell_line(next) || OWN.contains(&next);
        let is_bare = text[..at].trim().is_empty();
        let before = text[..at].trim_end();
        let is_prompt = before.split_whitespace().count() <= 2
            && (before.contains(['@', '~', ':', '\\']) || before.starts_with("PS") || before.starts_with('['));
        if is_bare || (is_command && is_prompt) {
            return rest;
        }
    }
    text
}

/// Whether the first line is a comment and not root's prompt: what follows the `#` is no command.
fn is_comment(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("# ") else { return false };
    let next = base_name(first_word(rest.trim_start()));
    text.contains(['\n', '\r']) && !begins_shell_line(next) && !OWN.contains(&next)
}

/// Our own commands.
const OWN: [&str; 6] = ["tcp", "udp", "http", "https", "dns", "listen"];

struct PasteReader<'a> {
    names: &'a SystemNames,
}

impl<'a> PasteReader<'a> {
    fn addresses(&self, protocol: ServiceProtocol) -> AddressReader<'a> {
        AddressReader::new(self.names, protocol)
    }

    /// The command of another tool.
    fn tool(&self, command: PipelineCommand) -> Result<PastedSession, String> {
        let PipelineCommand { words, mut input, notes } = command;
        let Some((first, rest)) = words.split_first() else {
            return Err(format!("nothing to open; accepted: {ACCEPTED}"));
        };
        let name = base_name(first);
        let piped = input != CommandInput::Typed;
        let mut pasted = match name {
            "curl" => {
                let request = curl::parse(rest, CurlStyle::Curl, self.names)?;
                from_curl(request, std::mem::take(&mut input))?
            }
            "nc" | "ncat" | "netcat" | "nc.openbsd" | "nc.traditional" => netcat::parse(name, rest, self.names, piped)?,
            "socat" => socat::parse(rest, self.names, piped)?,
            "telnet" => telnet::parse(rest, self.names)?,
            "dig" => PastedSession::plain(SpecKind::Dns(dig::parse(rest, DigDefaults::Dig, self.names)?)),
            "sockeye" => self.own(&rest.join(" "))?,
            "openssl" => return Err(openssl(rest)),
            _ => {
                let accepted = foreign::instead(name).unwrap_or(ACCEPTED);
                return Err(format!("{} is no command that is known here; accepted: {accepted}", quoted(name)));
            }
        };
        pasted.notes.extend(notes);
        add_input(&mut pasted, input);
        Ok(pasted)
    }

    /// Our own notation.
    fn own(&self, text: &str) -> Result<PastedSession, String> {
        let text = unwrapped(text);
        let (first, rest) =
            text.split_once(char::is_whitespace).map_or((text, ""), |(first, rest)| (first, rest.trim()));
        match first {
            "" => Err(format!("nothing to open; accepted: {ACCEPTED}")),
            "dns" if !rest.is_empty() => {
                let words = shell::split_words(rest)?;
                Ok(PastedSession::plain(SpecKind::Dns(dig::parse(&words, DigDefaults::Sockeye, self.names)?)))
            }
            "http" | "https" if !rest.is_empty() => self.http(first, rest),
            "tcp" if !rest.is_empty() => self.tcp(rest),
            "udp" if !rest.is_empty() => self.udp(rest),
            "listen" => self.listen(rest),
            _ => match curl::usual_method(first) {
                Some(method) if !rest.is_empty() => self.request(method, rest, CurlStyle::Browser),
                _ => self.target(first, rest, text),
            },
        }
    }

    /// `host:port`, `host port` or a URL.
    fn target(&self, first: &str, rest: &str, text: &str) -> Result<PastedSession, String> {
        let unknown = |why: &str| format!("{} {why}; accepted: {ACCEPTED}", quoted(text));
        if let Some((scheme, _)) = first.split_once("://") {
            return match scheme.to_ascii_lowercase().as_str() {
                "http" | "https" => self.request("GET", text, CurlStyle::Browser),
                _ if !rest.is_empty() => Err(unknown("has something behind its address")),
                "tcp" => self.tcp(first),
                "udp" => self.udp(first),
                _ => Err(unknown("has a scheme that is not spoken here")),
            };
        }
        if UnixAddress::parse(text).is_some() {
            return self.tcp(text);
        }
        let tcp = self.addresses(ServiceProtocol::Tcp);
        if let Some(accepted) = foreign::instead(base_name(first)) {
            let is_target = rest.is_empty() && first.contains(':');
            if !is_target {
                return Err(format!("{} is no command of ours; accepted: {accepted}", quoted(base_name(first))));
            }
        }
        match rest {
            "" if first.contains(':') => self.tcp(first),
            "" => Err(unknown("has no port")),
            port if !port.contains(|c: char| c.is_whitespace() || matches!(c, ':' | '/' | '.'))
                && !first.contains('/') =>
            {
                match PortScanSpec::join(first, port).transpose()? {
                    Some(range) => Ok(PastedSession::plain(SpecKind::Ports(range))),
                    None => Ok(PastedSession::plain(SpecKind::Tcp(TcpSpec::new(tcp.pair(first, port)?)))),
                }
            }
            _ => Err(format!("{} is no command that is known here; accepted: {ACCEPTED}", quoted(first))),
        }
    }

    fn tcp(&self, text: &str) -> Result<PastedSession, String> {
        if let Some(target) = UnixAddress::parse(text).transpose()? {
            return Ok(PastedSession::plain(SpecKind::Unix(UnixSpec::new(target, UnixForm::Stream))));
        }
        let (family, words) = with_family(text, "tcp [-4|-6] HOST:PORT")?;
        let range = match words.as_slice() {
            [host, ports] => PortScanSpec::join(host, ports),
            [both] => PortScanSpec::parse(both),
            _ => None,
        };
        if let Some(range) = range.transpose()? {
            let socket = SocketSpec { family, ..range.socket };
            return Ok(PastedSession::plain(SpecKind::Ports(PortScanSpec { socket, ..range })));
        }
        let target = self.words_target(&words, ServiceProtocol::Tcp)?;
        let socket = SocketSpec { family, ..SocketSpec::default() };
        Ok(PastedSession::plain(SpecKind::Tcp(TcpSpec { socket, ..TcpSpec::new(target) })))
    }

    fn udp(&self, text: &str) -> Result<PastedSession, String> {
        if let Some(target) = UnixAddress::parse(text).transpose()? {
            return Ok(PastedSession::plain(SpecKind::Unix(UnixSpec::new(target, UnixForm::Datagram))));
        }
        let (family, words) = with_family(text, "udp [-4|-6] HOST:PORT")?;
        let target = self.words_target(&words, ServiceProtocol::Udp)?;
        let socket = SocketSpec { family, ..SocketSpec::default() };
        Ok(PastedSession::plain(SpecKind::Udp(UdpSpec { socket, ..UdpSpec::new(target) })))
    }

    fn words_target(
        &self,
        words: &[&str],
        protocol: ServiceProtocol,
    ) -> Result<crate::sessions::spec::HostPort, String> {
        match words {
            [host, port] => self.addresses(protocol).pair(host, port),
            [both] => self.addresses(protocol).target(both),
            _ => self.addresses(protocol).target(""),
        }
    }

    /// `tcp PLACE`, `udp PLACE`, or a place alone, which means TCP.
    fn listen(&self, text: &str) -> Result<PastedSession, String> {
        const FORM: &str = "listen tcp|udp [-4|-6] [ADDR:]PORT";
        let wrong = || format!("listen {} makes no sense; accepted: {FORM}", quoted(text));
        let (is_udp, place) = match text.split_once(char::is_whitespace).unwrap_or((text, "")) {
            ("tcp", place) => (false, place.trim_start()),
            ("udp", place) => (true, place.trim_start()),
            _ => (false, text),
        };
        // The path of a Unix socket may have spaces.
        if let Some(local) = UnixAddress::parse(place).transpose()? {
            let form = if is_udp { UnixForm::Datagram } else { UnixForm::Stream };
            return Ok(PastedSession::plain(SpecKind::UnixListen(UnixListenSpec::at(local, form))));
        }
        let (family, words) = with_family(text, FORM)?;
        let (protocol, words) = match words.as_slice() {
            ["udp", rest @ ..] => (ServiceProtocol::Udp, rest),
            ["tcp", rest @ ..] | rest => (ServiceProtocol::Tcp, rest),
        };
        let addresses = self.addresses(protocol);
        let place = match words {
            [place] => addresses.listen(place, family)?,
            [address, port]
                if (is_udp || text.starts_with("tcp")) && !address.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                addresses.listen_pair(Some(address), port, family)?
            }
            _ => return Err(wrong()),
        };
        Ok(PastedSession::plain(netcat::listener(protocol == ServiceProtocol::Udp, place, family)))
    }

    /// `http [METHOD] URL`, with curl's options or HTTPie's items, or `http METHOD URL BODY`.
    fn http(&self, first: &str, rest: &str) -> Result<PastedSession, String> {
        let (method, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let known = curl::usual_method(method);
        if first == "https" && !rest.contains("://") {
            return Err(format!("https {} has no URL; accepted: http [METHOD] https://…", quoted(rest)));
        }
        if let Some(method) = known
            && !after.trim().is_empty()
        {
            return self.request(method, after.trim(), CurlStyle::Sockeye);
        }
        let PipelineCommand { words, input, notes } = http_command(rest)?;
        match words.as_slice() {
            [url, items @ ..] if !url.starts_with('-') && httpie::are_items(items) => {
                self.curl_request(&httpie::curl_options(url, items)?, input, notes)
            }
            options => self.curl_request(options, input, notes),
        }
    }

    /// A request with curl's options, what is piped into it, and what of its line has no effect.
    fn curl_request(
        &self,
        options: &[String],
        input: CommandInput,
        notes: Vec<String>,
    ) -> Result<PastedSession, String> {
        let mut request = curl::parse(options, CurlStyle::Sockeye, self.names)?;
        request.notes.extend(notes);
        from_curl(request, input)
    }

    /// `URL`, `URL BODY`, `URL ITEM…` or `URL -H …` after a method. A body is taken unchanged, except that one pair of
    /// single quotes around it is removed.
    fn request(&self, method: &str, text: &str, style: CurlStyle) -> Result<PastedSession, String> {
        let (url, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        if url.starts_with('-') || rest.starts_with('-') || rest.starts_with('|') || rest.starts_with('>') {
            let PipelineCommand { mut words, input, notes } = http_command(text)?;
            words.insert(0, method.to_owned());
            return self.curl_request(&words, input, notes);
        }
        let url = url.trim_matches(['\'', '"']);
        if let Ok(words) = shell::split_words(rest)
            && (words.len() > 1 || style == CurlStyle::Sockeye)
            && httpie::are_items(&words)
        {
            let mut options = httpie::curl_options(url, &words)?;
            options.extend(["-X".to_owned(), method.to_owned()]);
            return from_curl(curl::parse(&options, style, self.names)?, CommandInput::Typed);
        }
        let request = curl::parse(&[url.to_owned()], style, self.names)?;
        let mut spec = HttpSpec { method: method.to_owned(), ..request.spec };
        if !rest.is_empty() {
            if matches!(method, "GET" | "HEAD" | "TRACE") {
                let accepted = format!("{method} URL [OPTIONS], or a body with POST, PUT, PATCH, DELETE, OPTIONS");
                return Err(format!("{} follows the URL of {method}; accepted: {accepted}", quoted(rest)));
            }
            let body = rest.strip_prefix('\'').and_then(|body| body.strip_suffix('\'')).unwrap_or(rest);
            let kind =
                if body.starts_with(['{', '[']) { "application/json" } else { "application/x-www-form-urlencoded" };
            spec.headers.push(("Content-Type".into(), kind.into()));
            spec.body = BodySpec::Bytes(bytes::Bytes::copy_from_slice(body.as_bytes()));
        }
        Ok(PastedSession { notes: request.notes, ..PastedSession::plain(SpecKind::Http(spec)) })
    }
}

/// What follows the word `http` on a shell's line, without that word.
fn http_command(text: &str) -> Result<PipelineCommand, String> {
    let mut command = pipeline::one_command(&format!("http {text}"), |name| name == "http")?;
    command.words.drain(..1.min(command.words.len()));
    Ok(command)
}

/// A request with what was piped into it.
fn from_curl(request: CurlRequest, input: CommandInput) -> Result<PastedSession, String> {
    let CurlRequest { mut spec, mut notes, stdin_body, output } = request;
    if output.resume == Some(curl::ResumePoint::FileEnd) {
        return Err("-C - would need the file that was saved; accepted here: -C OFFSET".to_owned());
    }
    notes.extend(output.without_file("the answer is shown"));
    match (stdin_body, input) {
        (None, CommandInput::Typed) => {}
        (None, _) => notes.push("what is piped into it has no effect: nothing reads it without -d @-".to_owned()),
        (Some(_), CommandInput::Typed) => {
            return Err(
                "@- reads standard input, which the form has not; accepted: printf TEXT | curl …, or @FILE".to_owned()
            );
        }
        (Some(how), CommandInput::Bytes(bytes)) => spec.body = BodySpec::Bytes(how.body(bytes).into()),
        (Some(curl::StdinBody::AsItIs), CommandInput::File(path)) => spec.body = BodySpec::File(path),
        (Some(curl::StdinBody::WithoutLineEnds), CommandInput::File(_)) => {
            return Err("-d @- drops the file's line ends, as curl does; accepted: --data-binary @FILE".to_owned());
        }
    }
    Ok(PastedSession { notes, ..PastedSession::plain(SpecKind::Http(spec)) })
}

/// What is piped into a command is sent first.
fn add_input(pasted: &mut PastedSession, input: CommandInput) {
    let step = match input {
        CommandInput::Typed => return,
        CommandInput::Bytes(bytes) => ScriptStep::Send(bytes.into()),
        CommandInput::File(path) => ScriptStep::SendFile(path),
    };
    match pasted.spec.what {
        SpecKind::Tcp(_) | SpecKind::Udp(_) | SpecKind::Listen(_) | SpecKind::Unix(_) => {
            pasted.spec.script.steps.insert(0, step);
        }
        SpecKind::Http(_)
        | SpecKind::UdpBound(_)
        | SpecKind::UnixListen(_)
        | SpecKind::UnixAccepted(_)
        | SpecKind::Ports(_)
        | SpecKind::Accepted(_)
        | SpecKind::Repeat(_)
        | SpecKind::Dns(_) => {
            pasted.notes.push("what is piped into it has no effect here".to_owned());
        }
    }
}

/// `openssl s_client -connect HOST:PORT`: refused by name, with what would do it.
fn openssl(words: &[String]) -> String {
    if words.first().is_none_or(|command| command != "s_client") {
        let command = words.first().map_or("without a command", String::as_str);
        return format!("openssl {} opens no connection; accepted: {ACCEPTED}", quoted(command));
    }
    let place = words.iter().position(|word| word == "-connect").and_then(|at| words.get(at + 1));
    let place = place.map_or("HOST:PORT", String::as_str);
    let shown: String = place.chars().filter(char::is_ascii_graphic).take(40).collect();
    if words.iter().any(|word| word == "-starttls") {
        return format!("openssl -starttls is TLS, which is not spoken here yet; accepted: tcp {shown}, in the clear");
    }
    format!("openssl is TLS alone, which is not spoken here yet; accepted: https://{shown}, or tcp {shown} without TLS")
}

/// Removes one pair of quotes or `<>` around a text of one word.
fn unwrapped(text: &str) -> &str {
    let pairs = [('<', '>'), ('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];
    let inner = pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.map(str::trim).filter(|inner| !inner.contains(char::is_whitespace)).unwrap_or(text)
}

/// Removes the options `-4` and `-6`. Returns the family, and the other words.
fn with_family<'t>(text: &'t str, accepted: &str) -> Result<(IpFamily, Vec<&'t str>), String> {
    let mut family = IpFamily::Any;
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        match part {
            "-4" => family = IpFamily::V4,
            "-6" => family = IpFamily::V6,
            _ if part.starts_with('-') || words.len() == 3 => {
                return Err(format!("{} is not understood here; accepted: {accepted}", quoted(part)));
            }
            _ => words.push(part),
        }
    }
    Ok((family, words))
}

#[cfg(test)]
mod tests;
