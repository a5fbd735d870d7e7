//! Reports how a host is reached: the look-up of its name, and the connections that reqwest opens.

use crate::net::system::OwnedFd;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper_util::client::legacy::connect::HttpInfo;
use url::{Host, Url};

use tokio::sync::OnceCell;

use super::byte_count::ExchangeConnections;
use super::fault::NoAddress;
use super::news_gate::NewsGate;
use super::proxied::HandshakeClock;
use super::tls_config::tls_config;
use crate::net::dns::SecondOpinion;
use crate::net::tls::TlsClient;
use crate::net::{option, route};
use crate::sessions::News;
use crate::sessions::news::{DialNews, MOST_ADDRESSES};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::spec::{IpFamily, RequestedOptions};
use crate::text::sanitize::quoted;
use crate::wire::option::{OptionValue, SocketKind, SocketOption};
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// An exchange's connections to its peer, and how to open them. Shared with the connector's tasks.
#[derive(Debug)]
pub(super) struct HttpDialer {
    pub(super) gate: Arc<NewsGate>,
    pub(super) connections: Arc<ExchangeConnections>,
    pub(super) handshake: Arc<HandshakeClock>,
    overrides: Vec<(String, u16, SocketAddr)>,
    family: IpFamily,
    /// The number of the exchange's connection attempt, from 1.
    pub(super) attempt: AtomicU32,
    /// Set on each connection as soon as the client library has opened it.
    options: RequestedOptions,
    /// Whether packets are captured from the SYN on.
    pub(super) captures: bool,
    way: Mutex<Destination>,
    /// The configuration of our own TLS handshakes, made when first needed.
    tls: OnceCell<Arc<TlsClient>>,
}

#[derive(Debug, Default)]
struct Destination {
    /// The port of the URL, for a name other than the host we connect to: the target of a SOCKS proxy.
    target_port: u16,
    host: String,
    port: u16,
    literal: Option<SocketAddr>,
    began: Option<Instant>,
}

impl HttpDialer {
    /// Parses the addresses that the user gave for names; `options` are set on each connection.
    ///
    /// # Errors
    /// Fails with `Usage` if one of them is not `HOST:PORT`, or changes the port.
    pub(super) fn new(gate: Arc<NewsGate>, spec: &HttpSpec, captures: bool) -> Result<Self, Failure> {
        let mut overrides = Vec::new();
        for (name, address) in &spec.resolve {
            let parsed = name.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
            let Some((host, port)) = parsed else {
                return Err(Failure::usage(format!("resolve {}: wanted HOST:PORT", quoted(name))));
            };
            if address.port() != 0 && address.port() != port {
                return Err(Failure::usage(format!(
                    "resolve {}: the address {address} has another port",
                    quoted(name)
                )));
            }
            // The zone of a link-local address stays with it.
            let mut address = *address;
            address.set_port(port);
            overrides.push((host.trim_matches(['[', ']']).to_ascii_lowercase(), port, address));
        }
        let connections = Arc::default();
        Ok(HttpDialer {
            gate,
            connections,
            handshake: Arc::default(),
            overrides,
            family: spec.socket.family,
            options: spec.socket.options.clone(),
            captures,
            attempt: AtomicU32::new(1),
            way: Mutex::default(),
            tls: OnceCell::new(),
        })
    }

