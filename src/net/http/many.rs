//! The same request many times over connections that are kept: what a repeat session asks.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::body::Outgoing;
use super::client::keeping;
use super::fault::{self, Stage};
use super::headers;
use super::teller::Teller;
use crate::net::journal::Journal;
use crate::wire::http::HttpSpec;
use crate::wire::{Both, Class, Failure, News, Totals};

/// How long one request may take where nothing else was asked for: nothing stands still for ever.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest body that is sent again and again, as it is held in memory: 64 MiB.
const MOST_BODY: usize = 64 * 1024 * 1024;

/// A request, ready to be sent as often as one likes, by any number of tasks at once.
#[derive(Debug)]
pub(crate) struct Many {
    client: reqwest::Client,
    url: Url,
    method: Method,
    headers: HeaderMap,
    body: Option<Bytes>,
    timeout: Duration,
    fail_on_status: bool,
}

impl Many {
    /// Reads and checks the request, gathers its body, and makes a client for so many connections at once.
    ///
    /// # Errors
    /// What makes no sense in the request, a file that cannot be read, or no client can be made.
    pub(crate) async fn new(spec: HttpSpec, connections: usize, journal: &Arc<Journal>) -> Result<Self, Failure> {
        let teller = Teller::new(Arc::clone(journal));
        let (url, user) = headers::url(&spec.url)?;
        let method = headers::method(&spec.method)?;
        let mut own = headers::headers(&spec, user.as_deref())?;
        let body = Outgoing::open(&spec.body).await?;
        headers::describe_body(&mut own, &method, &body)?;
        let body = body.gathered(&teller, MOST_BODY).await?;
        if spec.insecure && url.scheme() == "https" {
            let warning = headers::warning(Class::Tls, "verify", &url, "certificates are not verified");
            teller.news(News::Warned(warning)).await;
        }
        let client = keeping(&spec, &teller, connections).await?;
        let timeout = spec.timeout.unwrap_or(DEFAULT_TIMEOUT);
        Ok(Many { client, url, method, headers: own, body, timeout, fail_on_status: spec.fail_on_status })
    }

    /// Sends it once, and reads the answer to its end: its status. `moved` gets the octets of both bodies, as they
    /// came over the wire.
    ///
    /// # Errors
    /// Whatever kept it from its end; a 4xx or 5xx where that was asked to be a failure.
    pub(crate) async fn once(&self, moved: &mut Both<Totals>) -> Result<u16, Failure> {
        let limit = self.timeout;
        tokio::time::timeout(limit, self.ask(moved)).await.unwrap_or_else(|_| {
            let why = format!("the whole exchange took longer than {limit:?}");
            Err(Failure::new(Class::IdleTimeout, "request", self.url.as_str(), why))
        })
    }

    async fn ask(&self, moved: &mut Both<Totals>) -> Result<u16, Failure> {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        if let Some(body) = &self.body {
            *request.body_mut() = Some(body.clone().into());
        }
        let failed = |error: &reqwest::Error, stage| fault::failure(error, self.url.as_str(), stage);
        let mut response = self.client.execute(request).await.map_err(|error| failed(&error, Stage::Head))?;
        if let Some(body) = &self.body {
            moved.sent.add(body.len() as u64);
        }
        let promised = response.content_length();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| failed(&error, Stage::Body { arrived: moved.received.bytes, promised }))?
        {
            moved.received.add(piece.len() as u64);
        }
        let status = response.status();
        if self.fail_on_status && (status.is_client_error() || status.is_server_error()) {
            let why = format!("the peer answered {}", status.as_u16());
            return Err(Failure::new(Class::HttpStatus, "request", self.url.as_str(), why));
        }
        Ok(status.as_u16())
    }
}
