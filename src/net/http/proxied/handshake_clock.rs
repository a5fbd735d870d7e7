//! How long a TLS handshake of the client library takes.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// Records when a handshake begins: rustls reads the session store while it builds the ClientHello.
#[derive(Debug, Default)]
pub(in crate::net::http) struct HandshakeClock(Mutex<Option<Instant>>);

impl HandshakeClock {
    /// When the last handshake began; a second call returns `None`.
    pub(in crate::net::http) fn take_start(&self) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientSessionStore for HandshakeClock {
    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        None
    }
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}
    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}
    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }
    fn remove_tls12_session(&self, _: &ServerName<'static>) {}
    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}
    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}
