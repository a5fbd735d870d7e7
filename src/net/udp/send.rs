//! The sending half: one order is one datagram; a file is one, or is cut into datagrams of a requested size.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use super::mmsg::{self, MessageBatch};
use super::receive::{as_the_socket_takes_it, most_payload};
use super::shared::{SharedSocket, UdpEnding, lock};
use crate::net::fault;
use crate::sessions::record::Piece;
use crate::sessions::spec::{DatagramBurst, MOST_DATAGRAM, Script, ScriptStep, longer_than_datagram};
use crate::sessions::{Block, News};
use crate::text::quantity;
use crate::wire::errno;
use crate::wire::{Class, Direction, FailedOperation, Failure};

/// How many datagrams of a file are read at a time and form one block.
const FILE_DATAGRAMS: usize = 64;

/// How many bytes of them, unless a single datagram has more.
const FILE_BYTES: usize = 256 * 1024;

/// How often a datagram is retried after an earlier error of the socket: the kernel reports an ICMP error at the next
/// call, whatever that call is, and that call sends nothing (udp(7)).
const MOST_TRIES: usize = 16;

/// 64: the most datagrams that the kernel splits one message into (`UDP_MAX_SEGMENTS`; newer kernels allow more).
pub(super) const MOST_CUT: usize = 64;

/// The errors of a kernel that cannot split a message for this route: no offload (`EIO`), datagrams larger than the
/// route's packets (`EMSGSIZE`, `EINVAL`), an old kernel (`EINVAL`).
pub(super) const CANNOT_CUT: [i32; 4] = [errno::EIO, errno::EMSGSIZE, errno::EINVAL, errno::EOPNOTSUPP];

/// A job of the sending half; jobs are done in order.
#[derive(Debug)]
pub(super) enum SendJob {
    /// One datagram, to this address or to the default destination.
    Datagram(Option<SocketAddr>, Bytes),
    /// A file, as one datagram or cut into several.
    File(PathBuf),
    /// A burst; it ends when the stop counter differs from this number.
    Burst(DatagramBurst, u64),
    /// A probe of the path MTU; it ends when the stop counter differs from this number.
    ProbeMtu(u64),
    /// No more jobs follow.
    Close,
}

impl SendJob {
    /// The bytes that it is to send, 0 for a file or a burst; `None`: it sends no payload of the user's.
    pub(super) fn payload_len(&self) -> Option<usize> {
        match self {
            SendJob::Datagram(_, bytes) => Some(bytes.len()),
            SendJob::File(_) => Some(0),
            SendJob::Burst(..) | SendJob::ProbeMtu(_) | SendJob::Close => None,
        }
    }
}

/// The script's steps as jobs. UDP has no FIN: steps after a finish are not sent.
pub(super) fn jobs_of(script: Script) -> VecDeque<SendJob> {
    let until_finish = script.steps.into_iter().map_while(|step| match step {
        ScriptStep::Send(bytes) => Some(SendJob::Datagram(None, bytes)),
        ScriptStep::SendFile(path) => Some(SendJob::File(path)),
        ScriptStep::Burst(burst) => Some(SendJob::Burst(burst, 0)),
        ScriptStep::ProbeMtu => Some(SendJob::ProbeMtu(0)),
        ScriptStep::Finish => None,
    });
    until_finish.collect()
}

impl SharedSocket {
    /// Runs the script as soon as there is a peer to send to, then the jobs; ends with [`SendJob::Close`].
    pub(super) async fn send_all(
        &self,
        script: &mut VecDeque<SendJob>,
        jobs: &mut mpsc::Receiver<SendJob>,
    ) -> UdpEnding {
        loop {
            while self.default_destination().is_some()
                && let Some(job) = script.pop_front()
            {
                self.do_job(job).await;
            }
            tokio::select! {
                job = jobs.recv() => match job {
                    Some(SendJob::Close) | None => return UdpEnding::Local,
                    Some(job) => self.do_job(job).await,
                },
                () = self.first_datagram(), if !script.is_empty() => {}
            }
        }
    }

