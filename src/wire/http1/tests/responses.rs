//! A table of responses.

use super::transcript::{TO_UPGRADE, awaiting, check, read_slices, short, text};
use crate::wire::http1::{
    ExpectedResponse, Http1Error, Http1Fault, Http1Refusal, MOST_CHUNK_LINE_BYTES, MOST_HEAD_BYTES, MOST_TRAILER_BYTES,
    ReadingPlace, ResponseReader,
};

const PLAIN: &[ExpectedResponse] = &[ExpectedResponse::PLAIN];
const TO_HEAD: &[ExpectedResponse] = &[ExpectedResponse::TO_HEAD];
const TO_CONNECT: &[ExpectedResponse] = &[ExpectedResponse::TO_CONNECT];

fn plain(input: &[u8], lines: &[&str]) {
    check(PLAIN, input, lines);
}

#[test]
fn bodies_end_by_length_by_chunk_and_by_fin() {
    plain(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        &["head 200 \"OK\" 5 Content-Length=\"5\"", "body hello", "end@43 5 kept"],
    );
    plain(
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        &["head 200 \"OK\" 0 content-length=\"0\"", "end@38 0 kept"],
    );
    plain(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=\"b\";c\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n",
        &[
            "head 200 \"OK\" Chunked Chunked Transfer-Encoding=\"Chunked\"",
            "chunk 5 ;a=\\\"b\\\";c",
            "body hello",
            "chunk 10",
            "body 0123456789",
            "chunk 0",
            "end@85 15 kept",
        ],
    );
    plain(b"HTTP/1.1 200 OK\r\n\r\nhello", &["head 200 \"OK\" UntilClose", "body hello", "end@24 5 UntilClose"]);
    plain(b"HTTP/1.1 200 OK\r\n\r\n", &["head 200 \"OK\" UntilClose", "end@19 0 UntilClose"]);
}

#[test]
fn some_answers_have_no_body_whatever_they_say() {
    check(
        TO_HEAD,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        &["head 200 \"OK\" Bodiless(Head) Content-Length=\"5\"", "end@38 0 kept"],
    );
    check(
        TO_HEAD,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        &[
            "head 200 \"OK\" Bodiless(Head) Content-Length=\"5, 6\" !LengthsDiffer@17+22",
            "end@41 0 kept",
            "surplus BehindBodiless@41 hello",
        ],
    );
    plain(
        b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
        &[
            "head 204 \"No Content\" Bodiless(NoContent) Content-Length=\"2\" !LengthNotAllowed@25+19",
            "end@46 0 kept",
            "surplus BehindBodiless@46 ok",
        ],
    );
    plain(
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        &[
            "head 304 \"Not Modified\" Bodiless(NotModified) Content-Length=\"2\" Connection=\"close\"",
            "end@67 0 ConnectionClose",
            "surplus BehindBodiless@67 ok",
        ],
    );
}

#[test]
fn interim_answers_come_before_the_final_one_in_any_number() {
    let early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let last = b"HTTP/1.1 204 \r\n\r\n";
    let interim = "interim 103 \"Early Hints\" Bodiless(Interim) Link=\"</a>\"";
    plain(
        &[early.repeat(30).as_slice(), last].concat(),
        &[vec![interim; 30], vec!["head 204 \"\" Bodiless(NoContent)", "end@1217 0 kept"]].concat(),
    );
    plain(early, &[interim, "cut BeforeHead { interim: 1 }"]);
    plain(
        b"HTTP/1.1 100 Continue\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        &[
            "interim 100 \"Continue\" Bodiless(Interim) Chunked Content-Length=\"3\" Transfer-Encoding=\"chunked\" \
         !LengthNotAllowed@23+19 !CodingNotAllowed@42+28",
            "cut BeforeHead { interim: 1 }",
        ],
    );
}

