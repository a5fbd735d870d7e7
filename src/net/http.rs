//! stub
pub(crate) async fn run(_spec: crate::wire::http::HttpSpec, _post: super::Post) {}
