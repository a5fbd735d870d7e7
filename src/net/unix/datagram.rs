//! Datagrams of the Unix domain: a conversation with one socket, or a bound socket that hears anybody.
//!
//! They are not UDP: nothing is lost on the way, their order is kept, and a full queue makes the sender wait. It reads
//! meanwhile: two that fill each other's queue would wait for ever.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::net::{RecvFlags, SocketAddrUnix};
use tokio::io::Interest;
use tokio::net::UnixDatagram;

use super::address;
use super::connect::may_pass;
use super::datagram_socket::{self, OpenedDatagrams, connect, sender_address};
use super::sample_clock::SampleClock;
use super::socket_file::{SocketFile, report_file_end};
use crate::net::blocking::run_blocking;
use crate::net::dialling::{ConnectAttempt, connect_with_retries, report_not_open};
use crate::net::hub::TaskContext;
use crate::net::optional_sleep::sleep_until_some;
use crate::net::{fault, kernel, option, order_queue, stream};
use crate::sessions::news::UnixNews;
use crate::sessions::order::{OrderRefuser, SocketVerb};
use crate::sessions::spec::{MOST_UNIX_DATAGRAM, Script, ScriptStep, SocketSpec, UnixListenSpec, UnixSpec};
use crate::sessions::{Block, CloseReason, News, Verb};
use crate::wire::option::{OptionScope, SocketKind};
use crate::wire::unix::UnixAddress;
use crate::wire::{Class, Direction, FailedOperation, Failure, FailureReason};

/// Asks for a datagram's whole length, also if it does not fit (recv(2), MSG_TRUNC).
#[cfg(target_os = "linux")]
const WHOLE_LENGTH: RecvFlags = RecvFlags::TRUNC;
/// Nothing: this system tells only how much of a datagram fitted.
#[cfg(not(target_os = "linux"))]
const WHOLE_LENGTH: RecvFlags = RecvFlags::empty();

/// How many datagrams are received before orders get their turn.
const TURN: usize = 16;

/// How long to wait for the peer's queue to have room, where the kernel does not wake us.
const FULL_PAUSE: Duration = Duration::from_millis(5);

/// A conversation with one socket: its task.
pub(super) async fn run(
    mut spec: UnixSpec,
    script: Script,
    mut context: TaskContext,
    mut urgent: order_queue::OrderReceiver,
) {
    let opened = match connect_with_retries(&mut DatagramDial(&mut spec), &context, &mut urgent).await {
        Ok(opened) => opened,
        Err(end) => return report_not_open(end, &spec.target.to_string(), script, &mut context).await,
    };
    let task = DatagramTask {
        socket: opened,
        peer: Some(spec.target.clone()),
        name: spec.target.to_string(),
        idle_timeout: spec.socket.idle_timeout,
        urgent,
        reading: true,
        buffer: vec![0; MOST_UNIX_DATAGRAM],
        waiting: script.steps.into(),
        sender: None,
        last_moved: Instant::now(),
        samples: SampleClock::new(Instant::now()),
        close_by: None,
    };
    task.run(&mut context).await;
}

/// A bound socket: its task.
pub(super) async fn run_bound(spec: UnixListenSpec, mut context: TaskContext) {
    let urgent = context.net.urgent(context.journal.id);
    let opened = datagram_socket::bind(&spec);
    let (socket, replaced) = match opened {
        Ok(opened) => opened,
        Err(failure) => return context.report_not_opened(failure).await,
    };
    let local = spec.local.clone();
    context.journal.news(News::Unix(UnixNews::Listening { local: local.clone(), replaced })).await;
    option::report_all(&socket.socket, &spec.socket.options, OptionScope::UNIX, &context.journal).await;
    let task = DatagramTask {
        socket,
        peer: None,
        name: local.to_string(),
        idle_timeout: spec.socket.idle_timeout,
        urgent,
        reading: true,
        buffer: vec![0; MOST_UNIX_DATAGRAM],
        waiting: VecDeque::new(),
        sender: None,
        last_moved: Instant::now(),
        samples: SampleClock::new(Instant::now()),
        close_by: None,
    };
    task.run(&mut context).await;
}

/// A conversation of datagrams that is dialled.
struct DatagramDial<'a>(&'a mut UnixSpec);

