//! The responses of the lab's web server for each path.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::break_off::BreakOff;
use super::broken::{self, RawConnection};
use super::content::{self, LabBody};
use super::settings::SiteSettings;
use crate::lab::serve::pause;
use crate::text::quantity;

/// The largest request body that is accepted.
const MOST_BODY: usize = 1024 * 1024;

/// The most bytes that `/bytes/N` sends: 1 GiB.
pub(in crate::lab) const MOST_BYTES: u64 = 1 << 30;

/// The response to one request; an error closes the connection, which is the purpose of some paths.
pub(super) async fn respond(
    request: Request<Incoming>,
    line: Arc<RawConnection>,
    settings: SiteSettings,
) -> Result<Response<LabBody>, BreakOff> {
    pause(settings.delay).await;
    let path = request.uri().path().to_string();
    let (first, rest) = path[1.min(path.len())..].split_once('/').unwrap_or((&path[1.min(path.len())..], ""));
    let answer = match (first, rest) {
        ("", "") => text(index(settings)),
        ("text", "") => text("This is text.\nIt has three lines.\nThis is the last one.\n"),
        ("json", "") => json_answer(StatusCode::OK, &document()),
        ("gzip", "") => gzip(&document()),
        ("large", "") => binary(settings.large_bytes),
        ("bytes", number) => match number.parse::<u64>() {
            Ok(bytes) if bytes <= MOST_BYTES => binary(bytes),
            _ => error_response(StatusCode::BAD_REQUEST, "wanted /bytes/N with N from 0 to 1073741824\n"),
        },
        ("slow", "") => with_type("text/plain; charset=utf-8", content::slow_lines(settings.slow_every)),
        ("chunked", "") => with_type("text/plain; charset=utf-8", content::chunks()),
        ("endless", "") => with_type("text/plain; charset=utf-8", content::endless_lines()),
        ("redirect", "") => redirect("/redirect/2"),
        ("redirect", "2") => redirect("/text"),
        ("status", number) => status_response(number),
        ("echo", "") => echo(request).await,
        ("headers", "") => headers(&request),
        ("escapes", "") => with_type("text/plain; charset=utf-8", content::full(ESCAPES)),
        ("short", "") => broken::truncated_body(),
        ("bad-chunk", "") => {
            line.bad_chunk();
            return Err(BreakOff);
        }
        ("reset", "") => broken::reset(line),
        _ => error_response(StatusCode::NOT_FOUND, "no such path; / lists them\n"),
    };
    Ok(answer)
}

/// The body of `/`: a list of all paths.
fn index(settings: SiteSettings) -> String {
    let SiteSettings { large_bytes, slow_every, .. } = settings;
    let (large, every) = (quantity::binary(large_bytes), quantity::duration(slow_every));
    format!(
        "\
sockeye's own web server. Ask for one of these:

/text            a few lines of text
/json            a JSON document
/gzip            the same, gzip-coded
/large           {large}
/bytes/N         N bytes by chance, always the same ones (1 GiB at the most)
/slow            a line every {every}, ten of them
/chunked         chunks of different sizes
/endless         lines until you go
/redirect        302 to /redirect/2, from there 302 to /text
/status/NNN      an answer with that status
/echo            your request, as JSON
/headers         your headers, as JSON, under headers of all kinds
/escapes         text with terminal escape sequences in it
/short           promises more than it sends
/bad-chunk       breaks its own chunking
/reset           resets the connection in the middle of the body
"
    )
}

/// A body that would clear the screen, set the window title, move the cursor and write to the clipboard, if a terminal
/// received it.
const ESCAPES: &str = "plain\n\u{1b}[2J\u{1b}[1;1Hcleared?\n\u{1b}]0;owned\u{7}\n\u{1b}]52;c;b3duZWQ=\u{7}\n\
    \u{1b}[31mred\u{1b}[0m \u{9b}31mC1 \u{8}\u{8}\u{8}back\r\u{202e}desrever\u{202c}\nend\n";

fn with_type(kind: &'static str, content: LabBody) -> Response<LabBody> {
    let mut answer = Response::new(content);
    answer.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    answer
}

