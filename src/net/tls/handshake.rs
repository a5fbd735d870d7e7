//! A client's handshake, reported with everything that was seen of it.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConnection, HandshakeKind};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::client::TlsClient;
use super::fault::{certificate_text, io_error_text, reason};
use super::tap::{HandshakeRecorder, HandshakeTap};
use super::witness::{ChainWitness, WitnessedChain};
use crate::net::journal::Journal;
use crate::sessions::news::TlsNews;
use crate::sessions::news::tls::{ChainTrust, TlsHandshake, TlsHandshakeKind};
use crate::sessions::{News, news};
use crate::text::sanitize::quoted;
use crate::wire::FailureReason;
use crate::wire::tls::names::TlsGroup;

/// Why there is no TLS connection.
#[derive(Debug)]
pub(crate) enum HandshakeFailure {
    /// The handshake failed, or the connection broke.
    Io(io::Error),
    /// The deadline passed.
    TimedOut,
}

/// Does a client's handshake over `stream`, and reports it to the journal, also if it fails.
///
/// # Errors
/// Fails if the handshake fails, the connection breaks, or `deadline` passes.
pub(crate) async fn client_handshake<S: AsyncRead + AsyncWrite + Unpin>(
    client: &TlsClient,
    name: ServerName<'static>,
    stream: S,
    journal: &Arc<Journal>,
    deadline: Instant,
) -> Result<TlsStream<HandshakeTap<S>>, HandshakeFailure> {
    let witness = Arc::new(ChainWitness::new(client));
    let mut config = client.config.clone();
    config.dangerous().set_certificate_verifier(Arc::<ChainWitness>::clone(&witness));
    let sni = match &name {
        ServerName::DnsName(name) if config.enable_sni => Some(name.as_ref().to_owned()),
        _ => None,
    };
    let alpn = config.alpn_protocols.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let recorder = HandshakeRecorder::start();
    let tap = HandshakeTap::new(stream, Arc::clone(&recorder));
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, tap);
    let connected = match tokio::time::timeout_at(deadline, connecting).await {
        Ok(connected) => connected.map_err(HandshakeFailure::Io),
        Err(_) => Err(HandshakeFailure::TimedOut),
    };
    let connected = connected.map(|mut stream| {
        stream.get_mut().0.stop();
        stream
    });
    let mut told = describe(&recorder, witness.seen(), client.goes_on);
    (told.sni, told.offered_alpn) = (sni, alpn);
    match &connected {
        Ok(stream) => add_result(&mut told, stream.get_ref().1),
        Err(HandshakeFailure::Io(error)) => told.error = Some(io_error_text(error)),
        Err(HandshakeFailure::TimedOut) => told.error = Some("it did not finish in time".to_owned()),
    }
    journal.news(News::Tls(TlsNews::Handshake(Arc::new(told)))).await;
    connected
}

/// What was seen of a handshake from outside.
fn describe(recorder: &HandshakeRecorder, seen: WitnessedChain, goes_on: bool) -> TlsHandshake {
    let read = recorder.read();
    let trust = seen.ocsp_bytes.map(|_| trust(&seen, goes_on));
    TlsHandshake {
        sni: None,
        version: read.version(),
        cipher: read.cipher(),
        group: read.group(),
        signature: seen.signature,
        offered_alpn: Vec::new(),
        alpn: None,
        kind: None,
        chain: seen.chain,
        chain_left_out: seen.left_out,
        trust,
        ocsp_bytes: seen.ocsp_bytes,
        checked_at: Timestamp::now(),
        took: recorder.began.elapsed(),
        wire_bytes: read.wire_bytes(),
        records: read.record_counts(),
        messages: read.messages().to_vec(),
        messages_left_out: read.left_out(),
        error: None,
    }
}

/// Adds what the library knows once the handshake is done.
fn add_result(told: &mut TlsHandshake, connection: &ClientConnection) {
    let group = connection.negotiated_key_exchange_group().map(|group| TlsGroup(group.name().into()));
    told.group = group.or(told.group);
    told.alpn = connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
    told.kind = connection.handshake_kind().map(|kind| match kind {
        HandshakeKind::Full => TlsHandshakeKind::Full,
        HandshakeKind::FullWithHelloRetryRequest => TlsHandshakeKind::FullAfterRetry,
        HandshakeKind::Resumed => TlsHandshakeKind::Resumed,
    });
}

fn trust(seen: &WitnessedChain, goes_on: bool) -> ChainTrust {
    let error = match &seen.checked {
        None => return ChainTrust::NotChecked,
        Some(Ok(())) => return ChainTrust::Verified,
        Some(Err(error)) => error,
    };
    let mut message = certificate_text(error);
    if let rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) = error {
        message.push_str(&chain_end(&seen.chain));
    }
    ChainTrust::Failed { reason: reason(error).unwrap_or(FailureReason::CertificateRejected), message, goes_on }
}

/// Where the chain ends that leads to nobody whom we trust.
fn chain_end(chain: &[news::tls::ChainCertificate]) -> String {
    let Some(Ok(last)) = chain.last().map(|last| last.view.as_ref()) else { return String::new() };
    match last.is_self_issued {
        true => format!("; the chain ends at {}, which signed itself", quoted(&last.subject)),
        false => format!("; the chain ends at a certificate that {} signed, which is not in it", quoted(&last.issuer)),
    }
}