    async fn do_job(&self, job: SendJob) {
        *lock(&self.sending) = job.payload_len();
        let done = match job {
            SendJob::Datagram(to, bytes) => self.send_one(to, bytes).await,
            SendJob::File(path) => self.send_file(&path).await,
            SendJob::Burst(burst, stops) => self.send_burst(&burst, stops).await,
            SendJob::ProbeMtu(stops) => self.probe_mtu(stops).await,
            SendJob::Close => Ok(()),
        };
        *lock(&self.sending) = None;
        if let Err(failure) = done {
            self.journal.news(News::Warned(failure)).await;
        }
    }

    async fn send_one(&self, to: Option<SocketAddr>, bytes: Bytes) -> Result<(), Failure> {
        let to = self.destination(to)?;
        let len = bytes.len();
        check_size(to, len)?;
        self.send_batch(to, &bytes, len, &mut false).await?;
        *lock(&self.sending) = None;
        self.record_sent(to, Instant::now(), bytes, 1, len).await;
        Ok(())
    }

    async fn send_file(&self, path: &Path) -> Result<(), Failure> {
        let name = path.display();
        let unread = |error: io::Error| fault::from_io(FailedOperation::Read, name.to_string(), &error);
        let to = self.destination(None)?;
        let mut file = tokio::fs::File::open(path).await.map_err(unread)?;
        let about = file.metadata().await.map_err(unread)?;
        let length = about.is_file().then_some(about.len());
        let size = self.limits.datagram_size.map(|size| usize::from(size.get()));
        // One byte more than a datagram has shows that the file is longer.
        let segment = size.unwrap_or(MOST_DATAGRAM + 1);
        let part = size.map_or(segment, |size| size * (FILE_BYTES / size).clamp(1, FILE_DATAGRAMS));
        let _sending = self.journal.begin_sending(length);
        let mut sent_bytes = 0;
        let mut cut = true;
        loop {
            let mut rest = read_full(&mut file, part).await.map_err(unread)?;
            if size.is_none() && rest.len() > MOST_DATAGRAM {
                return Err(file_too_long(&name.to_string(), length));
            }
            let last = rest.len() < part;
            while !rest.is_empty() {
                let taken = self.send_batch(to, &rest, segment, &mut cut).await.map_err(|mut failure| {
                    let so_far = format!("; {sent_bytes} bytes of {name} were sent before");
                    failure.message.push_str(&so_far);
                    failure
                })?;
                let bytes = rest.split_to(rest.len().min(taken * segment));
                sent_bytes += bytes.len() as u64;
                self.record_sent(to, Instant::now(), bytes, taken, segment).await;
            }
            if last {
                break;
            }
            // Sending a file on a fast link never waits, so the other halves of the session get their turn here.
            tokio::task::yield_now().await;
        }
        self.journal.news(News::FileSent { path: path.to_owned(), bytes: sent_bytes }).await;
        Ok(())
    }

    /// Counts and reports what the kernel accepted: `count` datagrams of `segment` bytes; the last may have fewer.
    /// Nothing is lost if this future is dropped while it waits.
    pub(super) async fn record_sent(&self, to: SocketAddr, at: Instant, bytes: Bytes, count: usize, segment: usize) {
        let short = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let piece = |place: usize| {
            let len = short(segment.min(bytes.len() - (place * segment).min(bytes.len())));
            Piece { len, after_us: 0, full_len: len, peer: 0, packet: 0 }
        };
        let pieces = (0..count).map(piece).collect();
        let peers: Box<[SocketAddr]> = if self.peer().is_some() { Box::default() } else { Box::new([to]) };
        // Before any await: an ICMP message may already be on its way.
        lock(&self.sent).record(to, at, bytes.clone(), count, segment);
        let (direction, packets) = (Direction::Sent, Box::default());
        self.journal.block(Block { direction, at, bytes, pieces, peers, packets, first: 0 }).await;
    }

    /// The address that a datagram goes to.
    pub(super) fn destination(&self, to: Option<SocketAddr>) -> Result<SocketAddr, Failure> {
        match (self.peer(), to) {
            (Some(peer), Some(to)) if to != peer => Err(Failure::new(
                Class::Local,
                FailedOperation::Send,
                to.to_string(),
                format!("this conversation is with {peer} alone: open a bound UDP socket to talk with several"),
            )),
            (Some(peer), _) => Ok(peer),
            (None, Some(to)) => Ok(to),
            (None, None) => self.default_destination().ok_or_else(|| {
                let message = "no peer yet: name one, or wait for a datagram";
                Failure::new(Class::Local, FailedOperation::Send, self.local.to_string(), message)
            }),
        }
    }

