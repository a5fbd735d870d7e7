//! Lines that people type or paste: addresses, commands of this program, and those of curl, nc, dig and a shell.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::formats::curl::CurlStyle;
use sockeye::formats::dig::DigDefaults;
use sockeye::formats::{command_line, curl, dig, paste, shell};
use sockeye::model::command;
use sockeye::model::key::Chord;
use sockeye::sessions::retention::RetentionChange;
use sockeye::sessions::spec::system_names::{ServicePorts, ServiceProtocol, SystemNames};
use sockeye::sessions::spec::target::AddressReader;
use sockeye::sessions::spec::{IpFamily, SpecKind, target};
use sockeye::sessions::{Retention, Spec};
use sockeye::wire::dns::{RecordType, names as dns_names};
use sockeye::wire::option;
use sockeye_fuzz::{Input, assert_shown, parsed};

/// A spec is told as a command line, which the shell reads.
fn told(spec: &Spec) {
    if let Some(line) = command_line::command_of(spec) {
        assert!(shell::split_words(&line).is_ok(), "{line:?}");
    }
}

/// The names of a system with one interface.
fn names() -> SystemNames {
    SystemNames::usual().with_interfaces(vec![("lo".into(), 1)])
}

fn addresses(text: &str) {
    let names = names();
    for protocol in [ServiceProtocol::Tcp, ServiceProtocol::Udp] {
        let reader = AddressReader::new(&names, protocol);
        if let Some(target) = parsed(reader.target(text)) {
            assert_eq!(reader.target(&target.to_string()), Ok(target));
        }
        parsed(target::parse_host(text));
        parsed(reader.listen(text, IpFamily::Any));
        parsed(reader.bind(text, IpFamily::Any));
        parsed(reader.port(text));
        parsed(reader.local_port(text));
    }
    ServicePorts::from_file(text);
}

fn names_and_types(text: &str) {
    parsed(dns_names::check_name(text));
    let search = dns_names::search_names(text, &["a.b".into()], 1);
    std::hint::black_box((search, dns_names::not_queried_reason(text)));
    std::hint::black_box(RecordType::parse(text));
}

fn options(text: &str) {
    parsed(option::SocketOption::parse(text));
    if let Some((option, value)) = parsed(option::parse(text)) {
        std::hint::black_box((option.call(&value, false), option.call(&value, true), option.meaning(&value)));
        std::hint::black_box((option.arguments(&value, true), option.assignment_text(&value), value.input_text()));
    }
    if let Some(change) = parsed(RetentionChange::parse(text)) {
        std::hint::black_box(change.applied_to(Retention::DEFAULT));
    }
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let which = input.below(7);
    let text = String::from_utf8_lossy(input.0);
    match which {
        0 => addresses(&text),
        1 => names_and_types(&text),
        2 => options(&text),
        3 => {
            parsed(command::parse(&text));
            std::hint::black_box(command::complete(&text, &["dark".into()]));
            std::hint::black_box(command::nearest_name(&text, ["retain", "theme"].into_iter()));
            if let Some(chord) = parsed(Chord::parse(&text)) {
                assert_eq!(Chord::parse(&chord.to_string()), Ok(chord));
            }
        }
        4 => {
            let Some(words) = parsed(shell::split_words(&text)) else { return };
            for style in [CurlStyle::Curl, CurlStyle::Sockeye, CurlStyle::Browser] {
                if let Some(request) = parsed(curl::parse(&words, style, &names())) {
                    request.notes.iter().for_each(|note| assert_shown(note));
                    told(&Spec::new(SpecKind::Http(request.spec)));
                }
            }
        }
        5 => {
            let Some(words) = parsed(shell::split_words(&text)) else { return };
            parsed(dig::parse(&words, DigDefaults::Sockeye, &names()));
            parsed(dig::parse(&words, DigDefaults::Dig, &names()));
        }
        _ => {
            if let Some(pasted) = parsed(paste::parse_anything(&text, &SystemNames::usual())) {
                pasted.notes.iter().for_each(|note| assert_shown(note));
                told(&pasted.spec);
            }
        }
    }
});
