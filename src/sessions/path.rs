//! The path to the peer: the lookup of its name, and the route.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::news::{DialNews, News};
use crate::sessions::kinds::dns_compare::ResolverComparison;
use crate::wire::FailedOperation;
use crate::wire::route::Route;

/// What is known about the path to the peer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeerPath {
    /// The last lookup of the name, if there was one.
    pub lookup: Option<NameResolution>,
    /// The name servers' answers, compared with the system's resolver.
    pub compared: Option<ResolverComparison>,
    /// The route of the connection.
    pub route: Option<Route>,
}

/// A lookup by the system's resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameResolution {
    /// The name.
    pub host: String,
    /// When it began.
    pub began: Instant,
    /// Its addresses, and how long it took; `None`: no result yet, or it failed.
    pub found: Option<(Vec<IpAddr>, Duration)>,
    /// Why there is no result, and how long that took; `None`: it is still waited for, or there is one.
    pub failed: Option<(String, Duration)>,
}

impl PeerPath {
    /// Applies a news item about dialling, or about the end of the session; other news change nothing here.
    pub fn on_news(&mut self, news: &News, at: Instant) {
        if let News::Failed(failure) | News::Dial(DialNews::Retrying { because: failure, .. }) = news
            && failure.operation == FailedOperation::Resolve
        {
            self.end_lookup(&failure.message, at);
        }
        if let News::Closed { .. } = news {
            self.end_lookup("given up", at);
        }
        let News::Dial(news) = news else { return };
        match news {
            DialNews::Resolving { host } => {
                self.lookup = Some(NameResolution { host: host.clone(), began: at, found: None, failed: None });
                self.compared = None;
            }
            DialNews::Resolved { addresses, took, .. } => {
                if let Some(lookup) = &mut self.lookup {
                    lookup.found = Some((addresses.clone(), *took));
                }
            }
            DialNews::Compared(compared) => self.compared = Some((**compared).clone()),
            DialNews::Route(route) => self.route = Some((**route).clone()),
            DialNews::Connecting { .. }
            | DialNews::AttemptFailed { .. }
            | DialNews::Connected { .. }
            | DialNews::Opened { .. }
            | DialNews::Retrying { .. } => {}
        }
    }

    /// Ends a lookup that has no result.
    fn end_lookup(&mut self, why: &str, at: Instant) {
        if let Some(lookup) = self.lookup.as_mut().filter(|lookup| lookup.found.is_none() && lookup.failed.is_none()) {
            lookup.failed = Some((why.to_owned(), at.saturating_duration_since(lookup.began)));
        }
    }

    /// The addresses of the last lookup; empty if nothing was looked up.
    pub fn addresses(&self) -> &[IpAddr] {
        let found = self.lookup.as_ref().and_then(|lookup| lookup.found.as_ref());
        found.map_or(&[], |(addresses, _)| addresses)
    }
}
