//! `-o`, `-O` and `-C`: the body goes into a file.

use std::fs;
use std::path::Path;

use crate::peers::{self, peer};
use crate::program::{ends_with, run_alone, stderr};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
const CUT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhello";
const REST: &str = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-4/5\r\nContent-Length: 1\r\n\
                    Connection: close\r\n\r\no";
const CUT_REST: &str = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\n\
                        Connection: close\r\n\r\no";
const BEYOND: &str = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnone";
const MISSING: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone";

/// Runs `sockeye http OPTIONS URL` with a peer that gives this answer: the exit code must be `code`. Returns the request
/// and the messages.
fn fetch(answer: &'static str, options: &[&str], code: i32) -> (String, String) {
    let (target, thread) = peer(peers::answer(answer));
    let url = format!("http://{target}/dir/name.txt?x=1");
    let output = run_alone(&[&["http"], options, &[&url]].concat());
    let request = String::from_utf8(thread.join().unwrap()).unwrap();
    ends_with(&output, code);
    assert!(output.stdout.is_empty(), "{:?}", String::from_utf8_lossy(&output.stdout));
    (request, stderr(&output))
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_body_goes_into_a_file_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let file = path.to_str().unwrap();
    fetch(HELLO, &["-o", file], 0);
    assert_eq!(fs::read(&path).unwrap(), b"hello");
    let (_, said) = fetch(CUT, &["-o", file], 9);
    assert!(said.contains("f is not written"), "{said}");
    fetch(MISSING, &["-o", file, "-f"], 12);
    assert_eq!(fs::read(&path).unwrap(), b"hello");
    fetch(MISSING, &["-o", file, "--fail-with-body"], 12);
    assert_eq!(fs::read(&path).unwrap(), b"gone");
    fetch(HELLO, &["-o", file, "--no-clobber"], 0);
    assert_eq!(names_in(folder.path()), ["f", "f.1"]);
    fetch(HELLO, &["-i", "-o", file], 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), HELLO);
}

#[test]
fn a_download_is_named_after_the_url() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    let said = run_alone(&["http", "-O", "--output-dir", deep.to_str().unwrap(), "http://127.0.0.1:9/f"]);
    ends_with(&said, 11);
    fetch(HELLO, &["-O", "--output-dir", deep.to_str().unwrap(), "--create-dirs"], 0);
    assert_eq!(names_in(&deep), ["name.txt"]);
    let unnamed = run_alone(&["http", "-O", "http://127.0.0.1:9/"]);
    ends_with(&unnamed, 2);
    assert!(stderr(&unnamed).contains("accepted: -o FILE"), "{}", stderr(&unnamed));
}

#[test]
fn an_earlier_download_is_continued_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let (file, begun) = (path.to_str().unwrap(), || fs::write(&path, b"hell").unwrap());
    // Nothing is there yet; what comes stays.
    let (request, _) = fetch(CUT, &["-C", "-", "-o", file], 9);
    assert!(!request.contains("Range") && !request.contains("Accept-Encoding"), "{request}");
    assert_eq!(fs::read(&path).unwrap(), b"hello");
    for (answer, code, left) in
        [(REST, 0, "hello"), (CUT_REST, 9, "hello"), (BEYOND, 0, "hell"), (HELLO, 9, "hell"), (MISSING, 9, "hell")]
    {
        begun();
        let (request, said) = fetch(answer, &["-C", "-", "-o", file], code);
        assert!(request.contains("\r\nRange: bytes=4-\r\n"), "{request}");
        assert_eq!(fs::read_to_string(&path).unwrap(), left, "{said}");
    }
    begun();
    fetch(REST, &["-C", "4", "-o", file], 0);
    assert_eq!(fs::read(&path).unwrap(), b"hello");
    for wrong in [&["-C", "-"][..], &["-C", "x"], &["-C", "4", "-r", "1-2"]] {
        ends_with(&run_alone(&[&["http"], wrong, &["http://127.0.0.1:9/"]].concat()), 2);
    }
}

#[test]
fn a_file_that_is_not_written_is_said_to_have_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let (target, thread) = peer(peers::answer(HELLO));
    let output = run_alone(&["http", "--json", "-o", path.to_str().unwrap(), &format!("http://{target}/")]);
    thread.join().unwrap();
    ends_with(&output, 0);
    assert!(stderr(&output).contains("-o has no effect here: the body is in the events"), "{}", stderr(&output));
    assert!(!path.exists());
}

#[test]
fn the_path_and_the_query_are_sent_as_they_are_written() {
    for (url, sent) in [
        ("/a'b?c='d'", "/a'b?c='d'"),
        ("/a/%2e%2e/b", "/a/%2e%2e/b"),
        ("?x", "/?x"),
        ("/a/../b#c", "/b"),
        ("/\u{e4}", "/%C3%A4"),
    ] {
        for more in [&[][..], &["--repeat", "1"]] {
            let (target, thread) = peer(peers::answer(HELLO));
            let output = run_alone(&[&["http", &format!("http://{target}{url}")], more].concat());
            let request = String::from_utf8(thread.join().unwrap()).unwrap();
            ends_with(&output, 0);
            assert_eq!(request.lines().next(), Some(format!("GET {sent} HTTP/1.1").as_str()));
        }
    }
    let (target, thread) = peer(peers::answer(HELLO));
    ends_with(&run_alone(&["http", &format!(r#"http://{target}/"\<>|^`"#)]), 0);
    let request = String::from_utf8(thread.join().unwrap()).unwrap();
    assert!(request.starts_with(r#"GET /"\<>|^` HTTP/1.1"#), "{request}");
    // The library of repeated requests takes fewer characters.
    let (target, thread) = peer(peers::answer(HELLO));
    let output = run_alone(&["http", &format!("http://{target}/<"), "--repeat", "1"]);
    let request = String::from_utf8(thread.join().unwrap()).unwrap();
    assert!(request.starts_with("GET /%3C HTTP/1.1"), "{request}");
    assert!(stderr(&output).contains("the URL was changed by the client library"), "{}", stderr(&output));
    let (request, said) = fetch(HELLO, &["--path-as-is", "-o", "/dev/null"], 0);
    assert!(request.starts_with("GET /dir/name.txt?x=1 ") && said.is_empty(), "{request}{said}");
}

#[test]
fn a_name_under_localhost_is_this_host() {
    let (target, thread) = peer(peers::answer(HELLO));
    let port = target.rsplit_once(':').unwrap().1;
    let output = run_alone(&["http", &format!("http://app.localhost:{port}/")]);
    let request = String::from_utf8(thread.join().unwrap()).unwrap();
    ends_with(&output, 0);
    assert!(request.contains(&format!("\r\nHost: app.localhost:{port}\r\n")), "{request}");
}
