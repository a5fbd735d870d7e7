//! The loop without a screen: standard input, sessions, standard output, time and signals, each waiting for its own
//! reason only.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use tokio::runtime::Handle;

use super::conversation::{Act, Conversation};
use super::input::{Stdin, pump};
use super::output::{Gone, Output, Written};
use super::press::Press;
use super::signals::Signals;
use super::{Manner, complain};
use crate::net::{Net, Overflow};
use crate::sessions::{How, News, Order, Reading, Record, SessionId, Spec};
use crate::wire::Class;

/// What was sampled and not yet rendered. Bounded by what the sessions keep: nothing is sampled while it holds
/// anything.
pub(crate) type Pending = VecDeque<(SessionId, Record)>;

/// How long closing may take before it is asked for again, more urgently; and then until the program ends all the same.
/// While standard output takes what was said before, however slowly, this time does not begin.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How standard output shows what happens.
pub(crate) trait Format {
    /// Which one it is.
    const MANNER: Manner;

    /// What happens with bytes while standard output is busy.
    const OVERFLOW: Overflow;

    /// Whether name servers are asked by us too, beside the system's resolver.
    fn asks_beside(&self) -> bool;

    /// Changes what a session is asked to be before it is opened.
    fn prepare(&self, spec: &mut Spec);

    /// A session was opened by the command line.
    fn opened(&mut self, id: SessionId, spec: &Spec);

    /// A session's gauges, before its records.
    fn measured(&mut self, reading: &Reading);

    /// Whether it has something to write that is no record.
    fn waiting(&self) -> bool {
        false
    }

    /// Whether rendering what comes next takes so long that it is done beside the loop.
    fn is_heavy(&self, _pending: &Pending) -> bool {
        false
    }

    /// Takes one or more records off the queue: what they are on standard output. May be nothing.
    fn render(&mut self, pending: &mut Pending) -> Bytes;
}

/// The times of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// Stop after this long.
    pub(crate) run_for: Option<Duration>,
    /// How often the kernel's gauges are looked at.
    pub(crate) kernel_every: Option<Duration>,
    /// The program's start, from which all counts.
    pub(crate) started: Instant,
}

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Running,
    Asked,
    Urged,
}

