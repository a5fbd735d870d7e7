//! `sockeye http`: converts clap's matches back to curl's arguments, in their order, and those to a request.

use clap::ArgMatches;

use super::args::HttpArgs;
use super::script::readable;
use crate::files::config::ConfigSettings;
use crate::formats::curl;
use crate::sessions::spec::http::{BodySpec, HttpSpec, PartValue};
use crate::sessions::{Spec, SpecKind};
use crate::text::sanitize::quoted;

/// The options that take a value: clap's name and curl's.
const VALUED: [(&str, &str); 19] = [
    ("request", "-X"),
    ("header", "-H"),
    ("data", "-d"),
    ("data_raw", "--data-raw"),
    ("data_binary", "--data-binary"),
    ("data_urlencode", "--data-urlencode"),
    ("json", "--json"),
    ("form", "-F"),
    ("user", "-u"),
    ("user_agent", "-A"),
    ("referer", "-e"),
    ("cookie", "-b"),
    ("max_redirs", "--max-redirs"),
    ("proxy", "-x"),
    ("resolve", "--resolve"),
    ("unix_socket", "--unix-socket"),
    ("abstract_unix_socket", "--abstract-unix-socket"),
    ("max_time", "-m"),
    ("connect_timeout", "--connect-timeout"),
];

/// The options without a value.
const FLAGS: [(&str, &str); 7] = [
    ("get", "-G"),
    ("head", "-I"),
    ("insecure", "-k"),
    ("location", "-L"),
    ("http1", "--http1.1"),
    ("http2", "--http2"),
    ("fail", "-f"),
];

/// A request, and whether its body must still be read from standard input.
pub(super) struct HttpCommand {
    /// The session to open.
    pub(super) spec: Spec,
    /// `-d @-`, `--data-binary @-`.
    pub(super) body_from_stdin: bool,
}

/// Builds the request.
pub(super) fn request(http: &HttpArgs, settings: &ConfigSettings, words: &ArgMatches) -> Result<HttpCommand, String> {
    let (method, url) = match http.target.as_slice() {
        [method, url] => (Some(method), url),
        [url] => (None, url),
        _ => return Err("no URL: accepted is [METHOD] URL".to_owned()),
    };
    if url.split_once("://").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
        // A browser would take the first name of the path as the host; here, that is never meant.
        return Err(format!("{} has no host; accepted: http://HOST[:PORT][/PATH], https://…", quoted(url)));
    }
    let mut placed = options_with_value(words);
    let data = placed.iter().filter(|(_, flag, _)| is_body(flag)).count();
    let mut body_from_stdin = false;
    for (_, flag, value) in &mut placed {
        if value == "@-" && matches!(*flag, "-d" | "--data-binary") {
            // curl removes line ends from the body of `-d @FILE`; here, the body is sent as it is.
            body_from_stdin = true;
            value.clear();
        }
    }
    if body_from_stdin && (data > 1 || words.get_flag("get")) {
        return Err("a body from standard input (@-) is the whole body: accepted without other data and -G".to_owned());
    }
    let mut tokens: Vec<String> = placed.into_iter().flat_map(|(_, flag, value)| [flag.to_owned(), value]).collect();
    tokens.extend(FLAGS.iter().filter(|(name, _)| words.get_flag(name)).map(|(_, flag)| (*flag).to_owned()));
    if let Some(method) = method {
        if words.contains_id("request") {
            return Err("the method is given twice: accepted are METHOD URL, or -X METHOD URL".to_owned());
        }
        tokens.extend(["-X".to_owned(), method.to_uppercase()]);
    }
    tokens.extend(["--url".to_owned(), url.clone()]);
    let mut spec: HttpSpec = curl::http_args(&tokens)?;
    spec.compressed = !http.curl.no_compressed;
    super::session_specs::connection(http, &mut spec, settings)?;
    files_are_readable(&spec)?;
    Ok(HttpCommand { spec: Spec::new(SpecKind::Http(spec)), body_from_stdin })
}

/// Whether an option adds to the body.
fn is_body(flag: &str) -> bool {
    matches!(flag, "-d" | "--data-raw" | "--data-binary" | "--data-urlencode" | "--json" | "-F")
}

/// All options with a value, in the order of the command line.
fn options_with_value(words: &ArgMatches) -> Vec<(usize, &'static str, String)> {
    let mut placed = Vec::new();
    for (name, flag) in VALUED {
        let values = words.get_many::<String>(name).into_iter().flatten();
        let places = words.indices_of(name).into_iter().flatten();
        // A bare `--json` is the output format, not a body.
        let written = places.zip(values).filter(|(_, value)| name != "json" || !value.is_empty());
        placed.extend(written.map(|(place, value)| (place, flag, value.clone())));
    }
    placed.sort_by_key(|(place, ..)| *place);
    placed
}

/// Checks that files to be sent are readable, before anything is opened on the network.
fn files_are_readable(spec: &HttpSpec) -> Result<(), String> {
    match &spec.body {
        BodySpec::None | BodySpec::Bytes(_) => Ok(()),
        BodySpec::File(path) => readable("--data-binary", path),
        BodySpec::Multipart(parts) => parts.iter().try_for_each(|part| match &part.value {
            PartValue::Text(_) => Ok(()),
            PartValue::File(path) => readable("-F", path),
        }),
    }
}
