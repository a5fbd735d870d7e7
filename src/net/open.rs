//! Opens a session: starts the task that its spec requires.

use super::hub::Net;
use super::{dns, http, listen, repeat, tcp, udp};
use crate::sessions::{SessionId, Spec, SpecKind};

impl Net {
    /// Opens a session. Its number is returned at once; its readings report everything else.
    pub fn open(&self, spec: Spec) -> SessionId {
        let context = self.task_context(spec.retain);
        let id = context.journal.id;
        let Spec { what, script, capture, answers, .. } = spec;
        match what {
            SpecKind::Tcp(tcp) => self.spawn(id, "tcp", tcp::run(tcp, script, capture, context)),
            SpecKind::Udp(udp) => self.spawn(id, "udp", udp::run(udp, (script, answers), context)),
            SpecKind::UdpBound(bound) => self.spawn(id, "udp", udp::run_bound(bound, (script, answers), context)),
            SpecKind::Listen(listen) => self.spawn(id, "listen", listen::run(listen, script, capture, context)),
            SpecKind::Http(http) => self.spawn(id, "http", http::run(http, context)),
            SpecKind::Repeat(repeat) => self.spawn(id, "repeat", repeat::run(*repeat, context)),
            SpecKind::Dns(question) => self.spawn(id, "dns", dns::run(question, context)),
            SpecKind::Accepted(_) => {}
        }
        id
    }
}
