//! Orders to an open UDP socket: immediate ones are carried out here, the rest become jobs of the sending half.

use std::collections::VecDeque;
use std::net::SocketAddr;

use tokio::sync::mpsc;

use super::multicast;
use super::send::SendJob;
use super::shared::{SharedSocket, UdpEnding, lock};
use crate::net::stream::{count_unsent, report_unsent};
use crate::net::{option, order_queue};
use crate::sessions::order::{DatagramVerb, OrderRefuser, SocketVerb};
use crate::sessions::{News, Verb};
use crate::wire::option::{OptionScope, SocketKind};
use crate::wire::{Class, FailedOperation, Failure};

/// The two queues of orders.
#[derive(Debug)]
pub(super) struct UdpOrders {
    /// Orders that overtake others.
    pub(super) urgent: order_queue::OrderReceiver,
    /// Orders that are carried out in sequence.
    pub(super) plain: order_queue::OrderReceiver,
}

impl UdpOrders {
    /// The next order, for a sending half that receives jobs by `jobs`; `None` when there will be no more. A plain
    /// order stays in its queue until there is room for its job. Cancel-safe.
    async fn next(&mut self, jobs: &mpsc::Sender<SendJob>) -> Option<Verb> {
        let plain = async {
            // The room stays free: only this task fills it.
            drop(jobs.reserve().await);
            self.plain.recv().await
        };
        tokio::select! {
            biased;
            verb = self.urgent.recv() => verb,
            verb = plain => verb,
        }
    }
}

impl SharedSocket {
    /// Handles orders until the session is to end at once. A close ends a burst; other orders given before it are
    /// completed.
    pub(super) async fn take_orders(&self, orders: &mut UdpOrders, jobs: mpsc::Sender<SendJob>) -> UdpEnding {
        loop {
            let job = match orders.next(&jobs).await {
                None | Some(Verb::Reset) => return UdpEnding::Local,
                Some(Verb::Close) => break,
                Some(verb) => self.handle_order(verb).await,
            };
            if let Some(job) = job
                && jobs.send(job).await.is_err()
            {
                return UdpEnding::Local;
            }
        }
        orders.plain.close();
        let rest = async {
            while let Some(verb) = orders.plain.recv().await {
                if let Some(job) = self.handle_order(verb).await
                    && jobs.send(job).await.is_err()
                {
                    return;
                }
                // One of the earlier orders may be a burst without end.
                self.stop_burst();
            }
            // An error means that the sending half is gone; then the session is over.
            jobs.send(SendJob::Close).await.ok();
        };
        self.stop_burst();
        tokio::select! {
            () = rest => {}
            () = wait_for_reset(&mut orders.urgent) => return UdpEnding::Local,
        }
        // The sending half ends the session, unless a reset arrives first.
        wait_for_reset(&mut orders.urgent).await;
        UdpEnding::Local
    }

    /// Carries out an immediate order; returns a job for the sending half otherwise.
    async fn handle_order(&self, verb: Verb) -> Option<SendJob> {
        match verb {
            Verb::Send(bytes) => return Some(SendJob::Datagram(None, bytes)),
            Verb::Datagram(DatagramVerb::SendTo(to, bytes)) => return Some(SendJob::Datagram(Some(to), bytes)),
            Verb::SendFile(path) => return Some(SendJob::File(path)),
            Verb::Datagram(DatagramVerb::Burst(burst)) => {
                return Some(SendJob::Burst(burst, *self.burst_stops.borrow()));
            }
            Verb::Datagram(DatagramVerb::ProbeMtu) => return Some(SendJob::ProbeMtu(*self.burst_stops.borrow())),
            Verb::Datagram(DatagramVerb::StopBurst) => self.stop_burst(),
            Verb::Socket(SocketVerb::SetOption(name, value)) if name.applies_to(SocketKind::Datagrams) => {
                option::set_and_report(&self.socket, name, value, self.option_scope(), &self.journal).await;
            }
            Verb::Socket(SocketVerb::SetOption(name, value)) => {
                let failure = Failure::new(
                    Class::Local,
                    FailedOperation::SetOption,
                    name.assignment_text(&value),
                    "a UDP socket has no such option",
                );
                self.journal.news(News::Warned(failure)).await;
            }
            Verb::Socket(SocketVerb::ReadOptions) => {
                let all = option::all_values_news(&self.socket, SocketKind::Datagrams, self.option_scope());
                self.journal.news(all).await;
            }
            refused @ (Verb::Stream(_) | Verb::Listener(_) | Verb::Socket(SocketVerb::SampleEvery(_))) => {
                self.warn(refused.operation(), refused.refusal(OrderRefuser::Datagrams)).await;
            }
            Verb::PauseReading => self.set_reading(false).await,
            Verb::ContinueReading => self.set_reading(true).await,
            Verb::Datagram(DatagramVerb::Join(wanted)) => {
                for news in multicast::join(&self.socket, &wanted) {
                    self.journal.news(news).await;
                }
            }
            Verb::Datagram(DatagramVerb::Leave(left)) => self.journal.news(multicast::leave(&self.socket, &left)).await,
            Verb::Reset | Verb::Close => return Some(SendJob::Close),
        }
        None
    }

    /// What decides which of the system's options governs what is sent.
    fn option_scope(&self) -> OptionScope {
        OptionScope::new(self.local.is_ipv6(), self.target.is_group())
    }

    /// Reports the sends that were given and not carried out.
    pub(super) async fn report_unsent(
        &self,
        script: VecDeque<SendJob>,
        jobs: &mut mpsc::Receiver<SendJob>,
        orders: &mut UdpOrders,
    ) {
        jobs.close();
        let mut unsent = count_unsent([], &mut orders.plain);
        let under_way = lock(&self.sending).take();
        let mut waiting: Vec<usize> = script.into_iter().filter_map(|job| job.payload_len()).collect();
        while let Ok(job) = jobs.try_recv() {
            waiting.extend(job.payload_len());
        }
        for bytes in under_way.into_iter().chain(waiting) {
            unsent.orders += 1;
            unsent.bytes += bytes as u64;
        }
        let about = self.default_destination().unwrap_or(self.local).to_string();
        report_unsent(&self.journal, &about, unsent).await;
    }

    pub(super) async fn warn(&self, operation: FailedOperation, message: impl Into<String>) {
        let about: SocketAddr = self.peer().unwrap_or(self.local);
        self.journal.news(News::Warned(Failure::new(Class::Local, operation, about.to_string(), message))).await;
    }
}

/// Resolves when the session is to end at once: at a reset, or a second close. It is already closing: other urgent
/// orders are too late.
async fn wait_for_reset(urgent: &mut order_queue::OrderReceiver) {
    loop {
        if let None | Some(Verb::Reset | Verb::Close) = urgent.recv().await {
            return;
        }
    }
}
