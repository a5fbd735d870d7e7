//! The sending half: one order is one datagram, a file is many.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use super::datagram::{as_the_socket_takes_it, most_payload};
use super::fault;
use super::talk::{Ending, Talk};
use crate::wire::record::Piece;
use crate::wire::spec::{Script, Step};
use crate::wire::{Block, Class, Direction, Failure, News};

/// 1,400 octets of a file go into one datagram: with all headers it passes every usual link unfragmented.
pub(super) const FILE_DATAGRAM_BYTES: usize = 1_400;

/// How many datagrams of a file are read at a time and become one block.
const FILE_DATAGRAMS: usize = 64;

/// How often a datagram is tried again that met an old error of the socket: the kernel reports an ICMP error
/// at the next call, whatever that call is, and does not send then (udp(7)).
const MOST_TRIES: usize = 16;

/// What the sending half is asked to do, in order.
#[derive(Debug)]
pub(super) enum Job {
    /// One datagram, to the address or to whom it goes by itself.
    Datagram(Option<SocketAddr>, Bytes),
    /// A file, in datagrams of [`FILE_DATAGRAM_BYTES`].
    File(PathBuf),
    /// Nothing more comes.
    Close,
}

/// The script's steps as jobs. UDP has no FIN: after a script's finish nothing more of it is sent.
pub(super) fn jobs_of(script: Script) -> VecDeque<Job> {
    let until_finish = script.steps.into_iter().map_while(|step| match step {
        Step::Send(bytes) => Some(Job::Datagram(None, bytes)),
        Step::SendFile(path) => Some(Job::File(path)),
        Step::Finish => None,
    });
    until_finish.collect()
}

impl Talk {
    /// Does the script, as soon as there is somebody to send to, and the jobs; ends with [`Job::Close`].
    pub(super) async fn send_all(&self, mut script: VecDeque<Job>, mut jobs: mpsc::Receiver<Job>) -> Ending {
        loop {
            while self.addressee().is_some()
                && let Some(job) = script.pop_front()
            {
                self.do_job(job).await;
            }
            tokio::select! {
                job = jobs.recv() => match job {
                    Some(Job::Close) | None => return Ending::Local,
                    Some(job) => self.do_job(job).await,
                },
                () = self.heard_somebody(), if !script.is_empty() => {}
            }
        }
    }

    async fn do_job(&self, job: Job) {
        let done = match job {
            Job::Datagram(to, bytes) => self.send_one(to, bytes).await,
            Job::File(path) => self.send_file(&path).await,
            Job::Close => Ok(()),
        };
        if let Err(failure) = done {
            self.journal.news(News::Warned(failure)).await;
        }
    }

    async fn send_one(&self, to: Option<SocketAddr>, bytes: Bytes) -> Result<(), Failure> {
        let to = self.whom(to)?;
        self.put(to, &bytes).await?;
        let block = match self.peer {
            Some(_) => Block::single(Direction::Sent, Instant::now(), bytes),
            None => {
                let len = bytes.len();
                Block::datagram(Direction::Sent, Instant::now(), bytes, to, len)
            }
        };
        self.journal.block(block).await;
        Ok(())
    }

    async fn send_file(&self, path: &Path) -> Result<(), Failure> {
        let unread = |error: io::Error| fault::failure("read", path.display(), &error);
        let to = self.whom(None)?;
        let mut file = tokio::fs::File::open(path).await.map_err(unread)?;
        let mut sent_bytes = 0;
        loop {
            let mut rest = read_full(&mut file, FILE_DATAGRAMS * FILE_DATAGRAM_BYTES).await.map_err(unread)?;
            let last = rest.len() < FILE_DATAGRAMS * FILE_DATAGRAM_BYTES;
            while !rest.is_empty() {
                let begun = Instant::now();
                let mut pieces = self.put_what_goes_at_once(to, &rest, begun);
                if pieces.is_empty() {
                    let first = rest.slice(..rest.len().min(FILE_DATAGRAM_BYTES));
                    self.put(to, &first).await.map_err(|mut failure| {
                        let so_far = format!("; {sent_bytes} octets of {} were sent before", path.display());
                        failure.message.push_str(&so_far);
                        failure
                    })?;
                    pieces.push(piece(first.len(), begun));
                }
                // Counted before the next wait: a reset in the middle of a file leaves no octet uncounted.
                let taken = pieces.iter().map(|piece| piece.len as usize).sum();
                sent_bytes += taken as u64;
                self.journal.block(self.file_block(to, begun, rest.split_to(taken), pieces)).await;
            }
            if last {
                break;
            }
            // A file to a fast link never waits: the other halves of the session get their turn here.
            tokio::task::yield_now().await;
        }
        self.journal.news(News::FileSent { path: path.to_owned(), bytes: sent_bytes }).await;
        Ok(())
    }

