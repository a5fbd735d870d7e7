//! Paths as people type them: `~` and `~user`, which only a shell expands.

use std::path::{Path, PathBuf};

use crate::sessions::spec::ScriptStep;
use crate::sessions::spec::http::{BodySpec, HttpSpec, PartValue};
use crate::sessions::{Spec, SpecKind};
use crate::text::sanitize::quoted;
use crate::wire::unix::UnixAddress;

/// The path with `~` or `~user` at its start replaced by the home directory. A path without one is not changed.
///
/// # Errors
/// Fails if there is no such user, or no home directory.
pub fn expand_home(path: &Path) -> Result<PathBuf, String> {
    let mut parts = path.components();
    let Some(first) = parts.next().map(|part| part.as_os_str().to_owned()) else { return Ok(path.to_owned()) };
    let Some(user) = first.to_str().and_then(|first| first.strip_prefix('~')) else { return Ok(path.to_owned()) };
    let home = if user.is_empty() { own_home() } else { home_of(user) };
    let home = home.ok_or_else(|| match user {
        "" => "~ is not known: there is no home directory; accepted: the whole path".to_owned(),
        user => format!(
            "{} is not known: there is no such user; accepted: the whole path, or ./~…",
            quoted(&format!("~{user}"))
        ),
    })?;
    let rest = parts.as_path();
    Ok(if rest.as_os_str().is_empty() { home } else { home.join(rest) })
}

fn own_home() -> Option<PathBuf> {
    let named = std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(own_home_of_system)
}

#[cfg(unix)]
fn own_home_of_system() -> Option<PathBuf> {
    Some(nix::unistd::User::from_uid(nix::unistd::getuid()).ok()??.dir)
}

#[cfg(unix)]
fn home_of(user: &str) -> Option<PathBuf> {
    Some(nix::unistd::User::from_name(user).ok()??.dir)
}

#[cfg(not(unix))]
fn own_home_of_system() -> Option<PathBuf> {
    std::env::var_os("USERPROFILE").map(PathBuf::from)
}

#[cfg(not(unix))]
fn home_of(_user: &str) -> Option<PathBuf> {
    None
}

/// Expands the paths of the files that a session sends, and of its Unix socket. One whose home is not known stays as it
/// is, and fails when it is opened.
pub fn expand_paths(spec: &mut Spec) {
    for step in &mut spec.script.steps {
        if let ScriptStep::SendFile(path) = step {
            expand(path);
        }
    }
    match &mut spec.what {
        SpecKind::Unix(unix) => expand_socket(&mut unix.target),
        SpecKind::UnixListen(listen) => expand_socket(&mut listen.local),
        SpecKind::Http(http) => expand_http(http),
        _ => {}
    }
}

/// The same, of a request.
pub fn expand_http(http: &mut HttpSpec) {
    http.unix.iter_mut().for_each(expand_socket);
    match &mut http.body {
        BodySpec::File(path) => expand(path),
        BodySpec::Multipart(parts) => {
            for part in parts {
                if let PartValue::File(path) = &mut part.value {
                    expand(path);
                }
            }
        }
        BodySpec::None | BodySpec::Bytes(_) => {}
    }
}

fn expand(path: &mut PathBuf) {
    if let Ok(expanded) = expand_home(path) {
        *path = expanded;
    }
}

fn expand_socket(address: &mut UnixAddress) {
    if let UnixAddress::Path(bytes) = address
        && let Ok(Some(expanded)) = std::str::from_utf8(bytes).map(|path| expand_home(Path::new(path)).ok())
        && let Some(path) = expanded.to_str()
    {
        *bytes = path.as_bytes().into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_a_home_and_no_folder_of_that_name() {
        let home = own_home().expect("tests run with a home");
        assert_eq!(expand_home(Path::new("~/a b")), Ok(home.join("a b")));
        assert_eq!(expand_home(Path::new("~")), Ok(home));
        assert_eq!(expand_home(Path::new("~root/x")), Ok(PathBuf::from("/root/x")));
        assert_eq!(expand_home(Path::new("a/~/b")), Ok(PathBuf::from("a/~/b")));
        assert_eq!(expand_home(Path::new("")), Ok(PathBuf::new()));
        assert!(expand_home(Path::new("~nobodyofthisname/x")).unwrap_err().contains("there is no such user"));
    }
    #[cfg(unix)]
    #[test]
    fn a_socket_file_is_in_the_home_and_an_abstract_name_has_none() {
        use crate::sessions::spec::UnixSpec;
        use crate::wire::unix::UnixForm;

        let address = |text: &str| UnixAddress::parse(text).unwrap().unwrap();
        let home = own_home().unwrap();
        let expected = format!("unix:{}", home.join("x.sock").display());
        for (typed, expanded) in [("unix:~/x.sock", expected.as_str()), ("unix:@~/x", "unix:@~/x")] {
            let mut spec = Spec::new(SpecKind::Unix(UnixSpec::new(address(typed), UnixForm::Stream)));
            expand_paths(&mut spec);
            let SpecKind::Unix(unix) = spec.what else { panic!("{typed}") };
            assert_eq!(unix.target, address(expanded));
        }
    }
}
