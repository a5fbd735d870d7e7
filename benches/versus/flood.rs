//! Peers at full speed, in threads of the benchmark: plain blocking sockets that count exactly.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

/// What one write offers.
const BLOCK: usize = 256 * 1024;

/// How long a peer may take to connect, or one write or read may stand still.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a peer counted, and how long it took from its accept to the end.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// Payload bytes.
    pub bytes: u64,
    /// From the accept until the other side had taken, or finished, everything.
    pub took: Duration,
}

/// A peer that serves one connection.
#[derive(Debug)]
pub struct Peer {
    /// Where it listens.
    pub address: SocketAddr,
    thread: Option<JoinHandle<anyhow::Result<Moved>>>,
    stop: Arc<AtomicBool>,
}

impl Peer {
    fn serve(
        talk: impl FnOnce(TcpStream, &AtomicBool) -> anyhow::Result<Moved> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || talk(accept(&listener, &told)?, &told));
        Ok(Peer { address, thread: Some(thread), stop })
    }

    /// Sends so many bytes as fast as it can, then FIN, and waits until the other side's kernel has all of it.
    ///
    /// # Errors
    /// No socket to be had.
    pub fn sends(bytes: u64) -> anyhow::Result<Self> {
        Peer::serve(move |stream, stop| send(stream, bytes, stop))
    }

    /// Receives until FIN, then closes.
    ///
    /// # Errors
    /// No socket to be had.
    pub fn receives() -> anyhow::Result<Self> {
        Peer::serve(|stream, _| receive(stream, &[]))
    }

    /// Receives until FIN, then says this and closes.
    ///
    /// # Errors
    /// No socket to be had.
    pub fn answers(with: &'static [u8]) -> anyhow::Result<Self> {
        Peer::serve(|stream, _| receive(stream, with))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// What went wrong in it.
    pub fn join(mut self) -> anyhow::Result<Moved> {
        let thread = self.thread.take().context("a peer is joined once")?;
        thread.join().map_err(|_| anyhow::anyhow!("a peer's thread panicked"))?
    }

    /// Tells it to send no more, and waits for its end.
    ///
    /// # Errors
    /// What went wrong in it.
    pub fn stop(self) -> anyhow::Result<Moved> {
        self.stop.store(true, Ordering::Relaxed);
        self.join()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn accept(listener: &TcpListener, stop: &AtomicBool) -> anyhow::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    let start = Instant::now();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).context("accept"),
        }
        ensure!(start.elapsed() < PATIENCE && !stop.load(Ordering::Relaxed), "nobody connected within {PATIENCE:?}");
        std::thread::sleep(Duration::from_micros(100));
    }
}

fn send(mut stream: TcpStream, bytes: u64, stop: &AtomicBool) -> anyhow::Result<Moved> {
    let start = Instant::now();
    let block = text();
    let mut sent = 0;
    while sent < bytes && !stop.load(Ordering::Relaxed) {
        let now = usize::try_from((bytes - sent).min(block.len() as u64))?;
        stream.write_all(&block[..now]).with_context(|| format!("the receiver went away after {sent} bytes"))?;
        sent += now as u64;
    }
    stream.shutdown(Shutdown::Write)?;
    let finished = Instant::now();
    while unacknowledged(&stream)? > 0 {
        ensure!(finished.elapsed() < PATIENCE, "the receiver stands still");
        std::thread::sleep(Duration::from_micros(50));
    }
    Ok(Moved { bytes: sent, took: start.elapsed() })
}

/// Lines of text, as a transcript would have them.
fn text() -> Vec<u8> {
    let line = b"the quick brown fox jumps over the lazy dog, and 0123456789 times more\n";
    line.iter().copied().cycle().take(BLOCK).collect()
}

/// Bytes, the FIN among them, that the other side's kernel has not acknowledged.
fn unacknowledged(stream: &TcpStream) -> anyhow::Result<i32> {
    let mut bytes: libc::c_int = 0;
    #[expect(unsafe_code, reason = "no crate at hand offers SIOCOUTQ")]
    // SAFETY: SIOCOUTQ (the same number as TIOCOUTQ) writes one int to the pointer, which is valid; the descriptor is
    // borrowed for the call.
    let answer = unsafe { libc::ioctl(stream.as_fd().as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if answer != 0 {
        bail!("SIOCOUTQ: {}", std::io::Error::last_os_error());
    }
    Ok(bytes)
}

fn receive(mut stream: TcpStream, answer: &[u8]) -> anyhow::Result<Moved> {
    let start = Instant::now();
    let mut buffer = vec![0; 1024 * 1024];
    let mut received = 0;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => received += count as u64,
            Err(error) => return Err(error).with_context(|| format!("after {received} bytes")),
        }
    }
    let took = start.elapsed();
    stream.write_all(answer)?;
    Ok(Moved { bytes: received, took })
}
