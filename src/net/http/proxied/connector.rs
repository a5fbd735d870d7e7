//! The client library's connections: we resolve their names and observe them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::net::http::dial::HttpDialer;

/// The resolver that reqwest uses.
pub(super) struct ReqwestResolver(pub(super) Arc<HttpDialer>);

impl Resolve for ReqwestResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let dial = Arc::clone(&self.0);
        Box::pin(async move {
            let found = dial.look_up(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Observes every connection that reqwest opens.
#[derive(Clone)]
pub(super) struct WatchLayer(pub(super) Arc<HttpDialer>);

/// A connector that is observed.
#[derive(Clone)]
pub(super) struct WatchedConnector<S> {
    inner: S,
    dial: Arc<HttpDialer>,
}

impl<S> tower_layer::Layer<S> for WatchLayer {
    type Service = WatchedConnector<S>;

    fn layer(&self, inner: S) -> WatchedConnector<S> {
        WatchedConnector { inner, dial: Arc::clone(&self.0) }
    }
}

impl<S, R> tower_service::Service<R> for WatchedConnector<S>
where
    S: tower_service::Service<R>,
    S::Future: Send + 'static,
    S::Response: Connection + Send,
    S::Error: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let dial = Arc::clone(&self.dial);
        let connecting = self.inner.call(request);
        Box::pin(async move {
            dial.on_connect_start().await;
            let connection = connecting.await?;
            let mut extras = http::Extensions::new();
            connection.connected().get_extras(&mut extras);
            if let Some(info) = extras.get::<HttpInfo>() {
                dial.connected(info).await;
            }
            Ok(connection)
        })
    }
}
