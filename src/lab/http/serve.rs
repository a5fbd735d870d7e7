//! The loop that accepts HTTP connections, and the task of each connection.

use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::answers::respond;
use super::broken::RawConnection;
use super::settings::SiteSettings;
use crate::lab::serve::end_alone;

/// The most connections that are served at once; more wait in the kernel's accept queue.
const MOST_CONNECTIONS: usize = 128;

/// The time limit for a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves HTTP/1.1 on this listener until the task is dropped.
///
/// 128 connections are served at once; more wait in the kernel's accept queue. Request bodies are read up to 1 MiB. An
/// error on a connection ends only that connection.
pub(in crate::lab) async fn serve(listener: TcpListener, settings: SiteSettings) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(end_alone(async move {
                    serve_connection(stream, settings).await;
                    drop(place);
                }));
            }
            // Either the peer closed before it was accepted, or no descriptors are left. Neither ends the server; the
            // pause prevents a busy loop in the second case.
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
    // Errors are expected: peers close early, and some paths close the connection on purpose.
    drop(served);
}
