//! The loop without a screen: it waits for standard input, sessions, standard output, timers and signals, each
//! independently of the others.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use tokio::runtime::Handle;

use super::body_file::BodyFile;
use super::body_filter::BodyFilter;
use super::event;
use super::format::{PendingItems, RecordFormat};
use super::input_shaper::InputPlan;
use super::job::OutputFormat;
use super::policy::{PolicyAction, RunPolicy};
use super::renderer::Renderer;
use super::report;
use super::signals::HeadlessSignals;
use super::stdin::{StdinState, check_length, forward};
use super::stdout::taken::StdoutGone;
use super::stdout::writer::{StdoutWriter, WriteOutcome};
use super::watched::Watched;
use crate::net::optional_sleep::sleep_until_some;
use crate::net::{Net, remove_socket_files};
use crate::sessions::{CloseReason, News, Order, Reading, Record, SessionId, Spec};
use crate::text::secret::SecretDisplay;
use crate::wire::Class;

/// As good as for ever: for a reader that accepts nothing while nothing ends the run.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);

/// How long closing may take before the sessions are ordered to close again; and then, how long until the program ends
/// anyway. The time starts again while standard output still accepts bytes, however slowly.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The times of a run, and how it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunLimits {
    /// Stop after this long.
    pub(crate) run_for: Option<Duration>,
    /// How often the kernel's gauges are sampled.
    pub(crate) kernel_every: Option<Duration>,
    /// The program's start; all times count from it.
    pub(crate) started: Instant,
    /// Which HTTP answers are written.
    pub(crate) filter: BodyFilter,
}

/// How long closing may take after the time of `--for`, while standard output has nothing to write, before the sessions
/// are ordered to close again. What a deaf peer did not take by then is not sent, and the message says so.
const AFTER_TIME: Duration = Duration::from_millis(200);

/// The stage of the shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShutdownStage {
    Running,
    Asked,
    Urged,
}

