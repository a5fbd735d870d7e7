//! What we send.

use std::io::{Read as _, Write};

use serde_json::Value;
use sockeye::sessions::News;
use sockeye::sessions::spec::http::{BodySpec, FormPart, HttpSpec, PartValue};
use sockeye::wire::Class;

use super::exchange::{Running, Seen, answer, lab, peer, run};

fn post(url: String, body: BodySpec) -> HttpSpec {
    HttpSpec { method: "POST".into(), body, ..HttpSpec::get(url) }
}

fn echoed(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.received).unwrap()
}

fn field(value: &Value, name: &str) -> String {
    let pairs = value["headers"].as_array().unwrap();
    pairs.iter().find(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap().to_string()).unwrap_or_default()
}

#[test]
fn a_body_is_counted_and_arrives_as_it_was_sent() {
    let body = vec![b'a'; 300_000];
    let seen = run(post(format!("{}/echo", lab()), BodySpec::Bytes(body.clone().into()))).went_well();
    assert_eq!(seen.totals.sent.bytes, 300_000);
    assert_eq!(seen.sent, body);
    let value = echoed(&seen);
    assert_eq!(value["body_bytes"], 300_000);
    assert_eq!((field(&value, "content-length"), field(&value, "transfer-encoding")), ("300000".into(), String::new()));
    assert_eq!(seen.requests()[0].body_bytes, Some(300_000));
}

#[test]
fn an_empty_post_says_that_it_is_empty() {
    for body in [BodySpec::None, BodySpec::Bytes(bytes::Bytes::new())] {
        let seen = run(post(format!("{}/echo", lab()), body)).went_well();
        assert_eq!(field(&echoed(&seen), "content-length"), "0");
    }
}

#[test]
fn a_file_is_streamed_and_counted() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let bytes: Vec<u8> = (0..500_000_u32).map(|place| place as u8).collect();
    file.write_all(&bytes).unwrap();
    let path = file.path().to_path_buf();
    let seen = run(post(format!("{}/echo", lab()), BodySpec::File(path.clone()))).went_well();
    assert_eq!(seen.sent, bytes);
    assert_eq!(echoed(&seen)["body_bytes"], 500_000);
    assert!(seen.news.contains(&News::FileSent { path, bytes: 500_000 }));
}

#[test]
fn while_a_body_is_sent_how_much_of_it_was_sent_is_known() {
    let (go, wait) = std::sync::mpsc::channel();
    let address = peer(move |mut stream, _| {
        wait.recv().unwrap();
        std::io::copy(&mut (&mut stream).take(64 << 20), &mut std::io::sink()).unwrap();
        stream.write_all(&answer("", b"thanks")).unwrap();
    });
    let body = BodySpec::Bytes(vec![b'a'; 64 << 20].into());
    let mut running = Running::start(post(format!("http://{address}/"), body));
    running.until(|seen| seen.sending.is_some_and(|progress| progress.sent_bytes > 0));
    let progress = running.seen.sending.unwrap();
    assert_eq!((progress.total_bytes, progress.sent_bytes), (Some(64 << 20), running.seen.totals.sent.bytes));
    assert!(!progress.is_complete());
    go.send(()).unwrap();
    running.until(|seen| seen.sending.is_none());
    assert_eq!(running.seen.totals.sent.bytes, 64 << 20);
    assert_eq!(running.end().went_well().totals.sent.bytes, 64 << 20);
}

#[test]
fn a_body_that_was_given_up_for_a_redirect_is_no_longer_being_sent() {
    let (go, wait) = std::sync::mpsc::channel();
    let second = peer(move |mut stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthe ").unwrap();
        wait.recv().unwrap();
        stream.write_all(b"en").unwrap();
    });
    let first = peer(move |mut stream, _| {
        let head = format!("HTTP/1.1 303 See Other\r\nlocation: http://{second}/\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        // Without reading the body: the client is the first to close.
        while stream.peek(&mut [0]).is_ok_and(|waiting| waiting > 0) {
            std::thread::yield_now();
        }
    });
    let body = BodySpec::Bytes(vec![b'a'; 64 << 20].into());
    let mut running = Running::start(HttpSpec { redirects: 1, ..post(format!("http://{first}/"), body) });
    running.until(|seen| seen.received == b"the ");
    assert_eq!(running.seen.sending, None);
    go.send(()).unwrap();
    assert_eq!(running.end().went_well().received, b"the en");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let path = std::path::PathBuf::from("/no/such/file");
    let seen = run(post(format!("{}/echo", lab()), BodySpec::File(path)));
    assert_eq!(seen.failed(Class::Local, "no such file").peer, "/no/such/file");
}

#[test]
fn a_form_arrives_with_its_parts_in_order() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"in the file").unwrap();
    let parts = vec![
        FormPart { name: "who".into(), value: PartValue::Text("me \"myself\"".into()) },
        FormPart { name: "what".into(), value: PartValue::File(file.path().to_path_buf()) },
    ];
    let seen = run(post(format!("{}/echo", lab()), BodySpec::Multipart(parts))).went_well();
    let value = echoed(&seen);
    let kind = field(&value, "content-type");
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let name = file.path().file_name().unwrap().to_str().unwrap();
    let expected = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"who\"\r\n\r\nme \"myself\"\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"what\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\nin the file\r\n--{boundary}--\r\n"
    );
    assert_eq!(value["body"], expected);
    assert_eq!(seen.totals.sent.bytes, expected.len() as u64);
}

#[test]
fn a_307_sends_the_body_again_and_a_303_does_not() {
    let base = lab();
    for (status, method, body) in [(307, "POST", "again"), (303, "GET", "")] {
        let redirect = super::exchange::says(format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: {base}/echo\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ));
        let spec = HttpSpec { redirects: 1, ..post(redirect, BodySpec::Bytes("again".into())) };
        let seen = run(spec).went_well();
        let value = echoed(&seen);
        assert_eq!((value["method"].as_str(), value["body"].as_str()), (Some(method), Some(body)), "{status}");
    }
}

#[test]
fn a_length_that_is_not_the_bodys_is_refused() {
    let headers = vec![("Content-Length".to_string(), "7".to_string())];
    let spec = HttpSpec { headers, ..post("http://127.0.0.1:9/".into(), BodySpec::Bytes("four".into())) };
    run(spec).failed(Class::Usage, "header `content-length`: it says 7, and the body has 4 bytes");
}
