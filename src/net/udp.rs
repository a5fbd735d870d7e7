//! stub
pub(crate) async fn run(_spec: crate::wire::spec::UdpSpec, _script: crate::wire::spec::Script, _post: super::Post) {}
pub(crate) async fn run_bound(
    _spec: crate::wire::spec::UdpBoundSpec,
    _script: crate::wire::spec::Script,
    _post: super::Post,
) {
}
