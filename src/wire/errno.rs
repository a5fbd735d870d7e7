//! The numbers and names of the errors of system calls. They differ from system to system.

/// Unix: the C library's.
#[cfg(unix)]
mod system {
    pub use libc::{
        EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, ECONNABORTED, ECONNREFUSED, ECONNRESET, EHOSTDOWN,
        EHOSTUNREACH, EINPROGRESS, EINVAL, EIO, EISDIR, EMFILE, EMSGSIZE, ENETDOWN, ENETUNREACH, ENFILE, ENOBUFS,
        ENODEV, ENOENT, ENOMEM, ENOPROTOOPT, ENOSPC, ENOTCONN, EOPNOTSUPP, EPERM, EPIPE, EPROTO, ETIMEDOUT,
    };

    /// "This host is not on the network", where the system has that error.
    #[cfg(target_os = "linux")]
    pub use libc::ENONET;
    /// An error that this system does not have.
    #[cfg(not(target_os = "linux"))]
    pub const ENONET: i32 = i32::MIN;

    pub(super) fn name(code: i32) -> Option<String> {
        match nix::errno::Errno::from_raw(code) {
            nix::errno::Errno::UnknownErrno => None,
            known => Some(format!("{known:?}")),
        }
    }

    pub(super) fn number(name: &str) -> Option<i32> {
        (1..=200).find(|code| self::name(*code).as_deref() == Some(name))
    }
}

/// Windows: the numbers of Windows Sockets, and of the system where those have none.
///
/// <https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2>
#[cfg(windows)]
mod system {
    macro_rules! numbers {
        ($($name:ident = $number:expr;)*) => {
            $(#[expect(missing_docs, reason = "the names are the documentation: they are POSIX's")]
            pub const $name: i32 = $number;)*

            const ALL: &[(&str, i32)] = &[$((stringify!($name), $name)),*];
        };
    }

    numbers! {
        EACCES = 10013;
        EADDRINUSE = 10048;
        EADDRNOTAVAIL = 10049;
        EAFNOSUPPORT = 10047;
        ECONNABORTED = 10053;
        ECONNREFUSED = 10061;
        ECONNRESET = 10054;
        EHOSTDOWN = 10064;
        EHOSTUNREACH = 10065;
        EINVAL = 10022;
        EMFILE = 10024;
        EMSGSIZE = 10040;
        ENETDOWN = 10050;
        ENETUNREACH = 10051;
        ENOBUFS = 10055;
        ENOPROTOOPT = 10042;
        ENOTCONN = 10057;
        EOPNOTSUPP = 10045;
        EPIPE = 10058;
        ETIMEDOUT = 10060;
        // Of the system itself: ERROR_FILE_NOT_FOUND, ERROR_NOT_ENOUGH_MEMORY, ERROR_DISK_FULL.
        ENOENT = 2;
        ENOMEM = 8;
        ENOSPC = 112;
        // A connect() that does not wait is told so by WSAEWOULDBLOCK.
        EINPROGRESS = 10035;
        // Errors that this system does not have.
        EIO = i32::MIN;
        EISDIR = i32::MIN + 1;
        ENFILE = i32::MIN + 2;
        ENODEV = i32::MIN + 3;
        ENONET = i32::MIN + 4;
        EPERM = i32::MIN + 5;
        EPROTO = i32::MIN + 6;
    }

    pub(super) fn name(code: i32) -> Option<String> {
        let (name, _) = ALL.iter().find(|(_, number)| *number == code)?;
        Some(if code >= 10_000 { format!("WSA{name}") } else { (*name).to_owned() })
    }

    pub(super) fn number(name: &str) -> Option<i32> {
        ALL.iter().find(|(known, number)| *known == name && *number > 0).map(|(_, number)| *number)
    }
}

pub use system::*;

/// The name of an error of this system, such as `ECONNREFUSED` (on Windows `WSAECONNREFUSED`); `None` if unknown.
#[must_use]
pub fn errno_name(code: i32) -> Option<String> {
    system::name(code)
}

/// The number of the error with this POSIX name; `None` if this system has no such error.
#[must_use]
pub fn errno_of_name(name: &str) -> Option<i32> {
    system::number(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_name_lead_to_each_other() {
        for (number, name) in [(ECONNREFUSED, "ECONNREFUSED"), (EMSGSIZE, "EMSGSIZE"), (ENOENT, "ENOENT")] {
            assert_eq!(errno_of_name(name), Some(number));
            assert!(errno_name(number).is_some_and(|told| told.ends_with(name)));
        }
        assert_eq!((errno_of_name("ENOSUCHERROR"), errno_name(-1), errno_name(i32::MAX)), (None, None, None));
    }
}