impl ConnectAttempt for DatagramDial<'_> {
    type Opened = OpenedDatagrams;
    type Socket = UnixDatagram;

    fn socket_spec(&mut self) -> &mut SocketSpec {
        &mut self.0.socket
    }

    async fn connect(&self, attempt: u32, context: &TaskContext) -> Result<OpenedDatagrams, Failure> {
        connect(self.0, attempt, &context.journal).await
    }

    fn is_retryable(failure: &Failure) -> bool {
        may_pass(failure)
    }

    fn option_socket(opened: &OpenedDatagrams) -> (&UnixDatagram, OptionScope) {
        (&opened.socket, OptionScope::UNIX)
    }
}

/// An open socket of datagrams.
struct DatagramTask {
    socket: OpenedDatagrams,
    /// The one peer; `None`: anybody.
    peer: Option<UnixAddress>,
    /// The socket's name in failures.
    name: String,
    idle_timeout: Option<Duration>,
    urgent: order_queue::OrderReceiver,
    reading: bool,
    /// Where a datagram is received.
    buffer: Vec<u8>,
    /// What is still to be sent of the script.
    waiting: VecDeque<ScriptStep>,
    /// The sender of the newest datagram.
    sender: Option<UnixAddress>,
    last_moved: Instant,
    samples: SampleClock,
    /// The session is closed: what still waits for room then is given up.
    close_by: Option<Instant>,
}

/// Why a datagram was not sent.
enum UnsentDatagram {
    /// The session was closed while the peer's queue was full.
    Closed(Failure),
    /// Nothing could be received any more while the peer's queue was full.
    NotReceiving(Failure),
    /// Anything else.
    Failed(Failure),
}

impl From<Failure> for UnsentDatagram {
    fn from(failure: Failure) -> Self {
        UnsentDatagram::Failed(failure)
    }
}

impl DatagramTask {
    async fn run(mut self, context: &mut TaskContext) {
        let end = self.serve(context).await;
        if self.samples.due(true).is_some() {
            self.sample(Instant::now(), context);
        }
        let unsent = stream::count_unsent(self.waiting, &mut context.orders);
        stream::report_unsent(&context.journal, &self.name, unsent).await;
        let OpenedDatagrams { socket, file } = self.socket;
        drop(socket);
        if let Some(path) = file.as_deref().map(SocketFile::address) {
            report_file_end(file, path, &context.journal).await;
        }
        context.journal.report_end(end).await;
    }

    /// Runs until the session is closed, or fails.
    async fn serve(&mut self, context: &mut TaskContext) -> Result<CloseReason, Failure> {
        loop {
            while let Some(step) = self.waiting.pop_front() {
                let verb = match step {
                    ScriptStep::Send(bytes) => Verb::Send(bytes),
                    ScriptStep::SendFile(path) => Verb::SendFile(path),
                    // Nothing tells the peer that no more comes.
                    ScriptStep::Finish | ScriptStep::Burst(_) | ScriptStep::ProbeMtu => continue,
                };
                if let Some(reason) = self.order(Some(verb), context).await? {
                    return Ok(reason);
                }
            }
            if self.close_by.is_some() {
                // Sends that were ordered before the close are carried out.
                context.orders.close();
                while let Some(verb) = context.orders.recv().await {
                    if let Some(reason) = self.order(Some(verb), context).await? {
                        return Ok(reason);
                    }
                }
                return Ok(CloseReason::Local);
            }
            self.sample_if_due(context);
            let sample_at = self.samples.due(self.reading).map(tokio::time::Instant::from);
            let quiet_at = self.idle_timeout.map(|limit| tokio::time::Instant::from(self.last_moved + limit));
            tokio::select! {
                biased;
                verb = self.urgent.recv() => match verb {
                    None | Some(Verb::Close | Verb::Reset) => if self.closes_at_once(verb.as_ref()) {
                        return Ok(CloseReason::Local);
                    },
                    Some(verb) => self.order_at_once(verb, context).await,
                },
                verb = context.orders.recv() => {
                    if let Some(reason) = self.order(verb, context).await? {
                        return Ok(reason);
                    }
                }
                ready = self.socket.socket.readable(), if self.reading => self.receive(ready, context).await?,
                () = sleep_until_some(sample_at) => {}
                () = sleep_until_some(quiet_at) => {
                    if self.last_moved.elapsed() >= self.idle_timeout.unwrap_or(Duration::MAX) && self.reading {
                        let limit = self.idle_timeout.unwrap_or_default();
                        return Err(fault::nothing_moved(&self.name, limit));
                    }
                    self.last_moved = Instant::now();
                }
            }
        }
    }

    /// The session is closed: a first close lets its sends go on for some time, a second one or a reset does not.
    fn closes_at_once(&mut self, verb: Option<&Verb>) -> bool {
        let before = self.close_by.replace(Instant::now() + stream::MOST_CLOSING);
        before.is_some() || matches!(verb, None | Some(Verb::Reset))
    }

