//! HTTP over TLS, and over HTTP/2.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sockeye::sessions::spec::http::{HttpSpec, HttpVersion};
use sockeye::sessions::{News, Verb};
use sockeye::wire::Class;

use tokio::io::{AsyncRead, AsyncWrite};

use super::exchange::{Running, lab, listener, run, says};
use crate::live_net::SERVERS;
use sockeye::sessions::news::DialNews;

type Answer = http::Response<Full<Bytes>>;

/// A server whose certificate nobody signed; gives its URL.
fn self_signed(name: &str, alpn: &str, answer: Answer) -> String {
    let made = rcgen::generate_simple_self_signed(vec![name.to_string()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
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
