//! A table of requests.

use super::transcript::{read_slices, short, text};
use crate::wire::http1::{ReadingPlace, RequestReader};

#[track_caller]
fn check_request(input: &[u8], lines: &[&str]) {
    let told: Vec<String> = read_slices(RequestReader::new(), &[input], true).iter().map(short).collect();
    assert_eq!(told, lines, "{}", text(input));
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    let told: Vec<String> = read_slices(RequestReader::new(), &bytes, true).iter().map(short).collect();
    assert_eq!(told, lines, "byte by byte: {}", text(input));
}

#[test]
fn requests_follow_each_other() {
    check_request(
        b"GET /a?b HTTP/1.1\r\nHost: x\r\n\r\nPOST * HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nok\
          PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx",
        &[
            "head GET \"/a?b\" Bodiless(NotAnnounced) Host=\"x\"",
            "end@30 0 kept",
            "head POST \"*\" 2 host=\"x\" content-length=\"2\"",
            "body ok",
            "end@79 2 kept",
            "head PUT \"/\" Chunked Chunked Transfer-Encoding=\"chunked\" !CodingInOldVersion@95+28",
            "chunk 0",
            "end@130 0 FramingInDoubt",
            "surplus BehindChunks@130 x",
        ],
    );
    check_request(b"", &[]);
    check_request(b"GET / HTTP/1.1\r\n", &["cut InHead { arrived: 16 } GET / HTTP/1.1\\r\\n"]);
}

#[test]
fn a_request_line_may_be_odd() {
    for (line, head) in [
        (
            "GET  /a b  HTTP/1.1 ",
            "GET \"/a b\" Bodiless(NotAnnounced) Host=\"x\" !RequestLineBlanks@3+2 \
            !RequestLineBlanks@9+2 !RequestLineBlanks@19+1 !TargetForm@7+1",
        ),
        ("G(T / HTTP/1.1", "G(T \"/\" Bodiless(NotAnnounced) Host=\"x\" !MethodNotToken@1+1"),
        ("GET /\u{e9} HTTP/1.1", "GET \"/\\\\xc3\\\\xa9\" Bodiless(NotAnnounced) Host=\"x\" !TargetForm@5+1"),
        ("GET / HTTP/3.0", "GET \"/\" Bodiless(NotAnnounced) Host=\"x\" !VersionNotOne@6+8"),
    ] {
        let input = format!("{line}\r\nHost: x\r\n\r\n");
        check_request(input.as_bytes(), &[&format!("head {head}"), &format!("end@{} 0 kept", input.len())]);
    }
    for line in ["GET", "GET ", "GET /", "GET HTTP/1.1", "GET / FTP/1.1"] {
        let input = format!("{line}\r\n\r\n");
        let came = text(input.as_bytes());
        check_request(input.as_bytes(), &[&format!("refused RequestLineUnreadable@0+{} {came}", line.len())]);
    }
    check_request(b"\x16\x03\x01", &["refused NotHttp@0+1 \\x16"]);
    check_request(
        b"\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        &["head GET \"/\" Bodiless(NotAnnounced) !LeadingEmptyLine@0+4", "end@22 0 OldVersion"],
    );
}

#[test]
fn a_request_has_one_host_and_an_end() {
    check_request(
        b"GET / HTTP/1.1\r\n\r\n",
        &["head GET \"/\" Bodiless(NotAnnounced) !HostMissing@14+0", "end@18 0 kept"],
    );
    check_request(
        b"GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n",
        &["head GET \"/\" Bodiless(NotAnnounced) Host=\"a\" HOST=\"b\" !HostRepeated@25+9", "end@36 0 kept"],
    );
    check_request(
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        &[
            "head POST \"/\" Unknown Chunked Gzip Host=\"a\" Transfer-Encoding=\"chunked, gzip\"",
            "refused CodingWithoutEnd@26+34 ",
        ],
    );
}

#[test]
fn a_server_that_agrees_begins_a_tunnel() {
    let mut reader = RequestReader::new();
    let input = b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nx";
    let (head, event) = reader.read(input);
    assert!(matches!(event, Ok(Some(_))) && !reader.begin_tunnel(), "the end of the message waits");
    assert!(matches!(reader.read(&[]), (0, Ok(Some(_)))) && reader.begin_tunnel());
    assert_eq!(reader.read(&input[head..]), (0, Ok(None)));
    assert_eq!((reader.place(), reader.finish()), (ReadingPlace::Tunnel, Ok(None)));
}