    fn fault(&self, operation: FailedOperation, error: &io::Error) -> Failure {
        fault::from_unix(operation, &self.name, error, false)
    }

    /// Carries out an order; returns why the session is closed, if it is.
    async fn order(&mut self, verb: Option<Verb>, context: &TaskContext) -> Result<Option<CloseReason>, Failure> {
        match verb {
            None | Some(Verb::Close | Verb::Reset) => return Ok(Some(CloseReason::Local)),
            Some(Verb::Send(bytes)) => {
                if let Err(unsent) = self.send(bytes, context).await {
                    return self.after_unsent(unsent, context).await;
                }
            }
            Some(Verb::SendFile(path)) => {
                let name = path.display().to_string();
                match run_blocking(move || read_datagram(&path).map(|bytes| (path, bytes))).await {
                    Ok((path, bytes)) => {
                        let length = bytes.len() as u64;
                        match self.send(bytes, context).await {
                            Ok(()) => context.journal.news(News::FileSent { path, bytes: length }).await,
                            Err(unsent) => return self.after_unsent(unsent, context).await,
                        }
                    }
                    Err(error) => {
                        let failure = fault::from_unix(FailedOperation::Read, name, &error, false);
                        context.journal.news(News::Warned(failure)).await;
                    }
                }
            }
            Some(verb) => self.order_at_once(verb, context).await,
        }
        Ok(None)
    }

    /// Carries out an order for which nothing has to wait.
    async fn order_at_once(&mut self, verb: Verb, context: &TaskContext) {
        match verb {
            Verb::PauseReading => {
                if std::mem::replace(&mut self.reading, false) {
                    context.journal.news(News::ReadingPaused).await;
                }
            }
            Verb::ContinueReading => {
                if !std::mem::replace(&mut self.reading, true) {
                    self.last_moved = Instant::now();
                    context.journal.news(News::ReadingContinued).await;
                }
            }
            Verb::Socket(SocketVerb::SetOption(name, value)) => {
                option::set_and_report(&self.socket.socket, name, value, OptionScope::UNIX, &context.journal).await;
            }
            Verb::Socket(SocketVerb::ReadOptions) => {
                let all = option::all_values_news(&self.socket.socket, SocketKind::Unix, OptionScope::UNIX);
                context.journal.news(all).await;
            }
            Verb::Socket(SocketVerb::SampleEvery(period)) => self.samples.set_period(period, Instant::now()),
            refused @ (Verb::Stream(_) | Verb::Datagram(_) | Verb::Listener(_)) => {
                context.journal.news(News::Warned(refused.refused(OrderRefuser::Unix, &self.name))).await;
            }
            Verb::Send(_) | Verb::SendFile(_) | Verb::Close | Verb::Reset => {
                unreachable!("these wait, or end the session")
            }
        }
    }

    /// A conversation whose one peer is gone is over; a bound socket, and one datagram that was too long, are not.
    async fn after_unsent(
        &self,
        unsent: UnsentDatagram,
        context: &TaskContext,
    ) -> Result<Option<CloseReason>, Failure> {
        let failure = match unsent {
            UnsentDatagram::Failed(failure) => failure,
            UnsentDatagram::Closed(failure) => {
                context.journal.news(News::Warned(failure)).await;
                return Ok(Some(CloseReason::Local));
            }
            UnsentDatagram::NotReceiving(failure) => return Err(failure),
        };
        let gone = matches!(failure.class, Class::Refused | Class::Reset);
        if gone && self.peer.is_some() {
            return Err(failure);
        }
        let reason = failure.reason.filter(|reason| reason.means_not_sent()).unwrap_or(FailureReason::NotSent);
        context.journal.news(News::Warned(failure.with_reason(reason))).await;
        Ok(None)
    }