#[test]
fn connect_and_upgrade_begin_a_tunnel() {
    check(
        TO_CONNECT,
        b"HTTP/1.1 200 Connection established\r\nContent-Length: 9\r\n\r\n\x16\x03",
        &[
            "head 200 \"Connection established\" Tunnel(Connect) Content-Length=\"9\" !LengthNotAllowed@37+19",
            "tunnel Connect@58",
            "rest \\x16\\x03",
        ],
    );
    check(
        TO_CONNECT,
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        &["head 403 \"Forbidden\" 2 Content-Length=\"2\"", "body no", "end@47 2 kept"],
    );
    check(TO_CONNECT, b"HTTP/1.1 204 \r\n\r\nx", &["head 204 \"\" Tunnel(Connect)", "tunnel Connect@17", "rest x"]);
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00";
    check(
        &[TO_UPGRADE],
        switch,
        &[
            "head 101 \"Switching Protocols\" Tunnel(Upgrade) Upgrade=\"websocket\"",
            "tunnel Upgrade@56",
            "rest \\x81\\x00",
        ],
    );
    plain(
        b"HTTP/1.1 101 Switching Protocols\r\n\r\nmore",
        &[
            "head 101 \"Switching Protocols\" Tunnel(Upgrade) !UpgradeUnasked@9+3 !UpgradeFieldMissing@9+3",
            "tunnel Upgrade@36",
            "rest more",
        ],
    );
}

#[test]
fn one_reader_serves_a_kept_connection() {
    let two = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: \
        Keep-Alive\r\n\r\nb";
    let first = ["head 200 \"OK\" 1 Content-Length=\"1\"", "body a", "end@39 1 kept"];
    check(
        &[ExpectedResponse::PLAIN; 2],
        two,
        &[
            first.as_slice(),
            &["head 200 \"OK\" 1 Content-Length=\"1\" Connection=\"Keep-Alive\"", "body b", "end@102 1 kept"],
        ]
        .concat(),
    );
    check(&[ExpectedResponse::PLAIN; 3], &two[..39], &[first.as_slice(), &["cut BeforeHead { interim: 0 }"]].concat());
    let surplus = format!("surplus BeyondLength@39 {}", text(&two[39..]));
    plain(two, &[first.as_slice(), &[surplus.as_str()]].concat());
    // Behind the message that closes the connection nothing is read as an answer.
    check(
        &[ExpectedResponse::PLAIN; 2],
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x, Close\r\n\r\naHTTP/",
        &[
            "head 200 \"OK\" 1 Content-Length=\"1\" Connection=\"x, Close\"",
            "body a",
            "end@61 1 ConnectionClose",
            "surplus BeyondLength@61 HTTP/",
            "cut BeforeHead { interim: 0 }",
        ],
    );
}

#[test]
fn a_connection_with_surplus_is_not_used_again() {
    let mut reader = ResponseReader::new();
    assert!(reader.is_reusable());
    let (bytes, event) = reader.read(b"220 hello\r\n");
    assert!(event.is_ok_and(|event| event.is_some()) && bytes == 11 && !reader.is_reusable());
    reader.expect(ExpectedResponse::PLAIN);
    let told: Vec<String> = read_slices(reader, &[b"HTTP/1.1 200 OK\r\n\r\n"], true).iter().map(short).collect();
    assert_eq!(told, ["surplus Unasked@11 HTTP/1.1 200 OK\\r\\n\\r\\n", "cut BeforeHead { interim: 0 }"]);
}

#[test]
fn old_versions_close_and_odd_ones_are_named() {
    plain(
        b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
        &["head 200 \"OK\" 1 Content-Length=\"1\"", "body a", "end@39 1 OldVersion"],
    );
    plain(
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n1\r\na\r\n0\r\n\r\n",
        &[
            "head 200 \"OK\" Chunked Chunked Transfer-Encoding=\"chunked\" Connection=\"keep-alive\" !CodingInOldVersion@17+28",
            "chunk 1",
            "body a",
            "chunk 0",
            "end@82 1 FramingInDoubt",
        ],
    );
    for (version, rule, end) in [
        ("HTTP/2.0", "VersionNotOne", "kept"),
        ("HTTP/0.9", "VersionNotOne", "OldVersion"),
        ("HTTP/11.", "VersionForm", "OldVersion"),
        ("HTTP/1.x", "VersionForm", "OldVersion"),
        ("http/1.1", "VersionForm", "OldVersion"),
        ("HTTP/1,1", "VersionForm", "OldVersion"),
    ] {
        plain(
            format!("{version} 200 OK\r\nContent-Length: 0\r\n\r\n").as_bytes(),
            &[&format!("head 200 \"OK\" 0 Content-Length=\"0\" !{rule}@0+8"), &format!("end@38 0 {end}")],
        );
    }
}

