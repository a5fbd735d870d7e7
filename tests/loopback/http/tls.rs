//! HTTP over TLS, and over HTTP/2.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::SupportedProtocolVersion;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use sockeye::sessions::news::tls::{ChainTrust, TlsHandshake, TlsHandshakeKind};
use sockeye::sessions::spec::http::{HttpSpec, HttpVersion};
use sockeye::sessions::{News, Verb};
use sockeye::wire::tls::names::{TlsHandshakeType, TlsVersion};
use sockeye::wire::tls::record::TlsMessageKind;
use sockeye::wire::{Class, Direction, FailureReason};

use tokio::io::{AsyncRead, AsyncWrite};

use super::exchange::{Running, Seen, lab, listener, run, says};
use crate::live_net::SERVERS;
use sockeye::sessions::news::{DialNews, TlsNews};

type Answer = http::Response<Full<Bytes>>;

/// A server whose certificate nobody signed; gives its URL.
fn self_signed(name: &str, alpn: &str, answer: Answer) -> String {
    let made = rcgen::generate_simple_self_signed(vec![name.to_string()]).unwrap();
    serve(made.cert.der(), &made.signing_key.serialize_der(), &[&TLS13, &TLS12], alpn, answer)
}

/// Serves whatever certificate the library's own check would refuse.
#[derive(Debug)]
struct OneCertificate(Arc<CertifiedKey>);

impl ResolvesServerCert for OneCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server with this certificate and key, which speaks these versions; gives its URL.
fn serve(
    certificate: &[u8],
    key: &[u8],
    versions: &[&'static SupportedProtocolVersion],
    alpn: &str,
    answer: Answer,
) -> String {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.to_vec()).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certified = CertifiedKey::new(vec![certificate.to_vec().into()], key);
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(OneCertificate(Arc::new(certified))));
    config.alpn_protocols = vec![alpn.into()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listener();
    let alpn = alpn.to_string();
    SERVERS.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            converse(stream, alpn == "h2", answer.clone()).await;
        }
    });
    format!("https://{address}/")
}

/// Answers every request of a connection alike.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, h2: bool, answer: Answer) {
    let service = hyper::service::service_fn(move |_| std::future::ready(Ok::<_, Infallible>(answer.clone())));
    let io = TokioIo::new(stream);
    if h2 {
        drop(hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await);
    } else {
        drop(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await);
    }
}

fn secret() -> Answer {
    http::Response::new(Full::new(Bytes::from_static(b"secret")))
}

fn leads_to(location: &str) -> Answer {
    http::Response::builder().status(302).header("location", location).body(Full::default()).unwrap()
}

#[test]
fn a_certificate_that_nobody_signed_is_refused() {
    let seen = run(HttpSpec::get(self_signed("127.0.0.1", "http/1.1", secret())));
    let failure = seen.failed(Class::Tls, "certificate");
    assert!(failure.message.contains("issuer") || failure.message.contains("not accepted"), "{failure}");
    assert!(seen.received.is_empty());
}

#[test]
fn insecure_takes_any_certificate_and_says_so() {
    let url = self_signed("somebody.else", "http/1.1", secret());
    let seen = run(HttpSpec { insecure: true, ..HttpSpec::get(url) }).went_well();
    assert_eq!(seen.received, b"secret");
    let warning = seen.warnings()[0];
    assert_eq!((warning.class, warning.message.as_str()), (Class::Tls, "certificates are not verified"));
    assert!(seen.news.iter().any(|news| matches!(news, News::Dial(DialNews::Connected { .. }))));
    if let Some(bytes) = seen.gauge.connection_received {
        assert!(bytes > 500, "the handshake counts too: {bytes}");
    }
}

#[test]
fn a_peer_that_speaks_no_tls_is_said_to_speak_none() {
    let url = lab().replace("http://", "https://");
    run(HttpSpec { insecure: true, ..HttpSpec::get(url) }).failed(Class::Tls, "does not speak TLS");
}

