//! News of our own system calls.

use std::io;
use std::time::Duration;

use crate::sessions::News;
use crate::sessions::news::TcpNews;
use crate::sessions::news::call::{CallResult, SocketCall};
use crate::wire::errno::errno_name;

/// The news of a call: what it returned, and how long it took.
pub(crate) fn call_news(name: SocketCall, args: String, result: Result<i64, &io::Error>, took: Duration) -> News {
    let result = match result {
        Ok(value) => CallResult::Returned(value),
        Err(error) => {
            let errno = error.raw_os_error().unwrap_or(0);
            let name = errno_name(errno).unwrap_or_default();
            CallResult::Failed { errno, name }
        }
    };
    News::Tcp(TcpNews::Call { name, args, result, took })
}
