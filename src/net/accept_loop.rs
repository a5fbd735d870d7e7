//! What every listener of connections does, of TCP and of the Unix domain: accept, carry out orders, sample its queue.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::accept_queue::AcceptQueueWatch;
use super::children::{AcceptedChildren, EndedChildren};
use super::hub::TaskContext;
use super::system::AsFd;
use super::{fault, option};
use crate::sessions::news::ListenerNews;
use crate::sessions::order::{ListenerVerb, OrderRefuser, SocketVerb, StreamVerb};
use crate::sessions::spec::{self, RequestedOptions};
use crate::sessions::{News, Verb};
use crate::wire::FailedOperation;
use crate::wire::option::{OptionScope, SocketKind};

/// How many completed connections the kernel queues before we accept them, unless the user says otherwise.
pub(super) const BACKLOG: u32 = 1024;

/// How long to wait after a failed accept: without a free descriptor, the next one would fail at once, forever.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The part of a listener that depends on its kind.
pub(super) trait ConnectionAcceptor {
    /// The listening socket.
    type Listener: AsFd + Sync;
    /// What accept(2) returns of a connection.
    type Accepted: Send;
    /// Whose options it has.
    const SOCKET: SocketKind;

    /// Accepts one connection. Cancel-safe.
    fn accept(listener: &Self::Listener) -> impl Future<Output = io::Result<Self::Accepted>> + Send;

    /// Makes an accepted connection a session of its own, or turns it away.
    fn admit(
        &mut self,
        listener: &Self::Listener,
        accepted: Self::Accepted,
        settings: &mut ListenerSettings,
        context: &TaskContext,
    ) -> impl Future<Output = ()> + Send;

    /// Begins or ends the capture for later connections; `false`: this kind has none.
    fn capture(&mut self, on: bool, context: &TaskContext) -> impl Future<Output = bool> + Send;
}

/// The settings of a listener, which apply to later connections.
pub(super) struct ListenerSettings {
    /// Its address, for messages.
    pub(super) local: String,
    /// Options set on the listener; its connections get them too.
    pub(super) options: RequestedOptions,
    /// What decides which of the system's options governs.
    pub(super) scope: OptionScope,
    /// Its open connections.
    pub(super) children: AcceptedChildren,
    /// Whether connections are accepted; otherwise they stay in the kernel's queue.
    pub(super) accepting: bool,
}

impl ListenerSettings {
    /// Accepts until the listener is closed. Its connections stay open.
    pub(super) async fn run<A: ConnectionAcceptor>(
        mut self,
        acceptor: &mut A,
        listener: &A::Listener,
        context: &mut TaskContext,
        mut ended: EndedChildren,
        queue: &mut AcceptQueueWatch,
    ) {
        let mut accept_from = Instant::now();
        let mut fails = false;
        loop {
            tokio::select! {
                biased;
                verb = context.orders.recv() => match verb {
                    None | Some(Verb::Close | Verb::Reset) => return,
                    Some(Verb::Socket(SocketVerb::SampleEvery(period))) => queue.set_period(period),
                    Some(verb) => self.handle_order(verb, acceptor, listener, context).await,
                },
                Some(child) = ended.recv() => self.children.on_end(child, context).await,
                () = queue.wait() => queue.sample(listener, &context.journal),
                accepted = accept_after::<A>(listener, accept_from), if self.accepting => match accepted {
                    Ok(accepted) => {
                        fails = false;
                        acceptor.admit(listener, accepted, &mut self, context).await;
                    }
                    Err(error) => {
                        accept_from = Instant::now() + ACCEPT_PAUSE;
                        if !std::mem::replace(&mut fails, true) {
                            let failure = fault::from_io(FailedOperation::Accept, self.local.as_str(), &error);
                            context.journal.news(News::Listener(ListenerNews::AcceptFailed(failure))).await;
                        }
                    }
                },
            }
        }
    }

    /// Carries out an order that does not end the listener.
    async fn handle_order<A: ConnectionAcceptor>(
        &mut self,
        verb: Verb,
        acceptor: &mut A,
        listener: &A::Listener,
        context: &TaskContext,
    ) {
        match verb {
            Verb::Listener(ListenerVerb::Limit(limit)) => self.children.limit = limit,
            Verb::PauseReading | Verb::ContinueReading => {
                let accepting = verb == Verb::ContinueReading;
                if std::mem::replace(&mut self.accepting, accepting) != accepting {
                    context.journal.news(News::Listener(ListenerNews::Accepting(accepting))).await;
                }
            }
            Verb::Socket(SocketVerb::SetOption(name, value)) => {
                if option::set_and_report(listener, name, value.clone(), self.scope, &context.journal).await {
                    spec::request_option(&mut self.options, name, Some(value));
                }
            }
            Verb::Socket(SocketVerb::ReadOptions) => {
                context.journal.news(option::all_values_news(listener, A::SOCKET, self.scope)).await;
            }
            Verb::Send(bytes) => self.children.send_to_all(&bytes, context).await,
            Verb::Stream(StreamVerb::Capture(on)) => {
                if !acceptor.capture(on, context).await {
                    self.refuse(&verb, context).await;
                }
            }
            Verb::SendFile(_)
            | Verb::Reset
            | Verb::Close
            | Verb::Stream(_)
            | Verb::Datagram(_)
            | Verb::Socket(SocketVerb::SampleEvery(_)) => self.refuse(&verb, context).await,
        }
    }

    async fn refuse(&self, verb: &Verb, context: &TaskContext) {
        let failure = verb.refused(OrderRefuser::Listener, self.local.as_str());
        context.journal.news(News::Warned(failure)).await;
    }
}

async fn accept_after<A: ConnectionAcceptor>(listener: &A::Listener, from: Instant) -> io::Result<A::Accepted> {
    if Instant::now() < from {
        sleep_until(from).await;
    }
    A::accept(listener).await
}
