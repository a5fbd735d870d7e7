//! stub
pub(crate) async fn run(_spec: crate::wire::spec::TcpSpec, _script: crate::wire::spec::Script, _post: super::Post) {}
