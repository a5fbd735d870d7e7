//! Certificates, and the records of a handshake: read whole and in two slices with the same result.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sockeye::wire::Direction;
use sockeye::wire::tls::bare_key::BareKey;
use sockeye::wire::tls::certificate::{CertificateView, MOST_SUBJECT_NAMES};
use sockeye::wire::tls::record::{HandshakeReader, MOST_TLS_MESSAGES};

fuzz_target!(|data: &[u8]| {
    if let Ok(view) = CertificateView::read(data) {
        assert!(view.names.len() <= MOST_SUBJECT_NAMES);
        let texts = [&view.subject, &view.issuer, &view.serial, &view.signature_algorithm, &view.key.algorithm];
        assert!(texts.into_iter().chain(&view.names).all(|text| text.len() < 8192));
        std::hint::black_box((view.common_name(), view.key.text()));
    }
    std::hint::black_box(BareKey::of_certificate(data));
    let [cut, bytes @ ..] = data else { return };
    let cut = usize::from(*cut).min(bytes.len());
    let (mut whole, mut halves) = (HandshakeReader::default(), HandshakeReader::default());
    whole.read(Direction::Received, bytes, Duration::ZERO);
    halves.read(Direction::Received, &bytes[..cut], Duration::ZERO);
    halves.read(Direction::Received, &bytes[cut..], Duration::ZERO);
    assert!(whole.messages().len() <= MOST_TLS_MESSAGES);
    assert_eq!(whole.messages().len(), halves.messages().len());
    assert_eq!((whole.version(), whole.cipher(), whole.group()), (halves.version(), halves.cipher(), halves.group()));
});
