//! The accepted connections of a listener, TCP's or of the Unix domain: how many are open, and what is sent to all.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::hub::TaskContext;
use crate::sessions::news::ListenerNews;
use crate::sessions::spec::Script;
use crate::sessions::{News, Order, SessionId, Verb};
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// How many ended connections may wait to be reported; a further one waits at its end.
const MOST_ENDED: usize = 1024;

/// How many sessions that refused an order a warning names; the others are only counted.
const MOST_NAMED: usize = 5;

/// The accepted connections that are open, and the settings of later ones.
pub(super) struct AcceptedChildren {
    /// The listener's address, for messages.
    local: String,
    /// How many may be open at once.
    pub(super) limit: Option<usize>,
    /// How long each may be quiet.
    pub(super) idle_timeout: Option<Duration>,
    /// What is sent to each.
    pub(super) script: Script,
    open: BTreeSet<SessionId>,
    tell_end: mpsc::Sender<SessionId>,
}

/// Reports accepted connections that ended.
pub(super) type EndedChildren = mpsc::Receiver<SessionId>;

impl AcceptedChildren {
    /// No connections yet, and the queue that reports their ends.
    pub(super) fn new(
        local: String,
        limit: Option<usize>,
        idle_timeout: Option<Duration>,
        script: Script,
    ) -> (Self, EndedChildren) {
        let (tell_end, ended) = mpsc::channel(MOST_ENDED);
        (AcceptedChildren { local, limit, idle_timeout, script, open: BTreeSet::new(), tell_end }, ended)
    }

    /// Why a new connection is turned away; `None`: there is room for it.
    pub(super) fn turn_away_reason(&self) -> Option<String> {
        let limit = self.limit.filter(|limit| self.open.len() >= *limit)?;
        Some(match limit {
            0 => "this listener refuses everybody".to_owned(),
            1 => "the limit of 1 open connection is reached".to_owned(),
            limit => format!("the limit of {limit} open connections is reached"),
        })
    }

    /// The context of a new connection's session; what it sends when it has ended.
    pub(super) fn admit(&mut self, context: &TaskContext) -> (TaskContext, mpsc::Sender<SessionId>) {
        let child = context.net.task_context(context.journal.retention(), false);
        self.open.insert(child.journal.id);
        (child, self.tell_end.clone())
    }

    /// A connection has ended.
    pub(super) async fn on_end(&mut self, child: SessionId, context: &TaskContext) {
        self.open.remove(&child);
        context.journal.news(News::Listener(ListenerNews::ChildEnded { child })).await;
    }

    /// Sends to all open connections, and warns of those that do not take it.
    pub(super) async fn send_to_all(&self, bytes: &Bytes, context: &TaskContext) {
        let refused: Vec<SessionId> = self
            .open
            .iter()
            .filter(|id| context.net.send_order(Order { id: **id, verb: Verb::Send(bytes.clone()) }).is_err())
            .copied()
            .collect();
        if self.open.is_empty() {
            self.warn(context, Class::Usage, "not sent: no connection is open".into()).await;
        } else if !refused.is_empty() {
            let named: Vec<String> = refused.iter().take(MOST_NAMED).map(ToString::to_string).collect();
            let more = match refused.len().saturating_sub(MOST_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message = format!("not sent to session {}{more}: it has ended, or its queue is full", named.join(", "));
            self.warn(context, Class::Local, message).await;
        }
    }

    async fn warn(&self, context: &TaskContext, class: Class, message: String) {
        let failure = Failure::new(class, FailedOperation::Send, &self.local, message);
        let failure = failure.with_reason((class == Class::Local).then_some(FailureReason::NotSent));
        context.journal.news(News::Warned(failure)).await;
    }
}