#[test]
fn a_peer_without_http_2_fails_where_only_http_2_is_wanted() {
    let url = self_signed("127.0.0.1", "http/1.1", secret());
    let spec = HttpSpec { insecure: true, version: HttpVersion::Http2, ..HttpSpec::get(url) };
    run(spec).failed(Class::Tls, "");
    let clear = says("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    run(HttpSpec { version: HttpVersion::Http2, ..HttpSpec::get(clear) }).failed(Class::Protocol, "");
}

#[test]
fn alpn_settles_on_http_2() {
    let url = self_signed("127.0.0.1", "h2", secret());
    let seen = run(HttpSpec { insecure: true, ..HttpSpec::get(url) }).went_well();
    assert_eq!((seen.responses()[0].version.as_str(), seen.responses()[0].reason.as_str()), ("HTTP/2", ""));
    assert_eq!(seen.received, b"secret");
}

#[test]
fn http_2_is_spoken_in_the_clear_by_prior_knowledge() {
    let (listener, address) = listener();
    SERVERS.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, true, secret()).await;
    });
    let body = sockeye::sessions::spec::http::BodySpec::Bytes(vec![b'x'; 200_000].into());
    let spec = HttpSpec {
        version: HttpVersion::Http2,
        method: "POST".into(),
        body,
        ..HttpSpec::get(format!("http://{address}/"))
    };
    let seen = run(spec).went_well();
    assert_eq!((seen.responses()[0].version.as_str(), seen.received.as_slice()), ("HTTP/2", b"secret".as_slice()));
    assert_eq!(seen.sent.len() as u64, seen.totals.sent.bytes);
}

#[test]
fn a_body_of_many_windows_arrives_over_http_2_as_it_is() {
    let body: Vec<u8> = (0..24_000_011_u32).map(|place| (place >> 8) as u8).collect();
    let sent = body.clone();
    let (listener, address) = listener();
    SERVERS.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, true, http::Response::new(Full::new(sent.into()))).await;
    });
    let mut running =
        Running::start(HttpSpec { version: HttpVersion::Http2, ..HttpSpec::get(format!("http://{address}/")) });
    // While reading is paused, as much waits as the windows and the kernel's buffers hold.
    running.order(Verb::PauseReading);
    running.until(|seen| seen.news.contains(&News::ReadingPaused) && !seen.responses().is_empty());
    running.order(Verb::ContinueReading);
    assert!(running.end().went_well().received == body);
}

#[test]
fn a_redirect_out_of_tls_is_followed_and_said() {
    let clear = format!("{}/text", lab());
    let url = self_signed("127.0.0.1", "http/1.1", leads_to(&clear));
    let seen = run(HttpSpec { insecure: true, redirects: 1, ..HttpSpec::get(url) }).went_well();
    assert!(seen.received.starts_with(b"This is text."));
    assert!(seen.warnings().iter().any(|warning| warning.message.contains("from https to http")));
}

