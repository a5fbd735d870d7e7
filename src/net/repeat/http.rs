//! HTTP requests over connections that are kept: each worker's own where HTTP/1.1 goes in the clear to the host
//! itself, those of a shared client's pool else.

use std::sync::Arc;

use super::attempt::RepeatAttempt;
use super::connect::RepeatConnect;
use super::keep_alive::{self, KeepAliveConnection};
use super::ledger::AttemptOutcome;
use crate::net::http::RepeatedRequest;
use crate::net::journal::Journal;
use crate::sessions::spec::http::HttpSpec;
use crate::wire::{Both, Failure, Totals};

/// The same request again and again.
pub(super) struct RepeatHttp {
    many: RepeatedRequest,
    direct: Option<RepeatConnect>,
}

impl RepeatHttp {
    /// Reads and checks the request, and looks its host up where connections are the workers' own.
    ///
    /// # Errors
    /// What makes no sense in the request, a file that cannot be read, or a host without an address.
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
        let result = result.await.unwrap_or_else(|_| Err(keep_alive::too_long(&self.many))).map(Some);
        AttemptOutcome { result, moved }
    }
}
