//! The names of this system's services and interfaces.

use std::io::Read as _;

use super::system;
use crate::sessions::spec::system_names::{ServicePorts, SystemNames};

/// The services file (`services(5)`), from which `getservbyname()` answers.
const SERVICES: &str = "/etc/services";

/// How much of it is read: 4 MiB; the whole registry of IANA has one.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The services and the interfaces of this system, read when a name is first looked up, which blocks then.
pub fn system_names() -> SystemNames {
    SystemNames::read_with(services, system::interfaces)
}

/// The services as they are now; the usual ones if the system has no list.
fn services() -> ServicePorts {
    let mut text = Vec::new();
    let read = std::fs::File::open(SERVICES).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut text));
    match read {
        Ok(_) => ServicePorts::from_file(&String::from_utf8_lossy(&text)),
        Err(_) => ServicePorts::usual(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_has_its_name_and_its_index() {
        let names = system_names();
        let lo = if cfg!(target_os = "linux") { "lo" } else { "lo0" };
        assert_eq!(names.interface(lo), nix::net::if_::if_nametoindex(lo).ok(), "{names:?}");
    }
}