    /// The number of the exchange's connection attempt, from 1.
    pub(super) fn attempt(&self) -> u32 {
        self.attempt.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Destination> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets what the next connection is for, and where it goes: to the URL's host, or to the proxy.
    pub(super) fn set_destination(&self, target: &Url, at: &Url) {
        let port = at.port_or_known_default().unwrap_or(if at.scheme().starts_with("socks") { 1080 } else { 80 });
        let literal = match at.host() {
            Some(Host::Ipv4(ip)) => Some(SocketAddr::from((ip, port))),
            Some(Host::Ipv6(ip)) => Some(SocketAddr::from((ip, port))),
            // For a scheme that the URL standard does not know, even an address is stored as text.
            Some(Host::Domain(text)) => text.parse().ok().map(|ip: IpAddr| SocketAddr::from((ip, port))),
            None => None,
        };
        let target_port = target.port_or_known_default().unwrap_or(80);
        let host = at.host_str().unwrap_or_default().to_string();
        *self.lock() = Destination { target_port, host, port, literal, began: None };
    }

    /// The configuration of our own TLS handshakes, made once.
    ///
    /// # Errors
    /// Fails with `Local` if no certificate authorities are available.
    pub(super) async fn tls(&self, spec: &HttpSpec) -> Result<Arc<TlsClient>, Failure> {
        let made = self.tls.get_or_try_init(|| async { tls_config(spec, &self.gate).await.map(Arc::new) }).await?;
        Ok(Arc::clone(made))
    }

    /// The addresses that the user gave for a host.
    pub(super) fn overridden_addresses(&self, host: &str, port: u16) -> Vec<SocketAddr> {
        let of_host = self.overrides.iter().filter(|(name, of, _)| *of == port && name.eq_ignore_ascii_case(host));
        of_host.map(|(_, _, address)| *address).collect()
    }

    pub(super) async fn look_up(&self, host: &str) -> Result<Vec<SocketAddr>, NoAddress> {
        let (port, is_dialled) = {
            let way = self.lock();
            let is_dialled = way.host.eq_ignore_ascii_case(host);
            (if is_dialled { way.port } else { way.target_port }, is_dialled)
        };
        self.gate.news(News::Dial(DialNews::Resolving { host: host.into() })).await;
        let began = Instant::now();
        let own = self.overridden_addresses(host, port);
        let none = |reason, why: String| NoAddress { host: host.into(), reason, why };
        let mut found = if own.is_empty() {
            let beside = SecondOpinion::start(host, self.family, self.gate.journal());
            let found: Vec<SocketAddr> = match tokio::net::lookup_host((host, port)).await {
                Ok(answer) => answer.take(MOST_ADDRESSES).collect(),
                Err(error) => {
                    beside.on_system_failure(error.to_string()).await;
                    return Err(none(crate::net::fault::of_lookup(&error).0, error.to_string()));
                }
            };
            beside.on_system_answer(found.iter().map(SocketAddr::ip).collect());
            found
        } else {
            own
        };
        found.retain(|address| self.family.admits(address.ip()));
        if found.is_empty() {
            return Err(none(
                Some(FailureReason::NoAddress),
                "the name has no address of the family that was asked for".into(),
            ));
        }
        let addresses = found.iter().map(SocketAddr::ip).collect();
        self.gate.news(News::Dial(DialNews::Resolved { host: host.into(), addresses, took: began.elapsed() })).await;
        if let Some(first) = found.first().filter(|_| is_dialled) {
            self.lock().began = Some(Instant::now());
            self.gate
                .news(News::Dial(DialNews::Connecting { peer: *first, attempt: self.attempt(), begun: true }))
                .await;
        }
        Ok(found)
    }

    pub(super) async fn on_connect_start(&self) {
        let literal = {
            let mut way = self.lock();
            way.began = Some(Instant::now());
            way.literal
        };
        if let Some(peer) = literal {
            self.gate.news(News::Dial(DialNews::Connecting { peer, attempt: self.attempt(), begun: true })).await;
        }
    }

    pub(super) async fn connected(&self, info: &HttpInfo) {
        let now = Instant::now();
        let (local, peer) = (info.local_addr(), info.remote_addr());
        // With TLS the connector returns after the handshake; the connection was open when the handshake began.
        let there = self.handshake.take_start().unwrap_or(now);
        let took = self.lock().began.map(|began| there.saturating_duration_since(began)).unwrap_or_default();
        self.connections.on_opened(local, peer);
        self.gate.news(News::Dial(DialNews::Connected { local, peer, took, attempt: self.attempt() })).await;
        if let Some(route) = route::observed_route(local, peer, self.gate.journal()) {
            self.gate.news(News::Dial(DialNews::Route(Box::new(route)))).await;
        }
        for (name, value) in &self.options {
            self.set_option(*name, value.clone()).await;
        }
    }

    /// Sets an option of reqwest's open connection.
    pub(super) async fn set_option(&self, name: SocketOption, value: OptionValue) {
        let Some(socket) = self.connections.socket() else {
            let why = "no connection is open, or its socket cannot be found on this system";
            let failure = Failure::new(Class::Local, FailedOperation::SetOption, name.assignment_text(&value), why);
            return self.gate.news(News::Warned(failure)).await;
        };
        let (_taken, told) = option::attempt(&socket, name, value, is_v6(&socket).into());
        drop(socket);
        for news in told {
            self.gate.news(news).await;
        }
    }

    /// Reports all options of reqwest's open connection.
    pub(super) async fn report_options(&self) {
        if let Some(socket) = self.connections.socket() {
            let all = option::all_values_news(&socket, SocketKind::Connection, is_v6(&socket).into());
            drop(socket);
            self.gate.news(all).await;
        }
    }
}

fn is_v6(socket: &OwnedFd) -> bool {
    let local = socket2::SockRef::from(socket).local_addr();
    local.is_ok_and(|local| local.is_ipv6())
}