#[test]
fn a_status_line_may_be_odd() {
    for (line, head) in [
        ("HTTP/1.1 200", "200 \"\" UntilClose !ReasonBlankMissing@12+0"),
        ("HTTP/1.1 200 ", "200 \"\" UntilClose"),
        ("HTTP/1.1\t200\tOK", "200 \"OK\" UntilClose !StatusLineBlanks@8+1 !StatusLineBlanks@12+1"),
        ("HTTP/1.1  200  OK", "200 \" OK\" UntilClose !StatusLineBlanks@8+2"),
        ("HTTP/1.1 200 a\x01b", "200 \"a\\\\x01b\" UntilClose !ReasonControlByte@14+1"),
        ("HTTP/1.1 099 Low", "99 \"Low\" UntilClose !StatusOutOfRange@9+3"),
        ("HTTP/1.1 000 ", "0 \"\" UntilClose !StatusOutOfRange@9+3"),
        ("HTTP/1.1 999 High", "999 \"High\" UntilClose !StatusOutOfRange@9+3"),
    ] {
        let input = format!("{line}\r\n\r\n");
        plain(input.as_bytes(), &[&format!("head {head}"), &format!("end@{} 0 UntilClose", input.len())]);
    }
    plain(b"HTTP/1.1 200 caf\xe9\r\n\r\n", &["head 200 \"caf\\\\xe9\" UntilClose", "end@21 0 UntilClose"]);
    for line in [
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 2x0",
        "HTTP/1.1 200OK",
        "HTTP/1.1 -200",
        "HTTP/1.1 \u{a0}200",
    ] {
        let input = format!("{line}\r\nA: b\r\n\r\n");
        let came = text(input.as_bytes());
        plain(input.as_bytes(), &[&format!("refused StatusUnreadable@0+{} {came}", line.len())]);
    }
}

#[test]
fn what_is_not_http_is_said_at_its_first_byte() {
    plain(b"SSH-2.0-x\r\n", &["refused NotHttp@0+1 S"]);
    plain(b"\r\n\n\r\nHTTX", &["refused NotHttp@8+1 \\r\\n\\n\\r\\nHTTX"]);
    plain(b"\rHTTP", &["refused NotHttp@1+1 \\rH"]);
    plain(b" HTTP/1.1 200 OK\r\n\r\n", &["refused NotHttp@0+1  "]);
    plain(b"\x15\x03\x01\x00\x02\x02\x0a", &["refused NotHttp@0+1 \\x15"]);
}

#[test]
fn an_answer_of_http_0_9_is_a_body_alone() {
    let headless = |input: &[u8]| -> Vec<String> {
        let reader = || {
            let mut reader = ResponseReader::with_headless();
            reader.expect(ExpectedResponse::PLAIN);
            reader
        };
        let whole = read_slices(reader(), &[input], true);
        let bytes: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(whole, read_slices(reader(), &bytes, true));
        whole.iter().map(short).collect()
    };
    assert_eq!(headless(b"<html>"), ["headless <", "body html>", "end@6 6 UntilClose"]);
    assert_eq!(headless(b"\r\nHTML"), ["headless \\r\\nHTM", "body L", "end@6 6 UntilClose"]);
    assert_eq!(headless(b"HTT"), ["headless HTT", "end@3 3 UntilClose"]);
    assert_eq!(headless(b""), ["cut BeforeHead { interim: 0 }"]);
    assert_eq!(headless(b"HTTP/1.1"), ["cut InHead { arrived: 8 } HTTP/1.1"]);
    let interim = "interim 100 \"\" Bodiless(Interim)";
    assert_eq!(headless(b"HTTP/1.1 100 \r\n\r\n<"), [interim, "refused NotHttp@17+1 <"]);
}

