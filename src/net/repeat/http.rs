//! Repeated HTTP requests over keep-alive connections: each worker's own for HTTP/1.1 without TLS directly to the host,
//! otherwise those of a shared client's pool.

use std::sync::Arc;

use super::attempt::RepeatAttempt;
use super::connect::RepeatConnect;
use super::keep_alive::{self, KeepAliveConnection};
use super::ledger::AttemptOutcome;
use crate::net::http::{RepeatedRequest, too_long};
use crate::net::journal::Journal;
use crate::sessions::spec::http::HttpSpec;
use crate::wire::{Both, Failure, Totals};

/// One request, sent many times.
pub(super) struct RepeatHttp {
    many: RepeatedRequest,
    direct: Option<RepeatConnect>,
}

impl RepeatHttp {
    /// Parses and checks the request, and looks up its host if workers have their own connections.
    ///
    /// # Errors
    /// Fails if the request is not valid, a file cannot be read, or the host has no address.
    pub(super) async fn new(spec: HttpSpec, crew: usize, journal: &Arc<Journal>) -> Result<Self, Failure> {
        let many = RepeatedRequest::new(spec, crew, journal).await?;
        let direct = match many.direct_target() {
            Some((target, resolved)) => Some(RepeatConnect::to(target, resolved, journal).await?),
            None => None,
        };
        Ok(RepeatHttp { many, direct })
    }
}

impl RepeatAttempt for RepeatHttp {
    type Own = Option<KeepAliveConnection>;

    async fn run_once(&self, kept: &mut Option<KeepAliveConnection>) -> AttemptOutcome {
        let mut moved: Both<Totals> = Both::default();
        let result = tokio::time::timeout(self.many.timeout(), async {
            match &self.direct {
                Some(connect) => keep_alive::connect_once(&self.many, connect, kept, &mut moved).await,
                None => self.many.send_once(&mut moved).await,
            }
        });
        let result = result.await.unwrap_or_else(|_| Err(too_long(self.many.timeout(), self.many.url()))).map(Some);
        AttemptOutcome { result, moved }
    }
}