/// Runs a session, and those that it accepts, to their end. Returns the exit code.
///
/// # Errors
/// Fails if the system provides no signals or threads, or if standard output cannot be written.
pub(crate) async fn run_session<F: RecordFormat + Send + 'static>(
    mut spec: Spec,
    mut format: F,
    limits: RunLimits,
    file: Option<&BodyFile>,
) -> anyhow::Result<u8> {
    let RunLimits { run_for, kernel_every, started, filter } = limits;
    let (stdin, plan) = (StdinState::for_session(&spec, F::MANNER), InputPlan::of(&spec));
    if stdin == StdinState::Pipe
        && let Err((class, why)) = check_length(plan)
    {
        report::problem(&why);
        return Ok(class.exit_code());
    }
    let mut signals = HeadlessSignals::listen().context("signals cannot be listened for")?;
    let name = file.map_or("standard output", |file| &file.name);
    let mut output = match file {
        None => StdoutWriter::start(),
        Some(file) => file.file().and_then(StdoutWriter::to_file),
    }
    .with_context(|| format!("{name} cannot be opened"))?;
    let net = Net::new(Handle::current(), F::OVERFLOW);
    // Spliced reads would be counted too late to end with the last answer.
    if F::MANNER == OutputFormat::Raw
        && spec.answers.is_none()
        && file.is_none()
        && let Some(outlet) = StdoutWriter::splice_sink()
    {
        net.set_splice_sink(outlet);
    }
    net.set_second_opinion(format.wants_second_opinion());
    format.adjust_spec(&mut spec);
    let mut policy = RunPolicy::new(&spec, F::MANNER, stdin).with_kernel_sampling(kernel_every).with_filter(filter);
    let id = net.open(spec.clone());
    let mut watched = Watched::new(F::LEDGERS);
    let mut actions = policy.opened(watched.opened(id, spec));
    let mut renderer = Renderer::new(format);
    let mut talking = tokio::task::JoinSet::new();
    let mut stage = ShutdownStage::Running;
    let mut stopped_by = None;
    let mut deadline = run_for.map(|run_for| tokio::time::Instant::from(started + run_for));
    let mut wake_at = None;
    let mut patience = PATIENCE;
    let mut reader_gone = false;
    let mut taken = 0;
    loop {
        for action in actions.drain(..) {
            match action {
                PolicyAction::Order(order) => send_order(&net, order),
                PolicyAction::Speak(id) => {
                    talking.spawn(forward(net.clone(), id, plan, F::MANNER));
                }
                PolicyAction::WakeAfter(wait) => wake_at = Some(tokio::time::Instant::now() + wait),
                PolicyAction::End => {
                    if stage == ShutdownStage::Running {
                        (stage, deadline) = close_all(&net, &mut policy, &watched);
                    }
                }
                // Already queued by `apply_reading`, in its place among the records.
                PolicyAction::Tell(_) => {}
            }
        }
        if renderer.is_idle() && watched.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            code = signals.next() => {
                stopped_by = Some(code);
                if stage != ShutdownStage::Running {
                    break;
                }
                (stage, deadline) = close_all(&net, &mut policy, &watched);
            }
            () = sleep_until_some(deadline), if deadline.is_some() => {
                let before = std::mem::replace(&mut taken, output.taken_bytes());
                match stage {
                    ShutdownStage::Running => {
                        policy.time_is_up(&watched, super::stdin::input_waits());
                        patience = AFTER_TIME;
                        (stage, _) = close_all(&net, &mut policy, &watched);
                        deadline = deadline_after(patience, &renderer);
                    }
                    // An output that is still read makes no difference to a peer that takes nothing.
                    ShutdownStage::Asked if patience == AFTER_TIME => {
                        patience = PATIENCE;
                        (_, deadline) = close_all(&net, &mut policy, &watched);
                        stage = ShutdownStage::Urged;
                    }
                    _ if before != taken => deadline = Some(tokio::time::Instant::now() + PATIENCE),
                    ShutdownStage::Asked => {
                        (_, deadline) = close_all(&net, &mut policy, &watched);
                        stage = ShutdownStage::Urged;
                    }
                    ShutdownStage::Urged => {
                        for failure in policy.given_up(&watched) {
                            report::failure(&failure);
                        }
                        break;
                    }
                }
            },
            () = sleep_until_some(wake_at), if wake_at.is_some() => {
                wake_at = None;
                actions = policy.wait_is_over(&watched);
            }
            Some(ended) = talking.join_next() => {
                match ended {
                    Ok(None) => {}
                    Ok(Some(why)) => {
                        report::problem(&why);
                        policy.on_stdin_failed(Class::Local);
                    }
                    Err(broken) => {
                        report::problem(&format!("standard input is not sent any more: {broken}"));
                        policy.on_stdin_failed(Class::Internal);
                    }
                }
                actions = policy.stdin_ended(&watched);
            }
            block = next_block(&mut output, &mut renderer) => match block {
                Ok(block) if block.is_empty() => {}
                Ok(block) => output.write(block),
                Err(StdoutGone) => {
                    reader_gone = true;
                    break;
                }
            },
            () = net.changed(), if renderer.is_idle() => {
                if let Some((format, pending)) = renderer.idle() {
                    for reading in net.sample() {
                        actions.extend(apply_reading(reading, &mut watched, &mut policy, format, pending));
                    }
                }
            }
        }
    }
    talking.abort_all();
    remove_socket_files();
    let patience = if stage == ShutdownStage::Running && !reader_gone { FOREVER } else { PATIENCE };
    finish_output((output, name), patience, &mut signals, stopped_by, &policy).await
}

/// When the next stage of the shutdown begins; never early while standard output has something to write.
fn deadline_after<F: RecordFormat + Send + 'static>(
    patience: Duration,
    renderer: &Renderer<F>,
) -> Option<tokio::time::Instant> {
    let wait = if renderer.is_idle() { patience } else { PATIENCE };
    Some(tokio::time::Instant::now() + wait)
}