#[test]
fn field_lines_may_be_odd() {
    for (lines, fields) in [
        ("A: b\r\n c\r\n", " A=\"b c\" !ObsFold@23+2"),
        ("CSP: \r\n\ta;\r\n\tb\r\n", " CSP=\"a; b\" !ObsFold@24+3 !ObsFold@29+2"),
        ("A : b\r\n", " A=\"b\" !BlankBeforeColon@18+1"),
        ("A:b\nB: c\n", " A=\"b\" B=\"c\" !BareLf@20+1 !BareLf@25+1"),
        ("A: b\rc\r\n", " A=\"b\\\\rc\" !BareCr@21+1"),
        ("A: b\r\r\n", " A=\"b\\\\r\" !BareCr@21+1"),
        ("A: \0\x01\x02\r\n", " A=\"\\\\x00\\\\x01\\\\x02\" !NulByte@20+1 !ControlByte@21+1"),
        ("A: \u{e9}\r\n", " A=\"\\\\xc3\\\\xa9\""),
        ("no colon\r\n more\r\nA: b\r\n", " =\"no colon more\" A=\"b\" !FieldWithoutColon@17+8 !ObsFold@27+5"),
        (": b\r\n", " =\"b\" !EmptyFieldName@17+0"),
        ("A B: c\r\n", " A B=\"c\" !FieldNameNotToken@18+1"),
        ("\u{e9}: c\r\n", " \\xc3\\xa9=\"c\" !FieldNameNotToken@17+1"),
        ("A:\r\n", " A=\"\""),
        ("A: b: c\r\n", " A=\"b: c\""),
        (
            " Content-Length: 5\r\n\tB: c\r\nA: b\r\n",
            " =\"Content-Length: 5\" =\"B: c\" A=\"b\" !BlankBeforeFirstField@17+18 !BlankBeforeFirstField@37+5",
        ),
        ("\r \r\n", " =\"\\\\r\" !FieldWithoutColon@17+2 !BareCr@17+1"),
    ] {
        let input = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        let end = input.len();
        plain(input.as_bytes(), &[&format!("head 200 \"OK\" UntilClose{fields}"), &format!("end@{end} 0 UntilClose")]);
    }
    plain(
        b"\r\n\nHTTP/1.1 200 OK\n\n",
        &["head 200 \"OK\" UntilClose !LeadingEmptyLine@0+3 !BareLf@18+1 !BareLf@19+1", "end@20 0 UntilClose"],
    );
}

#[test]
fn lengths_are_only_digits_and_agree() {
    for (lines, length, rules) in [
        (
            "Content-Length: 2\r\nContent-Length: 2\r\n",
            "Content-Length=\"2\" Content-Length=\"2\"",
            " !LengthRepeated@36+19",
        ),
        ("Content-Length: 2, 02\r\n", "Content-Length=\"2, 02\"", " !LengthRepeated@17+23"),
        ("Content-Length:\r\n 2\r\n", "Content-Length=\"2\"", " !ObsFold@34+2"),
        ("content-length : 2\r\n", "content-length=\"2\"", " !BlankBeforeColon@31+1"),
        (
            "Content-Length: 0000000000000000000000000000000002\r\n",
            "Content-Length=\"0000000000000000000000000000000002\"",
            "",
        ),
    ] {
        let input = format!("HTTP/1.1 200 OK\r\n{lines}\r\nok");
        plain(
            input.as_bytes(),
            &[&format!("head 200 \"OK\" 2 {length}{rules}"), "body ok", &format!("end@{} 2 kept", input.len())],
        );
    }
    for (value, refusal) in [
        ("", "LengthInvalid"),
        ("+2", "LengthInvalid"),
        ("-2", "LengthInvalid"),
        ("0x2", "LengthInvalid"),
        ("2_0", "LengthInvalid"),
        ("2 0", "LengthInvalid"),
        ("2,", "LengthInvalid"),
        ("2.0", "LengthInvalid"),
        ("\r2", "LengthInvalid"),
        ("\x0c2", "LengthInvalid"),
        ("2\0", "LengthInvalid"),
        ("2, 3", "LengthsDiffer"),
        ("2, x", "LengthInvalid"),
        ("18446744073709551616", "LengthTooGreat"),
    ] {
        let input = format!("HTTP/1.1 200 OK\r\nContent-Length: {value}\r\n\r\nok");
        let items = read_slices(awaiting(PLAIN), &[input.as_bytes()], true);
        let told: Vec<String> = items.iter().map(short).collect();
        assert!(told[0].starts_with("head 200 \"OK\" Unknown"), "{told:?}");
        assert_eq!(told[1..], [format!("refused {refusal}@17+{} ", 18 + value.len())], "{value:?}");
    }
    plain(
        b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nok",
        &[
            "head 200 \"OK\" 18446744073709551615 Content-Length=\"18446744073709551615\"",
            "body ok",
            "cut InBody { promised: 18446744073709551615, arrived: 2 }",
        ],
    );
    plain(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
        &["head 200 \"OK\" Unknown Content-Length=\"1\" Content-Length=\"2\"", "refused LengthsDiffer@36+19 "],
    );
}