#[test]
fn a_redirect_into_tls_verifies_the_certificate() {
    let tls = self_signed("127.0.0.1", "http/1.1", secret());
    let clear =
        says(format!("HTTP/1.1 302 Found\r\nlocation: {tls}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
    let seen = run(HttpSpec { redirects: 1, ..HttpSpec::get(clear) });
    seen.failed(Class::Tls, "certificate");
}

/// The handshakes of an exchange.
fn handshakes(seen: &Seen) -> Vec<&TlsHandshake> {
    seen.news
        .iter()
        .filter_map(|news| match news {
            News::Tls(TlsNews::Handshake(handshake)) => Some(&**handshake),
            _ => None,
        })
        .collect()
}

fn clear_messages(handshake: &TlsHandshake) -> Vec<(Direction, TlsHandshakeType)> {
    let of = |message: &sockeye::wire::tls::record::TlsMessage| match message.what {
        TlsMessageKind::Handshake(kind) => Some((message.direction, kind)),
        _ => None,
    };
    handshake.messages.iter().filter_map(of).collect()
}

use Direction::{Received, Sent};

#[test]
fn a_handshake_is_told_with_its_chain_and_its_messages() {
    let url = self_signed("somebody.else", "http/1.1", secret());
    let seen = run(HttpSpec { insecure: true, ..HttpSpec::get(url) }).went_well();
    let handshake = handshakes(&seen)[0];
    assert_eq!(handshake.summary(), "TLS 1.3 · TLS_AES_256_GCM_SHA384 · X25519MLKEM768 · http/1.1");
    assert_eq!((handshake.kind, &handshake.sni, &handshake.error), (Some(TlsHandshakeKind::Full), &None, &None));
    assert_eq!(handshake.signature.unwrap().to_string(), "ecdsa_secp256r1_sha256");
    assert_eq!((handshake.ocsp_bytes, handshake.chain.len(), handshake.chain_left_out), (Some(0), 1, 0));
    assert_eq!(handshake.chain[0].view.as_ref().unwrap().names, ["somebody.else"]);
    let Some(ChainTrust::Failed { goes_on: true, message, .. }) = &handshake.trust else {
        panic!("{:?}", handshake.trust)
    };
    assert!(message.contains("certificate"), "{message}");
    let hellos = [(Sent, TlsHandshakeType(1)), (Received, TlsHandshakeType(2))];
    assert_eq!(clear_messages(handshake), hellos);
    assert!(handshake.messages.windows(2).all(|two| two[0].at <= two[1].at), "{:?}", handshake.messages);
    let lengths = |direction| -> u64 {
        handshake.messages.iter().filter(|message| message.direction == direction).map(|message| message.bytes).sum()
    };
    // A message in the clear has no record's head in its length.
    assert_eq!(handshake.wire_bytes.sent, lengths(Sent) + 5);
    if let Some(sent) = seen.gauge.connection_sent {
        assert!(sent > handshake.wire_bytes.sent, "the request is encrypted, and counts too: {sent}");
    }
    assert!(seen.received == b"secret");
}

#[test]
fn in_tls_1_2_the_certificate_is_in_the_clear() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_string()]).unwrap();
    let url = serve(made.cert.der(), &made.signing_key.serialize_der(), &[&TLS12], "http/1.1", secret());
    let seen = run(HttpSpec { insecure: true, ..HttpSpec::get(url) }).went_well();
    let handshake = handshakes(&seen)[0];
    assert_eq!(handshake.version, Some(TlsVersion::TLS12));
    assert_eq!(handshake.cipher.unwrap().to_string(), "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    let kinds = [(Sent, 1), (Received, 2), (Received, 11), (Received, 12), (Received, 14), (Sent, 16)];
    let expected: Vec<_> = kinds.iter().map(|(direction, kind)| (*direction, TlsHandshakeType(*kind))).collect();
    assert_eq!(clear_messages(handshake), expected);
    let encrypted =
        |message: &&sockeye::wire::tls::record::TlsMessage| matches!(message.what, TlsMessageKind::Encrypted(_));
    assert_eq!(handshake.messages.iter().filter(encrypted).count(), 2, "the Finished of both sides");
}

#[test]
fn a_chain_that_is_refused_is_told_all_the_same() {
    let seen = run(HttpSpec::get(self_signed("127.0.0.1", "http/1.1", secret())));
    let handshake = handshakes(&seen)[0];
    let view = handshake.chain[0].view.as_ref().unwrap();
    assert_eq!((view.names.as_slice(), view.is_self_issued), (["127.0.0.1".to_owned()].as_slice(), true));
    let Some(ChainTrust::Failed { goes_on: false, reason, .. }) = &handshake.trust else {
        panic!("{:?}", handshake.trust)
    };
    assert!(matches!(reason, FailureReason::CertificateUnknownIssuer | FailureReason::CertificateRejected));
    assert_eq!((handshake.version, handshake.is_verified()), (Some(TlsVersion::TLS13), Some(false)));
    assert!(handshake.error.is_some());
    // The handshake is told before the failure.
    let place = |is: fn(&News) -> bool| seen.news.iter().position(is);
    assert!(place(|news| matches!(news, News::Tls(_))) < place(|news| matches!(news, News::Failed(_))));
}

