//! `sockeye http`: converts clap's matches back to curl's arguments, in their order, and those to a request.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::args::HttpArgs;
use super::script::readable;
use crate::files::config::ConfigSettings;
use crate::files::expand_http;
use crate::formats::curl::{self, CurlRequest, CurlStyle, KnownOption, OPTIONS, ResumePoint};
use crate::formats::httpie;
use crate::sessions::spec::http::{BodySpec, HttpSpec, PartValue};
use crate::sessions::spec::system_names::SystemNames;
use crate::text::sanitize::quoted;

/// Options that are no hidden ones: an alias, and options of ours with curl's name that are read from clap's own fields, or mean something else here.
const OURS: [&str; 10] =
    ["data-ascii", "retry", "ipv4", "ipv6", "compressed", "no-compressed", "raw", "config", "rate", "log"];

/// clap's name of `-K`: only the letter is curl's here; `--config` is ours.
const CURL_CONFIG: &str = "curl-config";

/// The command line with all of curl's options: those that the help does not show are hidden ones, so that each is done,
/// refused by its name, or said to have no effect.
pub(super) fn with_curl_options(command: Command) -> Command {
    command.mut_subcommand("http", |http| http.defer(add_curl_options))
}

fn add_curl_options(mut http: Command) -> Command {
    // The program's global options are there already, and are not those of curl with the same name.
    let own = http.get_arguments().filter(|arg| !arg.is_global_set());
    let known: Vec<String> = own.filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    let letters: Vec<char> = http.get_arguments().filter_map(Arg::get_short).collect();
    for option in OPTIONS.iter().filter(|option| !known.iter().any(|long| long == option.long)) {
        let letter = option.short.filter(|letter| !letters.contains(letter));
        let is_ours = OURS.contains(&option.long);
        if is_ours && letter.is_none() {
            continue;
        }
        let action = if option.takes_value { ArgAction::Append } else { ArgAction::Count };
        let mut arg = Arg::new(if is_ours { CURL_CONFIG } else { option.long }).hide(true).action(action);
        if !is_ours {
            arg = arg.long(option.long);
        }
        if option.takes_value {
            arg = arg.allow_hyphen_values(true);
        }
        if let Some(letter) = letter {
            arg = arg.short(letter);
        }
        http = http.arg(arg);
    }
    http
}

/// Builds the request.
pub(super) fn request(
    http: &HttpArgs,
    settings: &ConfigSettings,
    words: &ArgMatches,
    names: &SystemNames,
) -> Result<CurlRequest, String> {
    let mut target = http.target.as_slice();
    let mut method = None;
    if let [first, _, ..] = target
        && is_method(first)
    {
        method = Some(first);
        target = &target[1..];
    }
    if let [data, _, ..] = target
        && data.starts_with(['{', '['])
    {
        // curl's --json takes the next word; ours is the output's format, and takes what is joined to it.
        return Err(format!("{} is no URL; accepted: --json='DATA' URL, or -d 'DATA' URL", quoted(data)));
    }
    let [url, items @ ..] = target else { return Err("no URL: accepted is [METHOD] URL".to_owned()) };
    if url.split_once("://").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
        // A browser would take the first name of the path as the host; here, that is never meant.
        return Err(format!("{} has no host; accepted: http://HOST[:PORT][/PATH], https://…", quoted(url)));
    }
    let given = given_options(words);
    let is_body = |name: &String| name == "--json" || name.starts_with("--data");
    let has_body = given.iter().any(|(_, option)| option.first().is_some_and(is_body));
    let mut tokens: Vec<String> = given.into_iter().flat_map(|(_, option)| option).collect();
    if let Some(method) = method {
        if words.contains_id("request") {
            return Err("the method is given twice: accepted are METHOD URL, or -X METHOD URL".to_owned());
        }
        tokens.extend(["-X".to_owned(), method.to_uppercase()]);
    }
    match items {
        [] => tokens.extend(["--url".to_owned(), url.clone()]),
        [second, ..] if !httpie::are_items(items) => {
            return Err(format!(
                "{} is a second URL, and no item; accepted: [METHOD] URL [name=text…]",
                quoted(second)
            ));
        }
        items => {
            if method.is_none() && !words.contains_id("request") && items.iter().all(|item| item.contains("==")) {
                tokens.extend(["-X".to_owned(), "GET".to_owned()]);
            }
            let options = httpie::curl_options(url, items)?;
            if has_body && options.iter().any(|option| option == "--json") {
                return Err("items and -d are two bodies; accepted: one of them".to_owned());
            }
            tokens.extend(options);
        }
    }
    let mut request = curl::parse(&tokens, CurlStyle::Sockeye, names)?;
    let spec = &mut request.spec;
    spec.compressed = !http.curl.no_compressed && (http.curl.compressed || spec.compressed);
    // A method that stands before the URL is no -X: a redirect may make a GET of it.
    spec.keeps_method = words.contains_id("request");
    continue_file(&mut request)?;
    let spec = &mut request.spec;
    super::session_specs::connection(http, spec, settings, names)?;
    expand_http(spec);
    files_are_readable(spec)?;
    Ok(request)
}