#[test]
fn the_last_coding_says_where_the_body_ends() {
    for (value, codings, rules) in [
        ("chunked", "Chunked", ""),
        ("CHUNKED", "Chunked", ""),
        ("chunked,", "Chunked", " !CodingElementEmpty@44+0"),
        (", ,chunked", "Chunked", " !CodingElementEmpty@36+0 !CodingElementEmpty@38+0"),
        ("gzip, chunked", "Gzip Chunked", ""),
        ("foo;a=\"x,chunked\";b=\"\\\",\", chunked", "Unknown Chunked", " !CodingUnknown@36+25"),
        ("chunked, chunked", "Chunked Chunked", " !ChunkedRepeated@45+7"),
        ("chunked;a=b", "Chunked", " !ChunkedWithParameter@36+11"),
    ] {
        let input = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {value}\r\n\r\n0\r\n\r\n");
        let told: Vec<String> = read_slices(awaiting(PLAIN), &[input.as_bytes()], false).iter().map(short).collect();
        let named = text(value.as_bytes());
        assert_eq!(told[0], format!("head 200 \"OK\" Chunked {codings} Transfer-Encoding={named:?}{rules}"));
        let doubtful = value.matches("chunked").count() > 1 && !value.contains("foo") || value.contains("chunked;");
        let end = if doubtful { "FramingInDoubt" } else { "kept" };
        assert_eq!(told[1..], ["chunk 0".to_string(), format!("end@{} 0 {end}", input.len())]);
    }
    for (value, codings, rules) in [
        ("gzip", " Gzip", ""),
        ("chunked, gzip", " Chunked Gzip", ""),
        ("identity", " Unknown", " !CodingUnknown@36+8"),
        ("xchunked", " Unknown", " !CodingUnknown@36+8"),
        ("chunkedx", " Unknown", " !CodingUnknown@36+8"),
        ("\x0bchunked", " Unknown", " !ControlByte@36+1 !CodingUnknown@36+8"),
        ("\x0cchunked", " Unknown", " !ControlByte@36+1 !CodingUnknown@36+8"),
        ("x-gzip, compress, deflate", " Gzip Compress Deflate", ""),
        ("", "", " !CodingListEmpty@17+21"),
    ] {
        let input = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {value}\r\n\r\nok");
        let named = text(value.as_bytes());
        plain(
            input.as_bytes(),
            &[
                &format!("head 200 \"OK\" UntilClose{codings} Transfer-Encoding={named:?}{rules}"),
                "body ok",
                &format!("end@{} 2 UntilClose", input.len()),
            ],
        );
    }
    plain(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        &[
            "head 200 \"OK\" Chunked Chunked Content-Length=\"9\" Transfer-Encoding=\"chunked\" !LengthBesideCoding@17+19",
            "chunk 0",
            "end@71 0 FramingInDoubt",
        ],
    );
}

/// Reads what follows a head that announces chunks; its 47 bytes are taken off the offsets.
fn chunked(body: &[u8], lines: &[&str]) {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let input = [HEAD, body].concat();
    let lines: Vec<&str> =
        ["head 200 \"OK\" Chunked Chunked Transfer-Encoding=\"chunked\""].iter().chain(lines).copied().collect();
    plain(&input, &lines);
}

