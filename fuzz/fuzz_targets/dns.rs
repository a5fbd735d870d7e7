//! DNS messages: read, printed as dig prints them, and read field by field.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sockeye::formats::dig_answer;
use sockeye::sessions::news::dns::{DnsAnswer, DnsTransport};
use sockeye::sessions::spec::dns::PrintedParts;
use sockeye::wire::dns::DnsMessage;
use sockeye_fuzz::{assert_lines, assert_shown};

fuzz_target!(|data: &[u8]| {
    let message = DnsMessage::read(data);
    std::hint::black_box((message.rcode_name(), message.flag_names(), message.addresses(), message.ttl()));
    std::hint::black_box((message.opcode(), message.is_truncated()));
    for record in message.answers.iter().chain(&message.authorities).chain(&message.additionals) {
        assert_shown(&record.data);
        assert_shown(&record.name.to_string());
    }
    let (fields, _) = DnsMessage::fields(data);
    for field in &fields {
        assert_shown(&format!("{field:?}"));
    }
    let answer = DnsAnswer {
        server: ([127, 0, 0, 1], 53).into(),
        wire: DnsTransport::Udp,
        took: Duration::from_millis(1),
        bytes: bytes::Bytes::copy_from_slice(data),
        message: Arc::new(message),
    };
    assert_lines(&dig_answer::of_answer(&answer, PrintedParts::default()).replace('\t', " "));
});
