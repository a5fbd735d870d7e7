//! Orders that overtake queued sends: reset, close, pause, continue, socket options, gauges.

use std::time::Duration;

use tokio::time::Instant;

use super::shared::{ConnectionEnd, MOST_CLOSING, ReadState, SharedConnection, ShutdownIntent};
use crate::net::option;
use crate::sessions::order::{DatagramVerb, ListenerVerb, SocketVerb, StreamVerb};
use crate::sessions::{News, Verb};
use crate::wire::option::SocketKind;
use crate::wire::{Class, FailedOperation, Failure};

/// What the connection does after an order.
pub(super) enum AfterOrder {
    GoOn,
    CloseBy(Instant),
    End(ConnectionEnd),
}

pub(super) async fn order(talk: &SharedConnection, verb: Option<Verb>, closing: bool) -> AfterOrder {
    match verb {
        Some(Verb::Reset) => return AfterOrder::End(ConnectionEnd::Reset),
        None | Some(Verb::Close) if closing => return AfterOrder::End(ConnectionEnd::Closed),
        None | Some(Verb::Close) => {
            talk.change(|state| state.wish = ShutdownIntent::Close);
            return AfterOrder::CloseBy(Instant::now() + MOST_CLOSING);
        }
        Some(Verb::PauseReading) => pause(talk).await,
        Some(Verb::Stream(StreamVerb::CloseUnread)) => {
            pause(talk).await;
            if talk.state.borrow().reading == ReadState::Paused {
                talk.change(|state| state.close_unread = true);
            }
        }
        Some(Verb::ContinueReading) => {
            if talk.state.borrow().reading == ReadState::Paused {
                talk.journal.news(News::ReadingContinued).await;
                talk.change(|state| {
                    state.reading = ReadState::Flowing;
                    state.close_unread = false;
                });
                talk.sample_and_recheck().await;
            }
        }
        Some(Verb::Socket(SocketVerb::SetOption(name, value))) => {
            option::set_and_report(talk.transport.socket(), name, value, talk.v6, &talk.journal).await;
            talk.sample_and_recheck().await;
        }
        Some(Verb::Socket(SocketVerb::ReadOptions)) => {
            talk.journal.news(option::all_values_news(talk.transport.socket(), SocketKind::Connection, talk.v6)).await;
        }
        Some(Verb::Socket(SocketVerb::SampleEvery(period))) => {
            talk.gauge.set_sampling_period(period.map(|time| time.max(SHORTEST_PERIOD)));
        }
        Some(Verb::Stream(StreamVerb::Capture(true))) => super::capture::start(talk).await,
        Some(Verb::Stream(StreamVerb::Capture(false))) => super::capture::stop_capture(talk),
        Some(Verb::Datagram(DatagramVerb::StopBurst)) => {
            let message = "a TCP connection sends no burst of datagrams";
            talk.journal
                .news(News::Warned(Failure::new(Class::Usage, FailedOperation::Send, &talk.peer, message)))
                .await;
        }
        Some(
            Verb::Send(_)
            | Verb::Datagram(
                DatagramVerb::SendTo(..)
                | DatagramVerb::Burst(_)
                | DatagramVerb::ProbeMtu
                | DatagramVerb::Join(_)
                | DatagramVerb::Leave(_),
            )
            | Verb::SendFile(_)
            | Verb::Stream(StreamVerb::FinishSending)
            | Verb::Listener(ListenerVerb::Limit(_)),
        ) => {
            let failure = Failure::new(
                Class::Internal,
                FailedOperation::Order,
                &talk.peer,
                "an order was sent to the wrong queue",
            );
            talk.journal.news(News::Warned(failure)).await;
        }
    }
    AfterOrder::GoOn
}

/// The shortest sampling period: a shorter one costs time, and nobody can see the difference.
const SHORTEST_PERIOD: Duration = Duration::from_millis(10);

async fn pause(talk: &SharedConnection) {
    let now = *talk.state.borrow();
    if now.peer_finished {
        let message = "cannot pause: the peer has finished sending, and everything is read";
        talk.journal.news(News::Warned(Failure::new(Class::Usage, FailedOperation::Read, &talk.peer, message))).await;
    } else if now.reading == ReadState::Flowing {
        talk.change(|state| state.reading = ReadState::Paused);
        talk.journal.news(News::ReadingPaused).await;
        talk.sample_and_recheck().await;
    }
}