    /// Sends one datagram: to the one peer, or to the sender of the newest one.
    async fn send(&mut self, bytes: Bytes, context: &TaskContext) -> Result<(), UnsentDatagram> {
        let to = match (&self.peer, &self.sender) {
            (Some(_), _) => None,
            (None, Some(UnixAddress::Unnamed)) => {
                let why = "not sent: the last sender has no name, and cannot be answered";
                return Err(Failure::new(Class::Usage, FailedOperation::Send, &self.name, why).into());
            }
            (None, Some(sender)) => Some(sender.clone()),
            (None, None) => {
                let why = "not sent: nobody has sent anything yet, so there is nobody to answer";
                return Err(Failure::new(Class::Usage, FailedOperation::Send, &self.name, why).into());
            }
        };
        let place = to.as_ref().map(address::to_system).transpose();
        let place = place.map_err(|error| self.fault(FailedOperation::Send, &error))?;
        loop {
            let socket = socket2::SockRef::from(&self.socket.socket);
            let sent = match &place {
                Some(place) => socket.send_to(&bytes, place),
                None => socket.send(&bytes),
            };
            let at = Instant::now();
            match sent {
                Ok(_) => {
                    self.last_moved = at;
                    self.samples.mark_activity();
                    context.journal.block(Block::single_piece(Direction::Sent, at, bytes)).await;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The peer's queue is full (net.unix.max_dgram_qlen), or our buffer: the datagram is not lost, it waits.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let waited = self.wait_for_room(context).await;
                    if matches!(waited, Err(UnsentDatagram::NotReceiving(_))) {
                        self.waiting.push_front(ScriptStep::Send(bytes));
                        return waited;
                    }
                    waited?;
                }
                Err(error) => return Err(self.fault(FailedOperation::Send, &error).into()),
            }
        }
    }

    /// Waits while the peer's queue is full; reads, and carries out orders that do not wait.
    async fn wait_for_room(&mut self, context: &TaskContext) -> Result<(), UnsentDatagram> {
        self.samples.mark_activity();
        self.sample_if_due(context);
        let mut is_given_up = false;
        tokio::select! {
            biased;
            verb = self.urgent.recv() => match verb {
                None | Some(Verb::Close | Verb::Reset) => is_given_up = self.closes_at_once(verb.as_ref()),
                Some(verb) => self.order_at_once(verb, context).await,
            },
            ready = self.socket.socket.readable(), if self.reading => {
                self.receive(ready, context).await.map_err(UnsentDatagram::NotReceiving)?;
            }
            () = tokio::time::sleep(FULL_PAUSE) => {}
        }
        if is_given_up || self.close_by.is_some_and(|by| by <= Instant::now()) {
            let why = "not sent: the peer's queue is full, and the session is closed";
            let failure = Failure::new(Class::Local, FailedOperation::Send, &self.name, why);
            return Err(UnsentDatagram::Closed(failure.with_reason(FailureReason::NotSent)));
        }
        Ok(())
    }

    /// Receives what has arrived, if the socket is `ready`. A failure ends the session.
    async fn receive(&mut self, ready: io::Result<()>, context: &TaskContext) -> Result<(), Failure> {
        ready.map_err(|error| self.fault(FailedOperation::Receive, &error))?;
        for _ in 0..TURN {
            let (socket, buffer) = (&self.socket.socket, &mut self.buffer);
            let read = || Ok(rustix::net::recvfrom(socket, &mut *buffer, WHOLE_LENGTH)?);
            match socket.try_io(Interest::READABLE, read) {
                Ok((kept, length, from)) => {
                    let at = Instant::now();
                    self.last_moved = at;
                    let sender = from.and_then(|from| SocketAddrUnix::try_from(from).ok());
                    let sender = sender.map_or(UnixAddress::Unnamed, |from| sender_address(&from));
                    if self.peer.is_none() && self.sender.as_ref() != Some(&sender) {
                        self.sender = Some(sender.clone());
                        context.journal.news(News::Unix(UnixNews::Sender { peer: sender })).await;
                    }
                    let bytes = Bytes::copy_from_slice(buffer.get(..kept).unwrap_or_default());
                    let mut block = Block::single_piece(Direction::Received, at, bytes);
                    block.pieces[0].full_len = u32::try_from(length).unwrap_or(u32::MAX);
                    context.journal.block(block).await;
                    self.samples.mark_activity();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(FailedOperation::Receive, &error)),
            }
        }
        Ok(())
    }

    fn sample_if_due(&mut self, context: &TaskContext) {
        let now = Instant::now();
        if self.samples.due(self.reading).is_some_and(|due| due <= now) {
            self.sample(now, context);
        }
    }

    fn sample(&mut self, now: Instant, context: &TaskContext) {
        self.samples.on_sample(now);
        context.journal.kernel(kernel::sample_unix(&self.socket.socket));
    }
}

/// A file that is sent as one datagram.
fn read_datagram(path: &Path) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MOST_UNIX_DATAGRAM as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST_UNIX_DATAGRAM {
        return Err(io::Error::from_raw_os_error(libc::EMSGSIZE));
    }
    Ok(bytes.into())
}
