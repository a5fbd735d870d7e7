//! The kernel's structs, and the history of a connection that is made of their numbers.
#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use sockeye::formats::paste;
use sockeye::sessions::spec::system_names::SystemNames;
use sockeye::sessions::{Reading, Session, SessionId};
use sockeye::wire::kernel::tcp_info::TcpInfo;
use sockeye_fuzz::{Input, kernel_view};

fuzz_target!(|data: &[u8]| {
    std::hint::black_box(TcpInfo::parse(data));
    let Ok(pasted) = paste::parse_anything("127.0.0.1:1", &SystemNames::usual()) else { return };
    let start = Instant::now();
    let mut now = start;
    let mut session = Session::new(SessionId(1), pasted.spec, start);
    let mut input = Input(data);
    while !input.is_empty() {
        now += input.time();
        let mut reading = Reading::empty(SessionId(1));
        reading.kernel = Some(kernel_view(&mut input).into());
        session.apply_reading(reading, now);
        std::hint::black_box((session.title(), session.tcp_history().is_some()));
    }
});