fn text(text: impl Into<Bytes>) -> Response<LabBody> {
    with_type("text/plain; charset=utf-8", content::full(text))
}

fn error_response(status: StatusCode, why: &'static str) -> Response<LabBody> {
    let mut answer = text(why);
    *answer.status_mut() = status;
    answer
}

fn binary(bytes: u64) -> Response<LabBody> {
    with_type("application/octet-stream", content::bytes(bytes))
}

fn json_answer(status: StatusCode, value: &Value) -> Response<LabBody> {
    let mut answer = with_type("application/json", content::full(format!("{value:#}\n")));
    *answer.status_mut() = status;
    answer
}

fn document() -> Value {
    let fish: Vec<Value> = (1..=40)
        .map(|number| json!({"number": number, "name": format!("sockeye {number}"), "upstream": number % 2 == 0}))
        .collect();
    json!({"river": "Adams", "fish": fish})
}

fn gzip(value: &Value) -> Response<LabBody> {
    let mut answer = with_type("application/json", content::full(content::gzipped(&format!("{value:#}\n"))));
    answer.headers_mut().insert(http::header::CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
    answer
}

fn redirect(to: &'static str) -> Response<LabBody> {
    let mut answer = error_response(StatusCode::FOUND, "over there\n");
    answer.headers_mut().insert(http::header::LOCATION, http::HeaderValue::from_static(to));
    answer
}

fn status_response(number: &str) -> Response<LabBody> {
    let Some(status) = number.parse().ok().and_then(|number: u16| StatusCode::from_u16(number).ok()) else {
        return error_response(StatusCode::BAD_REQUEST, "wanted /status/NNN with NNN from 200 to 999\n");
    };
    // 1xx is not a final response, and hyper would close the connection for it.
    if status.is_informational() {
        return error_response(StatusCode::BAD_REQUEST, "wanted /status/NNN with NNN from 200 to 999\n");
    }
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let said = if bodiless { String::new() } else { format!("{status}\n") };
    let mut answer = with_type("text/plain; charset=utf-8", content::full(said));
    *answer.status_mut() = status;
    answer
}

fn headers_of<B>(request: &Request<B>) -> Value {
    let pairs = request.headers().iter();
    pairs.map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())])).collect()
}

fn headers(request: &Request<Incoming>) -> Response<LabBody> {
    let mut answer = json_answer(StatusCode::OK, &headers_of(request));
    let fields = answer.headers_mut();
    for (name, value) in [
        ("set-cookie", "first=1; Path=/; HttpOnly"),
        ("set-cookie", "second=2; Path=/; SameSite=Strict"),
        ("cache-control", "no-store"),
        ("x-empty", ""),
        ("x-list", "one, two, three"),
    ] {
        fields.append(http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
    }
    fields
        .insert("x-not-utf8", http::HeaderValue::from_bytes(b"caf\xe9").unwrap_or(http::HeaderValue::from_static("")));
    answer
}

async fn echo(request: Request<Incoming>) -> Response<LabBody> {
    let about = json!({
        "method": request.method().as_str(),
        "path": request.uri().to_string(),
        "version": format!("{:?}", request.version()),
        "headers": headers_of(&request),
    });
    let no_body = *request.method() == Method::HEAD;
    let body = if no_body { Ok(Bytes::new()) } else { read_bounded(request.into_body()).await };
    let Ok(body) = body else {
        return error_response(StatusCode::PAYLOAD_TOO_LARGE, "a body of 1 MiB is the most that is echoed\n");
    };
    let mut value = about;
    value["body_bytes"] = json!(body.len());
    match std::str::from_utf8(&body) {
        Ok(text) => value["body"] = json!(text),
        Err(_) => {
            use base64::Engine;
            value["body_base64"] = json!(base64::engine::general_purpose::STANDARD.encode(&body));
        }
    }
    json_answer(StatusCode::OK, &value)
}

/// Reads a body of at most [`MOST_BODY`] bytes.
async fn read_bounded(mut body: Incoming) -> Result<Bytes, ()> {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(drop)?.into_data() else { continue };
        if all.len() + piece.len() > MOST_BODY {
            return Err(());
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}
