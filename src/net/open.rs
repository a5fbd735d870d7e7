//! Opens a session: starts the task that its spec requires.

use super::hub::Net;
use super::{dns, http, listen, repeat, tcp, udp};
use crate::sessions::{SessionId, Spec, SpecKind};

impl Net {
    /// Opens a session. Its number is returned at once; its readings report everything else.
    pub fn open(&self, spec: Spec) -> SessionId {
        let post = self.task_context(spec.retain);
        let id = post.journal.id;
        let Spec { what, script, capture, .. } = spec;
        match what {
            SpecKind::Tcp(tcp) => self.spawn(id, tcp::run(tcp, script, capture, post)),
            SpecKind::Udp(udp) => self.spawn(id, udp::run(udp, script, post)),
            SpecKind::UdpBound(bound) => self.spawn(id, udp::run_bound(bound, script, post)),
            SpecKind::Listen(listen) => self.spawn(id, listen::run(listen, script, capture, post)),
            SpecKind::Http(http) => self.spawn(id, http::run(http, post)),
            SpecKind::Repeat(repeat) => self.spawn(id, repeat::run(*repeat, post)),
            SpecKind::Dns(question) => self.spawn(id, dns::run(question, post)),
            SpecKind::Accepted(_) => {}
        }
        id
    }
}
