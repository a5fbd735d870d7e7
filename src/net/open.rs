//! Opens a session: starts the task that its spec requires.

use super::hub::Net;
#[cfg(unix)]
use super::unix;
use super::{dns, http, listen, ports, repeat, tcp, udp};
use crate::sessions::{SessionId, Spec, SpecKind};

impl Net {
    /// Opens a session. Its number is returned at once; its readings report everything else.
    pub fn open(&self, spec: Spec) -> SessionId {
        let Spec { what, script, capture, answers, retain, .. } = spec;
        let context = self.task_context(retain, what.has_datagrams());
        let id = context.journal.id;
        match what {
            SpecKind::Tcp(tcp) => self.spawn(id, "tcp", tcp::run(tcp, script, capture, context)),
            SpecKind::Udp(udp) => self.spawn(id, "udp", udp::run(udp, (script, answers), context)),
            SpecKind::UdpBound(bound) => self.spawn(id, "udp", udp::run_bound(bound, (script, answers), context)),
            SpecKind::Listen(listen) => self.spawn(id, "listen", listen::run(listen, script, capture, context)),
            SpecKind::Http(http) => self.spawn(id, "http", http::run(http, capture, context)),
            SpecKind::Repeat(repeat) => self.spawn(id, "repeat", repeat::run(*repeat, context)),
            SpecKind::Ports(range) => self.spawn(id, "ports", ports::run(range, context)),
            SpecKind::Dns(question) => self.spawn(id, "dns", dns::run(question, context)),
            #[cfg(unix)]
            SpecKind::Unix(conversation) => self.spawn(id, "unix", unix::run(conversation, script, context)),
            #[cfg(unix)]
            SpecKind::UnixListen(listen) => self.spawn(id, "unix", unix::run_listener(listen, script, context)),
            #[cfg(not(unix))]
            SpecKind::Unix(_) | SpecKind::UnixListen(_) => self.spawn(id, "unix", unsupported(context)),
            SpecKind::Accepted(_) | SpecKind::UnixAccepted(_) => {}
        }
        id
    }
}

/// The task of a session that this system has no sockets for.
#[cfg(not(unix))]
async fn unsupported(context: super::hub::TaskContext) {
    use crate::wire::{Class, FailedOperation, Failure};

    let why = "this system has no Unix sockets here";
    context.report_not_opened(Failure::new(Class::Local, FailedOperation::Open, "", why)).await;
}
