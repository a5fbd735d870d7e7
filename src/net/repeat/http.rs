//! HTTP requests over connections that are kept.

use super::Attempt;
use super::ledger::Outcome;
use crate::net::http::Many;
use crate::wire::{Both, Totals};

/// The same request again and again.
pub(super) struct Http(pub(super) Many);

impl Attempt for Http {
    async fn once(&self) -> Outcome {
        let mut moved: Both<Totals> = Both::default();
        let result = self.0.once(&mut moved).await.map(Some);
        Outcome { result, moved }
    }
}