#[test]
fn chunks_may_be_odd() {
    chunked(
        b"2\nok\n0\n\n",
        &[
            "!ChunkLineBareLf@48+1",
            "chunk 2",
            "body ok",
            "!ChunkDataBareLf@51+1",
            "!ChunkLineBareLf@53+1",
            "chunk 0",
            "!BareLf@54+1",
            "end@55 2 kept",
        ],
    );
    chunked(
        b" 2\t \r\nok\r\n000 ;x\r\n\r\n",
        &["!ChunkLineBlanks@47+1", "chunk 2", "body ok", "chunk 0 ;x", "end@67 2 kept"],
    );
    chunked(
        b"2 \r\nok\r\n0;\0\r\n\r\n",
        &[
            "!ChunkLineBlanks@48+1",
            "chunk 2",
            "body ok",
            "!ChunkExtensionControlByte@57+1",
            "chunk 0 ;\\x00",
            "end@62 2 kept",
        ],
    );
    chunked(
        b"0\r\nA : b\r\nContent-Length: 3\r\n c\r\n\r\n",
        &[
            "chunk 0",
            "trailers A=\"b\" Content-Length=\"3 c\" !BlankBeforeColon@51+1 !ObsFold@76+2 !TrailerNotAllowed@57+23",
            "end@82 0 kept",
        ],
    );
    chunked(b"0\r\n", &["chunk 0", "!FinalLineMissing@50+0", "end@50 0 PeerFinished"]);
    chunked(b"0\r\nA: b", &["chunk 0", "!FinalLineMissing@54+0", "trailers A=\"b\"", "end@54 0 PeerFinished"]);
    chunked(b"0\r\n\r\nmore", &["chunk 0", "end@52 0 kept", "surplus BehindChunks@52 more"]);
}

#[test]
fn a_chunk_size_is_only_digits() {
    for (line, came, refusal) in [
        ("+2\r\n", "+", "ChunkSizeInvalid"),
        ("-1\r\n", "-", "ChunkSizeInvalid"),
        ("0x2\r\n", "0x", "ChunkSizeInvalid"),
        ("2_0\r\n", "2_", "ChunkSizeInvalid"),
        ("2 0\r\n", "2 0", "ChunkSizeInvalid"),
        ("\r\n", "\\r", "ChunkSizeInvalid"),
        ("\n", "\\n", "ChunkSizeInvalid"),
        (";a\r\n", ";", "ChunkSizeInvalid"),
        ("2\r;a\r\n", "2\\r;", "ChunkSizeInvalid"),
        ("10000000000000000\r\n", "10000000000000000", "ChunkSizeTooGreat"),
    ] {
        let bytes = came.replace("\\r", "r").replace("\\n", "n").len();
        chunked(line.as_bytes(), &[&format!("refused {refusal}@47+{bytes} {came}")]);
    }
    chunked(b"000000000000000000002\r\nok\r", &["chunk 2", "body ok", "cut BetweenChunks { body_bytes: 2 }"]);
    chunked(b"2\r\nok!", &["chunk 2", "body ok", "refused ChunkEndMissing@52+1 !"]);
    chunked(b"2\r\nok\r!", &["chunk 2", "body ok", "refused ChunkEndMissing@53+1 \\r!"]);
    chunked(
        b"FFFFFFFFFFFFFFFF\r\nok",
        &[
            "chunk 18446744073709551615",
            "body ok",
            "cut InChunk { promised: 18446744073709551615, arrived: 2, body_bytes: 2 }",
        ],
    );
}

#[test]
fn each_place_of_a_fin_is_told_apart() {
    plain(b"", &["cut BeforeHead { interim: 0 }"]);
    plain(b"\r\n", &["cut InHead { arrived: 2 } \\r\\n"]);
    plain(b"HTTP/1.1 2", &["cut InHead { arrived: 10 } HTTP/1.1 2"]);
    plain(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        &["head 200 \"OK\" 5 Content-Length=\"5\"", "body hel", "cut InBody { promised: 5, arrived: 3 }"],
    );
    chunked(b"", &["cut BetweenChunks { body_bytes: 0 }"]);
    chunked(b"0", &["cut BetweenChunks { body_bytes: 0 } 0"]);
    chunked(b"3\r\nhe", &["chunk 3", "body he", "cut InChunk { promised: 3, arrived: 2, body_bytes: 2 }"]);
    check(&[], b"", &[]);
}

