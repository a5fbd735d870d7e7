//! stub
pub async fn serve(_l: tokio::net::TcpListener) {}
