//! Certificates that do not hold, each in its own way.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;

use crate::run::{Told, sockeye_with};

/// An authority of our own, and the file by which the program comes to trust it.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(issuer.pem().as_bytes()).unwrap();
        Authority { issuer, file }
    }

    /// A server for `name`, with a certificate that this authority signed.
    pub(crate) fn serve(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> SocketAddr {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                // The client ends the handshake where the certificate does not hold: that is the test.
                while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
                let mut stream = rustls::Stream::new(&mut tls, &mut stream);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").ok();
                stream.conn.send_close_notify();
                stream.flush().ok();
            }
        });
        address
    }

    pub(crate) fn fetch(&self, address: SocketAddr) -> Told {
        self.fetch_with(address, &[])
    }

    fn fetch_with(&self, address: SocketAddr, environment: &[(&str, &str)]) -> Told {
        let trusted = self.file.path().to_str().unwrap();
        let (url, resolve) =
            (format!("https://localhost:{}/", address.port()), format!("localhost:{}:127.0.0.1", address.port()));
        let trust = [("SSL_CERT_FILE", trusted), ("SSL_CERT_DIR", "")];
        sockeye_with(&["http", &url, "--resolve", &resolve], &[&trust, environment].concat())
    }
}

#[track_caller]
fn fails(told: &Told, words: &str) {
    let failed = told.failed("tls", 8);
    let explanation = failed["explanation"].as_str().unwrap_or_default();
    assert!(explanation.contains(words), "{failed}");
    assert!(failed["next"][0].as_str().is_some_and(|next| next.contains("-k")), "{failed}");
    let tls = told.of("tls").next().unwrap();
    assert_eq!((tls["verified"].as_bool(), tls["certificates"][0]["sans"].is_array()), (Some(false), true), "{tls}");
    let (message, error) = (failed["message"].as_str().unwrap(), tls["error"].as_str().unwrap());
    assert!(error.starts_with(message), "{error} does not begin with {message}");
}

#[test]
fn a_certificate_that_holds_is_taken() {
    let authority = Authority::new("ours");
    let told = authority.fetch(authority.serve("localhost", |_| {}));
    assert_eq!(told.code, Some(0), "{told:#?}");
    let tls = told.of("tls").next().unwrap();
    assert_eq!((tls["verified"].as_bool(), tls["sni"].as_str()), (Some(true), Some("localhost")), "{tls}");
    assert_eq!((tls["version"].as_str(), tls.get("error")), (Some("TLS 1.3"), None), "{tls}");
    assert_eq!(tls["certificates"][0]["issuer"], "CN=ours", "{tls}");
}

#[test]
fn a_certificate_for_another_name_is_told_as_that() {
    let authority = Authority::new("ours");
    fails(&authority.fetch(authority.serve("somebody.else", |_| {})), "not for the name that we asked for");
}

#[test]
fn an_expired_certificate_is_told_as_that() {
    let authority = Authority::new("ours");
    let address = authority.serve("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    });
    fails(&authority.fetch(address), "its last day is over");
}

#[test]
fn a_certificate_of_an_unknown_issuer_is_told_as_that() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    fails(&ours.fetch(theirs.serve("localhost", |_| {})), "no authority that this machine trusts");
}

#[test]
fn secrets_are_written_to_the_file_that_the_environment_names() {
    let authority = Authority::new("ours");
    let address = authority.serve("localhost", |_| {});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets");
    let told = authority.fetch_with(address, &[("SSLKEYLOGFILE", path.to_str().unwrap())]);
    assert_eq!(told.code, Some(0), "{told:#?}");
    let lines = std::fs::read_to_string(&path).unwrap();
    for label in ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"] {
        let line = lines.lines().find(|line| line.starts_with(label)).unwrap();
        let lengths: Vec<usize> = line.split(' ').skip(1).map(str::len).collect();
        assert_eq!(lengths, [64, 96], "{line}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let told = authority.fetch_with(address, &[("SSLKEYLOGFILE", folder.path().to_str().unwrap())]);
    let failed = told.failed("local", 11);
    assert!(failed["message"].as_str().is_some_and(|message| message.contains("SSLKEYLOGFILE")), "{failed}");
}