    /// Sends datagrams of `segment` bytes (the last may have fewer): as many as the kernel accepts at once, after
    /// waiting until it accepts the first. Returns how many it accepted. No bytes at all are one empty datagram.
    ///
    /// `cut` is whether several go to the kernel as one message that it splits; set to false if that is not possible on
    /// the route to this peer. Cancel-safe: it returns as soon as any were accepted.
    pub(super) async fn send_batch(
        &self,
        to: SocketAddr,
        bytes: &[u8],
        segment: usize,
        cut: &mut bool,
    ) -> Result<usize, Failure> {
        let addressee = self.peer().is_none().then(|| as_the_socket_takes_it(to, self.local.is_ipv6()));
        let mut tries = 0;
        let mut waits = 0;
        loop {
            let together = if *cut { (most_payload(to) / segment.max(1)).clamp(1, MOST_CUT) } else { 1 };
            let train = MessageBatch { bytes, segment, message: segment * together };
            let error = match mmsg::send(&self.socket, addressee, train) {
                Ok(messages) => {
                    self.mark_activity();
                    return Ok((messages * together).min(bytes.len().div_ceil(segment.max(1))).max(1));
                }
                Err(error) => error,
            };
            if error.kind() == io::ErrorKind::WouldBlock {
                self.wait_for_room(waits)
                    .await
                    .map_err(|error| fault::from_io(FailedOperation::Send, to.to_string(), &error))?;
                waits += 1;
                continue;
            }
            if together > 1 && CANNOT_CUT.contains(&error.raw_os_error().unwrap_or_default()) {
                *cut = false;
                continue;
            }
            let told = self.report_errors().await;
            tries += 1;
            let old = told > 0 || error.kind() == io::ErrorKind::ConnectionRefused;
            if !old || tries == MOST_TRIES {
                return Err(fault::from_io(FailedOperation::Send, to.to_string(), &error));
            }
        }
    }

    /// Waits until the kernel has room. After an ICMP error the runtime always reports the socket as writable
    /// (EPOLLERR), so from the second wait on it sleeps a millisecond: never a busy loop.
    async fn wait_for_room(&self, waits: usize) -> io::Result<()> {
        if waits > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.socket.writable().await
    }
}

/// Refuses a payload that is too large for a datagram to this address.
pub(super) fn check_size(to: SocketAddr, len: usize) -> Result<(), Failure> {
    let most = most_payload(to);
    if len <= most {
        return Ok(());
    }
    let family = if most == 65_507 { "IPv4" } else { "IPv6" };
    let (len, most) = (quantity::grouped(len as u64), quantity::grouped(most as u64));
    let message = format!("datagram of {len} bytes: at most {most} fit in one {family} datagram");
    let failure = Failure::new(Class::Local, FailedOperation::Send, to.to_string(), message);
    Err(Failure { os_code: Some(errno::EMSGSIZE), ..failure })
}

/// Refuses a file that is longer than one datagram, where nothing says how to cut it; nothing of it was sent.
fn file_too_long(name: &str, length: Option<u64>) -> Failure {
    let length = length.map_or_else(|| "more than 65,507".to_owned(), quantity::grouped);
    let too_long = longer_than_datagram(&length, MOST_DATAGRAM);
    let message = format!("not sent: it has {too_long}; --datagram-size N cuts it into datagrams");
    let failure = Failure::new(Class::Local, FailedOperation::Send, name, message);
    Failure { os_code: Some(errno::EMSGSIZE), ..failure }
}

/// Reads `most` bytes; fewer only at the file's end.
async fn read_full(file: &mut tokio::fs::File, most: usize) -> io::Result<Bytes> {
    let mut chunk = Vec::with_capacity(most);
    file.take(most as u64).read_to_end(&mut chunk).await?;
    Ok(chunk.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::ScriptStep;

    #[test]
    fn a_script_sends_nothing_after_its_finish() {
        let send = || ScriptStep::Send(Bytes::from_static(b"a"));
        assert_eq!(jobs_of(Script { steps: vec![send(), ScriptStep::Finish, send()] }).len(), 1);
    }
}
