//! Orders that overtake queued sends: reset, close, pause, continue, socket options, gauges.

use tokio::time::Instant;

use super::shared::{ConnectionEnd, MOST_CLOSING, ReadState, SharedConnection, ShutdownIntent};
use crate::net::option;
use crate::sessions::order::{OrderRefuser, SocketVerb, StreamVerb};
use crate::sessions::tcp::gauges::SHORTEST_PERIOD;
use crate::sessions::{News, Verb};
use crate::wire::{Class, FailedOperation, Failure};

/// What the connection does after an order.
pub(super) enum AfterOrder {
    GoOn,
    CloseBy(Instant),
    End(ConnectionEnd),
}

pub(super) async fn order(shared: &SharedConnection, verb: Option<Verb>, closing: bool) -> AfterOrder {
    match verb {
        Some(refused @ (Verb::Reset | Verb::Stream(StreamVerb::Capture(_)))) if !shared.transport.socket().is_tcp() => {
            shared.journal.news(News::Warned(refused.refused(OrderRefuser::Unix, &shared.peer))).await;
        }
        Some(Verb::Reset) => return AfterOrder::End(ConnectionEnd::Reset),
        None | Some(Verb::Close) if closing => return AfterOrder::End(ConnectionEnd::Closed),
        None | Some(Verb::Close) => {
            shared.change(|state| state.wish = ShutdownIntent::Close);
            return AfterOrder::CloseBy(Instant::now() + MOST_CLOSING);
        }
        Some(Verb::PauseReading) => pause(shared).await,
        Some(Verb::Stream(StreamVerb::CloseUnread)) => {
            pause(shared).await;
            if shared.state.borrow().reading == ReadState::Paused {
                shared.change(|state| state.close_unread = true);
            }
        }
        Some(Verb::ContinueReading) => {
            if shared.state.borrow().reading == ReadState::Paused {
                shared.journal.news(News::ReadingContinued).await;
                shared.change(|state| {
                    state.reading = ReadState::Flowing;
                    state.close_unread = false;
                });
                shared.sample_and_recheck().await;
            }
        }
        Some(Verb::Socket(SocketVerb::SetOption(name, value))) => {
            option::set_and_report(shared.transport.socket(), name, value, shared.v6.into(), &shared.journal).await;
            shared.sample_and_recheck().await;
        }
        Some(Verb::Socket(SocketVerb::ReadOptions)) => {
            shared
                .journal
                .news(option::all_values_news(shared.transport.socket(), shared.kind(), shared.v6.into()))
                .await;
        }
        Some(Verb::Socket(SocketVerb::SampleEvery(period))) => {
            shared.gauge.set_sampling_period(period.map(|time| time.max(SHORTEST_PERIOD)));
        }
        Some(Verb::Stream(StreamVerb::Capture(true))) => super::capture::start(shared).await,
        Some(Verb::Stream(StreamVerb::Capture(false))) => super::capture::stop_capture(shared),
        Some(
            refused @ (Verb::Send(_)
            | Verb::SendFile(_)
            | Verb::Stream(StreamVerb::FinishSending)
            | Verb::Datagram(_)
            | Verb::Listener(_)),
        ) => shared.journal.news(News::Warned(refused.refused(shared.refuser(), &shared.peer))).await,
    }
    AfterOrder::GoOn
}

async fn pause(shared: &SharedConnection) {
    let now = *shared.state.borrow();
    if now.peer_finished {
        let message = "cannot pause: the peer has finished sending, and everything is read";
        shared
            .journal
            .news(News::Warned(Failure::new(Class::Usage, FailedOperation::Read, &shared.peer, message)))
            .await;
    } else if now.reading == ReadState::Flowing {
        shared.change(|state| state.reading = ReadState::Paused);
        shared.journal.news(News::ReadingPaused).await;
        shared.sample_and_recheck().await;
    }
}
