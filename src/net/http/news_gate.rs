//! Forwards news of reqwest's background tasks to the journal until the session is closed, then drops them.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;

use crate::net::journal::Journal;
use crate::sessions::news::{HttpNews, HttpPhase};
use crate::sessions::{Block, News};

/// A journal that can be closed to news. After [`NewsGate::finish`] nothing passes, so that [`News::Closed`] is the
/// last news, and its totals are exact even if a connection's own task is still reading a request's body.
#[derive(Debug)]
pub(super) struct NewsGate {
    journal: Arc<Journal>,
    /// When the exchange began.
    began: Instant,
    over: Mutex<bool>,
}

impl NewsGate {
    pub(super) fn new(journal: Arc<Journal>) -> Self {
        NewsGate { journal, began: Instant::now(), over: Mutex::new(false) }
    }

    /// Reports a fact, unless the session is over.
    pub(super) async fn news(&self, news: News) {
        let over = self.over.lock().await;
        if !*over {
            self.journal.news(news).await;
        }
    }

    /// Reports that a phase of a request is over.
    pub(super) async fn phase(&self, phase: HttpPhase, began: Instant, end: Instant) {
        let start = began.saturating_duration_since(self.began);
        let took = end.saturating_duration_since(began);
        self.news(News::Http(HttpNews::Phase { phase, began, start, took })).await;
    }

    /// Counts and keeps a block. `false`: the session is over, and nothing was counted.
    pub(super) async fn block(&self, block: Block) -> bool {
        let over = self.over.lock().await;
        if !*over {
            self.journal.block(block).await;
        }
        !*over
    }

    /// The journal, for gauges.
    pub(super) fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    /// Closes the gate.
    pub(super) async fn finish(&self) {
        *self.over.lock().await = true;
    }
}
