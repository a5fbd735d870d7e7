//! The tasks of sessions of the Unix domain, by the form of their sockets.

use super::{connect, datagram, listen};
use crate::net::hub::TaskContext;
use crate::sessions::spec::{Script, UnixListenSpec, UnixSpec};
use crate::wire::unix::UnixForm;

/// The task of a conversation. The urgent queue is open before this returns, so that no order is lost.
pub(crate) fn run(spec: UnixSpec, script: Script, context: TaskContext) -> impl Future<Output = ()> + Send + 'static {
    let urgent = context.net.urgent(context.journal.id);
    async move {
        match spec.form {
            UnixForm::Stream => connect::run(spec, script, context, urgent).await,
            UnixForm::Datagram => datagram::run(spec, script, context, urgent).await,
        }
    }
}

/// The task of a bound socket.
pub(crate) async fn run_listener(spec: UnixListenSpec, script: Script, context: TaskContext) {
    match spec.form {
        UnixForm::Stream => listen::run(spec, script, context).await,
        UnixForm::Datagram => datagram::run_bound(spec, context).await,
    }
}
