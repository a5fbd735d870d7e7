//! The task of a repeat session: its workers, its ledger, its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::attempt::RepeatAttempt;
use super::ledger::RunLedger;
use super::plan::{self, RunPlan};
use super::{connect, echo, http};
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::order_queue;
use crate::net::order_queue::{refuse, refuse_until_closed};
use crate::sessions::order::OrderRefuser;
use crate::sessions::panic_guard;
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::spec::repeat::{MOST_CONCURRENCY, RepeatKind, RepeatSpec};
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::{FailedOperation, Failure, FailureReason};

/// The shortest interval between samples of a run.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long attempts in progress may still take after the end; then they are aborted.
const GRACE: Duration = Duration::from_secs(1);

/// Runs a repeat session to its end.
///
/// Ends with [`News::Closed`] in every case, and with [`News::Failed`] before it if an attempt failed, or if no
/// datagram was answered. [`Verb::Close`] and [`Verb::Reset`] abort attempts in progress.
pub(crate) async fn run(spec: RepeatSpec, context: TaskContext) {
    let TaskContext { journal, mut orders, net: _ } = context;
    let preparing = prepare_run(&spec, &journal);
    let prepared = tokio::select! {
        biased;
        () = refuse_until_closed(&mut orders, &journal, OrderRefuser::Run) => return journal.report_closed(CloseReason::Local).await,
        prepared = preparing => prepared,
    };
    let (plan, ledger, mut workers) = match prepared {
        Ok(begun) => begun,
        Err(failure) => return journal.report_end(Err(failure)).await,
    };
    let closed_by_user = watch_over(&spec, &plan, &ledger, &mut workers, &mut orders, &journal).await;
    workers.shutdown().await;
    let last = ledger.sample(spec.count, true);
    let failure = if closed_by_user { None } else { final_failure(&spec, &last, &ledger) };
    let end = match (failure, &spec.what) {
        (Some(failure), _) => Err(failure),
        // Datagrams have no FIN: the run is over because it has done what it was asked for.
        (None, RepeatKind::Echo(_)) => Ok(CloseReason::Local),
        (None, _) if closed_by_user => Ok(CloseReason::Local),
        (None, RepeatKind::Connect(_) | RepeatKind::Http(_)) => Ok(CloseReason::Fin),
    };
    journal.report_end(end).await;
}

type BegunRun = (Arc<RunPlan>, Arc<RunLedger>, JoinSet<Result<(), Failure>>);

/// Looks up, checks and reads everything that is needed, then starts the workers.
async fn prepare_run(spec: &RepeatSpec, journal: &Arc<Journal>) -> Result<BegunRun, Failure> {
    let concurrency = spec.concurrency.clamp(1, MOST_CONCURRENCY);
    let most = spec.count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    let crew = concurrency.min(most);
    match &spec.what {
        RepeatKind::Connect(tcp) => {
            let connect = connect::RepeatConnect::new(tcp.clone(), journal).await?;
            Ok(start(spec, journal, crew, connect))
        }
        RepeatKind::Http(http) => {
            let attempt = http::RepeatHttp::new(http.clone(), crew, journal).await?;
            Ok(start(spec, journal, crew, attempt))
        }
        RepeatKind::Echo(echo) => {
            let socket = echo::EchoSocket::open(echo, journal).await?;
            let plan = RunPlan::new(spec);
            let ledger = RunLedger::new(Arc::clone(&plan), Arc::clone(journal), 1);
            let mut workers = JoinSet::new();
            workers.spawn(panic_guard::guard_task(Box::pin(socket.run(
                plan.worker_schedule(),
                Arc::clone(&ledger),
                concurrency,
            ))));
            Ok((plan, ledger, workers))
        }
    }
}

fn start<A: RepeatAttempt>(spec: &RepeatSpec, journal: &Arc<Journal>, crew: usize, attempt: A) -> BegunRun {
    let plan = RunPlan::new(spec);
    let ledger = RunLedger::new(Arc::clone(&plan), Arc::clone(journal), crew);
    let attempt = Arc::new(attempt);
    let mut workers = JoinSet::new();
    for worker in 0..crew {
        workers.spawn(panic_guard::guard_task(Box::pin(run_worker(
            Arc::clone(&attempt),
            plan.worker_schedule(),
            Arc::clone(&ledger),
            worker,
        ))));
    }
    (plan, ledger, workers)
}