fn last_error(input: &[u8]) -> Option<Http1Error> {
    read_slices(awaiting(PLAIN), &[input], false).into_iter().find_map(|item| match item {
        super::transcript::ReadItem::Error(error) => Some(error),
        _ => None,
    })
}

#[test]
fn each_bound_is_exact_and_named() {
    let head = |bytes: usize| {
        let around = b"HTTP/1.1 204 \r\nA: \r\n\r\n".len();
        [b"HTTP/1.1 204 \r\nA: ".as_slice(), &b"x".repeat(bytes - around), b"\r\n\r\n"].concat()
    };
    let extension = |bytes: usize| {
        let line = [b"0;".as_slice(), &b"x".repeat(bytes - 4), b"\r\n"].concat();
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", line.as_slice(), b"\r\n"].concat()
    };
    let trailers = |bytes: usize| {
        let fields = [b"A: ".as_slice(), &b"x".repeat(bytes - 7), b"\r\n\r\n"].concat();
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", fields.as_slice()].concat()
    };
    let check_bound = |input: &dyn Fn(usize) -> Vec<u8>, bound: usize, refusal: Http1Refusal| {
        assert_eq!(refusal.bound(), Some(bound));
        assert_eq!(last_error(&input(bound)), None, "{refusal:?}");
        let error = last_error(&input(bound + 1)).unwrap();
        assert_eq!((error.fault, error.came.len()), (Http1Fault::Refused(refusal), bound));
    };
    check_bound(&head, MOST_HEAD_BYTES, Http1Refusal::HeadTooLong);
    check_bound(&extension, MOST_CHUNK_LINE_BYTES, Http1Refusal::ChunkLineTooLong);
    check_bound(&trailers, MOST_TRAILER_BYTES, Http1Refusal::TrailersTooLong);
    let empty_lines = b"\r\n".repeat(MOST_HEAD_BYTES);
    assert_eq!(last_error(&empty_lines).unwrap().fault, Http1Fault::Refused(Http1Refusal::HeadTooLong));
}

#[test]
fn a_body_can_pass_beside_the_reader() {
    let mut reader = awaiting(PLAIN);
    let input = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab";
    let (head, event) = reader.read(input);
    assert!(matches!(event, Ok(Some(_))));
    assert_eq!(reader.body_remaining(), Some(10));
    let (body, _) = reader.read(&input[head..]);
    assert_eq!((head + body, reader.body_remaining()), (input.len(), Some(8)));
    assert_eq!((reader.pass_body(5), reader.place()), (5, ReadingPlace::InBody { promised: 10, arrived: 7 }));
    assert_eq!((reader.pass_body(5), reader.body_remaining(), reader.offset()), (3, None, 49));
    assert_eq!(short_of(&mut reader), "end@49 10 kept");

    reader.expect(ExpectedResponse::PLAIN);
    let input = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000\r\n";
    let (head, _) = reader.read(input);
    let (line, _) = reader.read(&input[head..]);
    assert_eq!((head + line, reader.body_remaining()), (input.len(), Some(1 << 24)));
    assert_eq!((reader.pass_body(1 << 24), reader.body_remaining(), reader.pass_body(1)), (1 << 24, None, 0));
    let told: Vec<String> = read_slices(reader, &[b"\r\n0\r\n\r\n"], true).iter().map(short).collect();
    assert_eq!(told, ["chunk 0", "end@16777328 16777216 kept"]);

    let mut reader = awaiting(PLAIN);
    let (_, head) = reader.read(b"HTTP/1.1 200 OK\r\n\r\n");
    assert!(head.is_ok());
    assert_eq!((reader.body_remaining(), reader.pass_body(1 << 40)), (None, 1 << 40));
    let told: Vec<String> = read_slices(reader, &[], true).iter().map(short).collect();
    assert_eq!(told, ["end@1099511627795 1099511627776 UntilClose"]);
}

fn short_of(reader: &mut ResponseReader) -> String {
    match reader.read(b"") {
        (0, Ok(Some(event))) => short(&super::transcript::ReadItem::Event(event)),
        other => panic!("{other:?}"),
    }
}
