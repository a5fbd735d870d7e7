//! stub
pub(crate) async fn run(
    _spec: crate::wire::spec::ListenSpec,
    _script: crate::wire::spec::Script,
    _retain: usize,
    _post: super::Post,
) {
}