    /// Sends a chunk datagram by datagram, up to the first one that meets an error or has to wait.
    fn put_what_goes_at_once(&self, to: SocketAddr, chunk: &Bytes, begun: Instant) -> Vec<Piece> {
        let taken = chunk.chunks(FILE_DATAGRAM_BYTES).take_while(|payload| self.try_put(to, payload).is_ok());
        let pieces: Vec<Piece> = taken.map(|payload| piece(payload.len(), begun)).collect();
        if !pieces.is_empty() {
            self.active();
        }
        pieces
    }

    fn file_block(&self, to: SocketAddr, at: Instant, bytes: Bytes, pieces: Vec<Piece>) -> Block {
        let peers: Box<[SocketAddr]> = if self.peer.is_some() { Box::default() } else { Box::new([to]) };
        Block { direction: Direction::Sent, at, bytes, pieces: pieces.into(), peers }
    }

    /// Whom a datagram goes to.
    fn whom(&self, to: Option<SocketAddr>) -> Result<SocketAddr, Failure> {
        match (self.peer, to) {
            (Some(peer), Some(to)) if to != peer => Err(Failure::new(
                Class::Local,
                "send",
                to.to_string(),
                format!("this conversation is with {peer} alone: open a bound UDP socket to talk with several"),
            )),
            (Some(peer), _) => Ok(peer),
            (None, Some(to)) => Ok(to),
            (None, None) => self.addressee().ok_or_else(|| {
                let message = "nobody was heard yet, so there is no peer to send to: name one, or wait for one";
                Failure::new(Class::Local, "send", self.local.to_string(), message)
            }),
        }
    }

    /// Hands one datagram to the kernel, and waits while the kernel has no room for it.
    async fn put(&self, to: SocketAddr, payload: &[u8]) -> Result<(), Failure> {
        let most = most_payload(to);
        if payload.len() > most {
            let family = if most == 65_507 { "IPv4" } else { "IPv6" };
            let (len, most) = (grouped(payload.len()), grouped(most));
            let message = format!("datagram of {len} octets: at most {most} fit in one {family} datagram");
            let mut failure = Failure::new(Class::Local, "send", to.to_string(), message);
            failure.os_code = Some(libc::EMSGSIZE);
            return Err(failure);
        }
        let mut tries = 0;
        let mut waits = 0;
        loop {
            let Err(error) = self.try_put(to, payload) else {
                self.active();
                return Ok(());
            };
            if error.kind() == io::ErrorKind::WouldBlock {
                self.room(waits).await.map_err(|error| fault::failure("send", to, &error))?;
                waits += 1;
                continue;
            }
            let told = self.tell_errors().await;
            tries += 1;
            let old = told > 0 || error.kind() == io::ErrorKind::ConnectionRefused;
            if !old || tries == MOST_TRIES {
                return Err(fault::failure("send", to, &error));
            }
        }
    }

    fn try_put(&self, to: SocketAddr, payload: &[u8]) -> io::Result<usize> {
        match self.peer {
            Some(_) => self.socket.try_send(payload),
            None => self.socket.try_send_to(payload, as_the_socket_takes_it(to, self.local.is_ipv6())),
        }
    }

    /// Waits until the kernel has room. After an ICMP error the runtime takes the socket for writable for ever
    /// (EPOLLERR), so from the second wait on a millisecond passes: never a busy loop.
    async fn room(&self, waits: usize) -> io::Result<()> {
        if waits > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.socket.writable().await
    }
}

/// A datagram that was sent just now, in a block that begun then.
fn piece(len: usize, begun: Instant) -> Piece {
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    let after_us = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
    Piece { len, after_us, full_len: len, peer: 0 }
}

/// Reads `most` octets, or fewer at the file's end only.
async fn read_full(file: &mut tokio::fs::File, most: usize) -> io::Result<Bytes> {
    let mut chunk = Vec::with_capacity(most);
    file.take(most as u64).read_to_end(&mut chunk).await?;
    Ok(chunk.into())
}

/// A number as people read it: `65,507`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([7, 999, 70_000, 1_234_567].map(grouped), ["7", "999", "70,000", "1,234,567"]);
    }

    #[test]
    fn a_script_sends_nothing_after_its_finish() {
        let send = || Step::Send(Bytes::from_static(b"a"));
        assert_eq!(jobs_of(Script { steps: vec![send(), Step::Finish, send()] }).len(), 1);
    }
}
