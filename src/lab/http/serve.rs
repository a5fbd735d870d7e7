//! The loop that accepts HTTP connections, and what holds one.

use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::answers::respond;
use super::broken::RawConnection;
use super::settings::SiteSettings;

/// How many connections are served at once; more wait in the kernel's queue.
const MOST_CONNECTIONS: usize = 128;

/// How long a request's head may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves HTTP/1.1 on this listener until the task is dropped.
///
/// 128 connections are served at once; more wait in the kernel's queue. Request bodies are read up to 1 MiB. A
/// connection that breaks ends by itself; the listener goes on.
pub(in crate::lab) async fn serve(listener: TcpListener, settings: SiteSettings) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(async move {
                    serve_connection(stream, settings).await;
                    drop(place);
                });
            }
            // A peer that went before it was accepted, or no descriptors left: neither ends the server, and
            // the pause keeps the second from burning a core.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, settings: SiteSettings) {
    let Ok(line) = RawConnection::new(&stream) else { return };
    let line = Arc::new(line);
    let service = hyper::service::service_fn(move |request| respond(request, Arc::clone(&line), settings));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // Peers that break off, and the paths that break off themselves, end here: both are what they are for.
    drop(served);
}