/// Runs a session, and those that it accepts, to their end: the exit code.
///
/// # Errors
/// The system gives no signals or threads, or standard output cannot be written.
pub(crate) async fn drive<F: Format + Send + 'static>(
    mut spec: Spec,
    mut format: F,
    times: Times,
) -> anyhow::Result<u8> {
    let Times { run_for, kernel_every, started } = times;
    let mut signals = Signals::listen().context("signals cannot be listened for")?;
    let mut output = Output::start().context("standard output cannot be had")?;
    let net = Net::new(Handle::current(), F::OVERFLOW);
    if F::MANNER == Manner::Raw
        && let Some(outlet) = Output::outlet()
    {
        net.pour_into(outlet);
    }
    net.ask_beside(format.asks_beside());
    format.prepare(&mut spec);
    let mut talk = Conversation::new(&spec, F::MANNER, Stdin::of(&spec, F::MANNER)).looking(kernel_every);
    let id = net.open(spec.clone());
    format.opened(id, &spec);

    let mut acts = talk.opened(id, &spec);
    let mut press = Press::new(format);
    let mut talking = tokio::task::JoinSet::new();
    let mut stage = Stage::Running;
    let mut stopped_by = None;
    let mut deadline = run_for.map(|run_for| tokio::time::Instant::from(started + run_for));
    let mut reader_gone = false;
    let mut taken = 0;
    loop {
        for act in acts.drain(..) {
            match act {
                Act::Order(order) => send_order(&net, order),
                Act::Speak { id, datagrams } => {
                    talking.spawn(pump(net.clone(), id, datagrams, F::MANNER));
                }
                // Told where it was learned, in its place among the records.
                Act::Tell(_) => {}
            }
        }
        if press.is_idle() && talk.done() {
            break;
        }
        tokio::select! {
            biased;
            code = signals.next() => {
                stopped_by = Some(code);
                if stage != Stage::Running {
                    break;
                }
                (stage, deadline) = stop(&net, &mut talk);
            }
            () = until(deadline), if deadline.is_some() => {
                let before = std::mem::replace(&mut taken, output.taken());
                match stage {
                    Stage::Running => (stage, deadline) = stop(&net, &mut talk),
                    _ if before != taken => deadline = Some(tokio::time::Instant::now() + PATIENCE),
                    Stage::Asked => {
                        let (_, later) = stop(&net, &mut talk);
                        (stage, deadline) = (Stage::Urged, later);
                    }
                    Stage::Urged => break,
                }
            },
            Some(ended) = talking.join_next() => {
                match ended {
                    Ok(None) => {}
                    Ok(Some(why)) => complain(&why),
                    Err(broken) => complain(&format!("standard input is not sent any more: {broken}")),
                }
                acts = talk.stdin_ended();
            }
            block = next_block(&mut output, &mut press), if !press.is_idle() => match block {
                Ok(block) if block.is_empty() => {}
                Ok(block) => output.put(block),
                Err(Gone) => {
                    reader_gone = true;
                    break;
                }
            },
            () = net.changed(), if press.is_idle() => {
                if let Some((format, pending)) = press.here() {
                    for reading in net.sample() {
                        acts.extend(take(reading, &mut talk, format, pending));
                    }
                }
            }
        }
    }
    talking.abort_all();
    let patience =
        if stage == Stage::Running && !reader_gone { Duration::from_secs(u64::from(u32::MAX)) } else { PATIENCE };
    let written = tokio::select! {
        biased;
        written = output.finish(patience) => written,
        code = signals.next() => { stopped_by = Some(code); Ok(Written::All) }
    };
    match written {
        Err(error) => {
            complain(&format!("write standard output: {error}"));
            Ok(Class::Local.exit_code())
        }
        Ok(Written::ReaderGone) => Ok(stopped_by.unwrap_or(0)),
        Ok(Written::Stalled) => {
            complain("standard output is not read any more: the rest is lost");
            Ok(stopped_by.unwrap_or_else(|| talk.exit_code()))
        }
        Ok(Written::All) => Ok(stopped_by.unwrap_or_else(|| talk.exit_code())),
    }
}

/// Waits for room, and then for what fills it. Cancel-safe.
async fn next_block<F: Format + Send + 'static>(output: &mut Output, press: &mut Press<F>) -> Result<Bytes, Gone> {
    output.ready().await?;
    Ok(press.next().await)
}

/// Takes in a reading: what is to be done about it, in order.
fn take(reading: Reading, talk: &mut Conversation, format: &mut impl Format, pending: &mut Pending) -> Vec<Act> {
    format.measured(&reading);
    let id = reading.id;
    let mut acts = Vec::new();
    for mut record in reading.records {
        if let Record::News { news, .. } = &mut record {
            tracing::debug!(session = id.0, ?news);
            if let News::Closed { how: how @ How::Local, .. } = news
                && talk.was_failed_here(id)
            {
                *how = How::Error;
            }
        }
        let learned = talk.learn(id, &record);
        let at = match &record {
            Record::News { at, .. } => Some(*at),
            Record::Block(_) | Record::NotKept { .. } => None,
        };
        pending.push_back((id, record));
        for act in learned {
            match (act, at) {
                (Act::Tell(news), Some(at)) => pending.push_back((id, Record::News { at, news })),
                (act, _) => acts.push(act),
            }
        }
    }
    acts
}

/// Asks all sessions to close, and says until when that is waited for.
fn stop(net: &Net, talk: &mut Conversation) -> (Stage, Option<tokio::time::Instant>) {
    for order in talk.stop() {
        send_order(net, order);
    }
    (Stage::Asked, Some(tokio::time::Instant::now() + PATIENCE))
}

/// Gives an order without holding up the loop: it waits beside it while the session is busy.
fn send_order(net: &Net, order: Order) {
    let Err(refused) = net.perform(order) else { return };
    let net = net.clone();
    tokio::spawn(async move {
        // A session that is over needs no order any more.
        net.perform_waiting(refused.order).await.unwrap_or_default();
    });
}

async fn until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