/// Waits until the output of this name has taken the rest, or takes nothing for `patience`, or a signal comes: the exit
/// code.
async fn finish_output(
    (output, name): (StdoutWriter, &str),
    patience: Duration,
    signals: &mut HeadlessSignals,
    mut stopped_by: Option<u8>,
    policy: &RunPolicy,
) -> anyhow::Result<u8> {
    let written = tokio::select! {
        biased;
        written = output.finish(patience) => written,
        code = signals.next() => { stopped_by = Some(code); Ok(WriteOutcome::All) }
    };
    match written {
        Err(error) => {
            report::problem(&format!("write {name}: {error}"));
            Ok(Class::Local.exit_code())
        }
        Ok(WriteOutcome::ReaderGone) => Ok(stopped_by.unwrap_or(0)),
        Ok(WriteOutcome::Stalled) => {
            report::problem("standard output is not read any more: the rest is lost");
            Ok(stopped_by.unwrap_or_else(|| policy.exit_code()))
        }
        Ok(WriteOutcome::All) => Ok(stopped_by.unwrap_or_else(|| policy.exit_code())),
    }
}

/// Waits until standard output is ready, then for the next block. With nothing to render it waits until standard output
/// has failed: a listener without peers must not go on if nobody can learn of them. Cancel-safe.
async fn next_block<F: RecordFormat + Send + 'static>(
    output: &mut StdoutWriter,
    renderer: &mut Renderer<F>,
) -> Result<Bytes, StdoutGone> {
    if renderer.is_idle() {
        return Err(output.until_failed().await);
    }
    output.ready().await?;
    Ok(renderer.next().await)
}

/// Applies a reading. Returns the resulting actions, in order.
fn apply_reading<F: RecordFormat>(
    reading: Reading,
    watched: &mut Watched,
    policy: &mut RunPolicy,
    format: &mut F,
    pending: &mut PendingItems<F::Item>,
) -> Vec<PolicyAction> {
    let id = reading.id;
    watched.add_accepted(&reading);
    // Nothing is reported of a session after its last news.
    let Some(session) = watched.get(id) else { return Vec::new() };
    format.on_reading(session, &reading);
    watched.apply_measurements(&reading);
    let mut actions = Vec::new();
    // News of the policy itself, in its place among the records.
    let tell = |watched: &mut Watched, pending: &mut PendingItems<F::Item>, at, news| {
        let record = Record::News { at, news };
        watched.on_record(id, &record);
        pending.extend(watched.get(id).map(|session| (id, format.item(session, record))));
    };
    for mut record in reading.records {
        let mut told_at = None;
        let mut is_last = false;
        if let Record::News { at, news } = &mut record {
            log_news(id, news);
            told_at = Some(*at);
            if let News::Closed { how, totals } = news {
                is_last = true;
                if let Some(failure) = watched.get(id).and_then(|session| policy.cut_short(session, *how, totals)) {
                    tell(watched, pending, *at, News::Failed(failure));
                }
                // A failure that the policy decided closed the session by our own order, but the session has still
                // failed.
                if *how == CloseReason::Local && watched.has_failed(id) {
                    *how = CloseReason::Error;
                }
            }
        }
        watched.on_record(id, &record);
        let Some(session) = watched.get(id) else { break };
        let decided = policy.on_record(watched, session, &record);
        pending.push_back((id, format.item(session, record)));
        for action in decided {
            match (action, told_at) {
                (PolicyAction::Tell(news), Some(at)) => tell(watched, pending, at, news),
                (action, _) => actions.push(action),
            }
        }
        if is_last {
            watched.remove(id);
        }
    }
    actions
}

/// Logs news as `--json` tells it; a log always masks secrets.
fn log_news(id: SessionId, news: &News) {
    if tracing::enabled!(tracing::Level::DEBUG) {
        let (event, fields) = event::news::event(news, SecretDisplay::Masked);
        let fields = serde_json::Value::Object(fields);
        tracing::debug!(session = id.0, event, %fields);
    }
}

/// Orders all sessions to close. Returns the next stage, and the time until which it waits for them.
fn close_all(net: &Net, policy: &mut RunPolicy, watched: &Watched) -> (ShutdownStage, Option<tokio::time::Instant>) {
    for order in policy.close_all(watched) {
        send_order(net, order);
    }
    (ShutdownStage::Asked, Some(tokio::time::Instant::now() + PATIENCE))
}

/// Gives an order without blocking the loop: while the session is busy, a separate task waits with the order.
fn send_order(net: &Net, order: Order) {
    let Err(refused) = net.send_order(order) else { return };
    let net = net.clone();
    tokio::spawn(async move {
        // A session that has ended needs no order.
        net.perform_waiting(refused.order).await.unwrap_or_default();
    });
}