/// `-C -`: asks for what follows the end of the file.
fn continue_file(request: &mut CurlRequest) -> Result<(), String> {
    let (Some(ResumePoint::FileEnd), Some(file)) = (request.output.resume, &request.output.file) else { return Ok(()) };
    let length = match std::fs::metadata(&file.path) {
        Ok(about) if about.is_file() => about.len(),
        Ok(_) => {
            return Err(format!("-C -: {} is no file that can be continued", quoted(&file.path.to_string_lossy())));
        }
        Err(_) => 0,
    };
    request.output.resume = Some(ResumePoint::Offset(length));
    if length > 0 {
        request.spec.headers.push(curl::range_from(length));
    }
    Ok(())
}

/// Whether a word is a method and not a URL: letters only, and either all capitals or a usual one.
fn is_method(word: &str) -> bool {
    let is_upper = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    is_upper || curl::usual_method(word).is_some()
}

/// curl's options on the command line, in its order: the place of each, its name, and its value if it takes one.
fn given_options(words: &ArgMatches) -> Vec<(usize, Vec<String>)> {
    let mut placed = Vec::new();
    // Of what is ours, only `-K` is curl's.
    let is_curls = |option: &&KnownOption| !OURS.contains(&option.long) || option.long == "config";
    for option in OPTIONS.iter().filter(is_curls) {
        let Some(id) = id_of(option, words) else { continue };
        if words.value_source(&id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let name = match option.short {
            Some(letter) if OURS.contains(&option.long) => format!("-{letter}"),
            _ => format!("--{}", option.long),
        };
        let places = words.indices_of(&id).into_iter().flatten();
        if option.takes_value {
            let values = words.get_many::<String>(&id).into_iter().flatten();
            // A bare `--json` is the output format, not a body.
            let written = places.zip(values).filter(|(_, value)| id != "json" || !value.is_empty());
            placed.extend(written.map(|(place, value)| (place, vec![name.clone(), value.clone()])));
        } else {
            placed.extend(places.take(1).map(|place| (place, vec![name.clone()])));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed
}

/// clap's name of an option that is given: that of the field if the help shows it, else its own. Only a name that the
/// words have may be asked for: clap knows which names exist in debug builds alone.
fn id_of(option: &KnownOption, words: &ArgMatches) -> Option<String> {
    let field = option.long.replace('-', "_");
    let candidates = match option.long {
        "http1.1" => vec!["http1".to_owned()],
        "config" => vec![CURL_CONFIG.to_owned()],
        long => vec![long.to_owned(), field],
    };
    candidates.into_iter().find(|id| words.ids().any(|given| given.as_str() == id))
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