async fn run_worker<A: RepeatAttempt>(
    attempt: Arc<A>,
    mut lane: plan::WorkerSchedule,
    ledger: Arc<RunLedger>,
    worker: usize,
) {
    panic_guard::panic_point("repeat worker");
    let mut own = A::Own::default();
    while let Some(ticket) = lane.next().await {
        ledger.started();
        let outcome = attempt.run_once(&mut own).await;
        let ended = Instant::now();
        ledger.record_outcome(worker, ticket, ended, outcome).await;
        lane.set_ended(ended);
    }
}

/// Samples the run and handles orders, until all workers are done or the run is to end. Returns whether the user closed
/// it.
async fn watch_over(
    spec: &RepeatSpec,
    plan: &RunPlan,
    ledger: &RunLedger,
    workers: &mut JoinSet<Result<(), Failure>>,
    orders: &mut order_queue::OrderReceiver,
    journal: &Arc<Journal>,
) -> bool {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked = None;
    loop {
        tokio::select! {
            biased;
            verb = orders.recv() => match verb {
                Some(Verb::Close | Verb::Reset) | None => return true,
                Some(Verb::PauseReading) => {
                    plan.pause();
                }
                Some(Verb::ContinueReading) => {
                    plan.resume();
                }
                Some(
                    refused @ (Verb::Send(_)
                    | Verb::SendFile(_)
                    | Verb::Stream(_)
                    | Verb::Datagram(_)
                    | Verb::Listener(_)
                    | Verb::Socket(_)),
                ) => refuse(&refused, journal, OrderRefuser::Run).await,
            },
            _ = tick.tick() => {
                let mark = ledger.progress();
                if looked != Some(mark) {
                    looked = Some(mark);
                    ledger.sample(spec.count, false);
                }
                if plan.past_end(Instant::now()).is_some_and(|past| past > GRACE) {
                    return false;
                }
            }
            ended = workers.join_next() => match ended {
                None => return false,
                // A worker that was aborted was aborted by us.
                Some(Ok(Ok(())) | Err(_)) => {}
                Some(Ok(Err(failure))) => journal.news(News::Warned(failure)).await,
            },
        }
    }
}

/// Why a run did not fully succeed: the commonest failure, or no answers.
fn final_failure(spec: &RepeatSpec, last: &RepeatReading, ledger: &RunLedger) -> Option<Failure> {
    use crate::text::quantity::grouped;
    use crate::wire::Class;
    let (whom, over) = (target_text(spec), grouped(last.tally.finished_count()));
    if let Some((class, count)) = last.tally.commonest_failure() {
        let all = grouped(last.tally.failed_in_all());
        let most = if count < last.tally.failed_in_all() { ", most of them" } else { "" };
        let message = format!("{all} of {over} failed{most}: {}", class.name().replace('_', " "));
        // TCP's explanation does not hold for datagrams.
        let datagrams = class == Class::Refused && matches!(spec.what, RepeatKind::Echo(_));
        let reason = if datagrams { Some(FailureReason::DatagramsRefused) } else { ledger.reason_of(class) };
        return Some(Failure::new(class, FailedOperation::Repeat, whom, message).with_reason(reason));
    }
    let fail = |class, message| Some(Failure::new(class, FailedOperation::Repeat, whom, message));
    if last.tally.done == 0 && last.tally.lost > 0 {
        let failure = fail(Class::IdleTimeout, format!("none of {over} datagrams was answered"));
        return failure.map(|failure| failure.with_reason(Some(FailureReason::DatagramsUnanswered)));
    }
    // A run without a number of its own is over with its time, if anything was done at all.
    match spec.count {
        Some(count) if last.tally.finished_count() < count => {
            fail(Class::CutShort, format!("{over} of {} were done when --for ended the run", grouped(count)))
        }
        None if last.tally.finished_count() == 0 && last.in_flight > 0 => {
            fail(Class::CutShort, "none was done when --for ended the run".to_owned())
        }
        Some(_) | None => None,
    }
}

fn target_text(spec: &RepeatSpec) -> String {
    match &spec.what {
        RepeatKind::Connect(tcp) => tcp.target.to_string(),
        RepeatKind::Echo(echo) => echo.udp.target.to_string(),
        RepeatKind::Http(http) => http.url.clone(),
    }
}
