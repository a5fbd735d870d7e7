//! The names of this system's services and interfaces.

use std::io::Read as _;

use crate::sessions::spec::system_names::SystemNames;

/// The services file (`services(5)`), from which `getservbyname()` answers.
const SERVICES: &str = "/etc/services";

/// How much of it is read: 4 MiB; the whole registry of IANA has one.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The services and the interfaces as they are now; the usual services if the system has no list. Blocks while it reads.
pub fn system_names() -> SystemNames {
    let mut text = Vec::new();
    let read = std::fs::File::open(SERVICES).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut text));
    let names = match read {
        Ok(_) => SystemNames::from_services_file(&String::from_utf8_lossy(&text)),
        Err(_) => SystemNames::usual(),
    };
    names.with_interfaces(interfaces())
}

/// The interfaces as they are now: name and index. None if the system does not tell.
#[cfg(not(unix))]
pub fn interfaces() -> Vec<(String, u32)> {
    Vec::new()
}

/// The interfaces as they are now: name and index. None if the system does not tell.
#[cfg(unix)]
pub fn interfaces() -> Vec<(String, u32)> {
    let found = nix::net::if_::if_nameindex();
    let named = |interfaces: nix::net::if_::Interfaces| {
        let all = interfaces.iter().map(|one| (one.name().to_string_lossy().into_owned(), one.index()));
        all.collect()
    };
    found.map_or_else(|_| Vec::new(), named)
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