#[test]
fn what_a_peer_without_tls_sent_is_told_as_no_tls() {
    let url = lab().replace("http://", "https://");
    let seen = run(HttpSpec { insecure: true, ..HttpSpec::get(url) });
    let handshake = handshakes(&seen)[0];
    assert!(handshake.messages.iter().any(|message| message.what == TlsMessageKind::NotTls), "{handshake:?}");
    assert_eq!((handshake.version, &handshake.trust, handshake.chain.len()), (None, &None, 0));
}

#[test]
fn insecure_goes_on_with_a_certificate_of_version_1() {
    let (certificate, key) =
        (include_bytes!("certificates/x509-v1.der"), include_bytes!("certificates/x509-v1.key.der"));
    for version in [&TLS12, &TLS13] {
        let url = serve(certificate, key, &[version], "http/1.1", secret());
        let seen = run(HttpSpec { insecure: true, ..HttpSpec::get(url.as_str()) }).went_well();
        assert_eq!(handshakes(&seen)[0].chain[0].view.as_ref().unwrap().version, 1);
        // The key has to be the certificate's: another one is refused.
        let other = rcgen::KeyPair::generate().unwrap();
        let url = serve(certificate, &other.serialize_der(), &[version], "http/1.1", secret());
        run(HttpSpec { insecure: true, ..HttpSpec::get(url.as_str()) }).failed(Class::Tls, "signature is wrong");
        let url = serve(certificate, key, &[version], "http/1.1", secret());
        run(HttpSpec::get(url)).failed(Class::Tls, "older version of X.509");
    }
}

#[test]
fn a_certificate_that_signs_itself_is_trusted_where_the_user_names_it_also_if_it_is_marked_as_an_authoritys() {
    let of = |name: &str, year: i32| {
        let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap(), key)
    };
    for (name, year, refusal) in
        [("127.0.0.1", 2100, None), ("other.test", 2100, Some("other.test")), ("127.0.0.1", 2001, Some("expired"))]
    {
        let (certificate, key) = of(name, year);
        let url = serve(certificate.der(), &key.serialize_der(), &[&TLS13], "http/1.1", secret());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.pem()).unwrap();
        let seen = run(HttpSpec { ca_file: Some(file.path().to_owned()), ..HttpSpec::get(url.as_str()) });
        match refusal {
            None => drop(seen.went_well()),
            Some(words) => drop(seen.failed(Class::Tls, words)),
        }
    }
}

#[test]
fn the_authorities_of_a_file_are_trusted_and_no_others() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_string()]).unwrap();
    let url = serve(made.cert.der(), &made.signing_key.serialize_der(), &[&TLS13], "http/1.1", secret());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let get = |ca_file| run(HttpSpec { ca_file: Some(ca_file), ..HttpSpec::get(url.as_str()) });
    let seen = get(file("own.pem", &made.cert.pem())).went_well();
    assert_eq!(handshakes(&seen)[0].trust, Some(ChainTrust::Verified));
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_string()]).unwrap();
    // Both have the same subject, so that the key is what tells them apart.
    get(file("other.pem", &other.cert.pem())).failed(Class::Tls, "the certificate's signature is wrong");
    get(file("empty.pem", "nothing")).failed(Class::Local, "empty.pem\" has no certificate in PEM");
    get(folder.path().join("missing.pem")).failed(Class::Local, "missing.pem");
}
