//! X.509 certificates (RFC 5280), read for display. Nothing is verified here.

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::{ExtendedKeyUsage, GeneralName, ParsedExtension};
use x509_parser::nom;
use x509_parser::oid_registry::OID_KEY_TYPE_EC_PUBLIC_KEY;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::certificate_words::{curve, key_name, key_usages, signature_name};
use super::distinguished_name::{hex, name_text};
use crate::text::latin1::utf8_or_latin1;

/// How many names of a certificate are kept; further ones are counted.
pub const MOST_SUBJECT_NAMES: usize = 100;

/// How many bytes of one text are kept, about: a longer one ends in `…`.
const MOST_TEXT: usize = 1024;

/// How many unreadable parts and unknown purposes are listed.
const MOST_LISTED: usize = 16;

const NO_CERTIFICATE: &str = "its bytes are no certificate in DER";

/// What a certificate says. Its texts are whatever the peer sent: control characters stay in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateView {
    /// The version of the format: 1, 2 or 3.
    pub version: u32,
    /// The serial number in hex, its bytes separated by colons.
    pub serial: String,
    /// Whose certificate it is.
    pub subject: String,
    /// Who signed it, as it says.
    pub issuer: String,
    /// Whether subject and issuer are the same.
    pub is_self_issued: bool,
    /// The names that it is for (subjectAltName): DNS names and addresses as they are, others with their kind before
    /// them; at most [`MOST_SUBJECT_NAMES`].
    pub names: Vec<String>,
    /// How many names are not kept.
    pub names_left_out: usize,
    /// It holds from then; `None`: no time that can be shown.
    pub not_before: Option<Timestamp>,
    /// It holds until then.
    pub not_after: Option<Timestamp>,
    /// Its public key.
    pub key: PublicKeyView,
    /// How the issuer signed it.
    pub signature_algorithm: String,
    /// Whether its key may sign certificates (basicConstraints).
    pub is_ca: bool,
    /// How many authorities may follow below it.
    pub path_length: Option<u32>,
    /// What the key may be used for (keyUsage); empty: it does not say.
    pub key_usage: Vec<&'static str>,
    /// The purposes of the certificate (extKeyUsage); empty: it does not say.
    pub purposes: Vec<String>,
    /// How many signed timestamps of transparency logs stand in it (RFC 6962 §3.3); `None`: it has no such list.
    pub embedded_scts: Option<usize>,
    /// The parts that cannot be read, in words; the rest holds.
    pub faults: Vec<String>,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyView {
    /// `RSA`, `EC P-256`, `Ed25519`, …
    pub algorithm: String,
    /// Its size in bits.
    pub bits: Option<u32>,
}

impl PublicKeyView {
    /// `RSA 2,048 bits`, `EC P-256`: the size where the name does not say it.
    pub fn text(&self) -> String {
        match self.bits {
            Some(bits) if self.algorithm.starts_with("RSA") || self.algorithm == "DSA" => {
                format!("{}, {bits} bits", self.algorithm)
            }
            _ => self.algorithm.clone(),
        }
    }
}

impl CertificateView {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// Fails, with the reason as text, if it is none, or if a part that every certificate has cannot be read.
    pub fn read(der: &[u8]) -> Result<CertificateView, String> {
        // A certificate is a SEQUENCE.
        if der.first() != Some(&0x30) {
            return Err(NO_CERTIFICATE.to_owned());
        }
        let (behind, read) = X509Certificate::from_der(der).map_err(|error| fault_text(&error))?;
        let mut faults = Vec::new();
        if !behind.is_empty() {
            faults.push(format!("{} bytes follow behind its end", behind.len()));
        }
        let mut view = CertificateView {
            version: read.version().0.saturating_add(1),
            serial: serial_text(read.raw_serial()),
            subject: name_text(read.subject(), MOST_TEXT),
            issuer: name_text(read.issuer(), MOST_TEXT),
            is_self_issued: read.subject().as_raw() == read.issuer().as_raw(),
            names: Vec::new(),
            names_left_out: 0,
            not_before: timestamp(read.validity().not_before),
            not_after: timestamp(read.validity().not_after),
            key: public_key(read.public_key()),
            signature_algorithm: cut(signature_name(&read.signature_algorithm.algorithm.to_id_string())),
            is_ca: false,
            path_length: None,
            key_usage: Vec::new(),
            purposes: Vec::new(),
            embedded_scts: None,
            faults,
        };
        for extension in read.extensions() {
            view.add_extension(extension.parsed_extension(), &extension.oid.to_id_string());
        }
        Ok(view)
    }

    /// The last part of the subject that names somebody: its common name, else the whole subject.
    pub fn common_name(&self) -> &str {
        let part = self.subject.rsplit(", ").find_map(|part| part.strip_prefix("CN="));
        part.unwrap_or(&self.subject)
    }

    fn add_extension(&mut self, extension: &ParsedExtension<'_>, oid: &str) {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => {
                let room = MOST_SUBJECT_NAMES.saturating_sub(self.names.len());
                self.names.extend(names.general_names.iter().take(room).map(subject_name));
                self.names_left_out += names.general_names.len().saturating_sub(room);
            }
            ParsedExtension::BasicConstraints(constraints) => {
                self.is_ca = constraints.ca;
                self.path_length = constraints.path_len_constraint;
            }
            ParsedExtension::KeyUsage(usage) => self.key_usage = key_usages(usage.flags),
            ParsedExtension::ExtendedKeyUsage(usage) => self.purposes = purposes(usage),
            ParsedExtension::SCT(timestamps) => self.embedded_scts = Some(timestamps.len()),
            ParsedExtension::ParseError { .. } if self.faults.len() < MOST_LISTED => {
                self.faults.push(cut(format!("the extension {oid} cannot be read")));
            }
            _ => {}
        }
    }
}

fn public_key(info: &SubjectPublicKeyInfo<'_>) -> PublicKeyView {
    let oid = &info.algorithm.algorithm;
    if *oid == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let named = info.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
        let (name, bits) =
            named.map_or_else(|| ("of a curve without a name".into(), None), |oid| curve(&oid.to_id_string()));
        return PublicKeyView { algorithm: cut(format!("EC {name}")), bits };
    }
    let bits = match info.parsed() {
        Ok(PublicKey::RSA(key)) => modulus_bits(key.modulus),
        Ok(key) => u32::try_from(key.key_size()).ok().filter(|bits| *bits > 0),
        Err(_) => None,
    };
    PublicKeyView { algorithm: cut(key_name(&oid.to_id_string())), bits }
}

/// The length of a number without its leading zeros.
fn modulus_bits(modulus: &[u8]) -> Option<u32> {
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let whole = u32::try_from((modulus.len() - first).checked_mul(8)?).ok()?;
    Some(whole - modulus[first].leading_zeros())
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> Vec<String> {
    let known = [
        (usage.any, "any"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let known = known.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| (*name).to_owned());
    known.chain(usage.other.iter().take(MOST_LISTED).map(|oid| cut(oid.to_id_string()))).collect()
}

/// One name of the certificate.
fn subject_name(name: &GeneralName<'_>) -> String {
    cut(match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
            (Ok(v4), _) => Ipv4Addr::from(v4).to_string(),
            (_, Ok(v6)) => Ipv6Addr::from(v6).to_string(),
            _ => format!("address of {} bytes: {}", bytes.len(), hex(&bytes[..bytes.len().min(32)])),
        },
        GeneralName::RFC822Name(name) => format!("email:{name}"),
        GeneralName::URI(name) => format!("URI:{name}"),
        GeneralName::DirectoryName(name) => format!("name:{}", name_text(name, MOST_TEXT)),
        GeneralName::OtherName(oid, _) => format!("other name of the kind {}", oid.to_id_string()),
        GeneralName::RegisteredID(oid) => format!("ID:{}", oid.to_id_string()),
        GeneralName::X400Address(_) => "an X.400 address".to_owned(),
        GeneralName::EDIPartyName(_) => "an EDI party name".to_owned(),
        GeneralName::Invalid(_, bytes) => {
            format!("unreadable name: {}", utf8_or_latin1(&bytes[..bytes.len().min(MOST_TEXT)]))
        }
    })
}

fn serial_text(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().take(MOST_TEXT / 4).map(|byte| format!("{byte:02x}")).collect();
    let more = if digits.len() < bytes.len() { "…" } else { "" };
    format!("{}{more}", digits.join(":"))
}

fn timestamp(time: ASN1Time) -> Option<Timestamp> {
    Timestamp::from_second(time.timestamp()).ok()
}

/// Cuts a text at [`MOST_TEXT`].
fn cut(mut text: String) -> String {
    if text.len() > MOST_TEXT {
        let end = (0..=MOST_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

fn fault_text(error: &nom::Err<X509Error>) -> String {
    let what = match error {
        nom::Err::Incomplete(_) => return "it ends too early".to_owned(),
        nom::Err::Error(error) | nom::Err::Failure(error) => error,
    };
    let part = match what {
        X509Error::InvalidVersion => "version",
        X509Error::InvalidSerial => "serial number",
        X509Error::InvalidAlgorithmIdentifier => "algorithm",
        X509Error::InvalidX509Name => "subject or issuer",
        X509Error::InvalidDate => "validity",
        X509Error::InvalidSPKI => "public key",
        X509Error::InvalidSubjectUID | X509Error::InvalidIssuerUID => "unique identifier",
        X509Error::InvalidExtensions => "list of extensions",
        X509Error::DuplicateExtensions => return "an extension stands in it twice".to_owned(),
        X509Error::InvalidSignatureValue => "signature",
        _ => return NO_CERTIFICATE.to_owned(),
    };
    format!("its {part} cannot be read")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
    };

    use super::*;

    fn made(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["example.org".into(), "192.0.2.1".into()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 2);
        params.not_after = rcgen::date_time_ymd(2027, 3, 4);
        params.serial_number = Some(rcgen::SerialNumber::from_slice(&[0x0a, 0xff]));
        change(&mut params);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_says_whose_it_is_for_how_long_and_for_what() {
        let view = CertificateView::read(&made(|params| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(DnType::OrganizationName, "Example, Inc.");
            params.distinguished_name.push(DnType::CommonName, "example.org");
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }))
        .unwrap();
        assert_eq!((view.version, view.serial.as_str()), (3, "0a:ff"));
        assert_eq!(view.subject, "O=Example\\, Inc., CN=example.org");
        assert_eq!(
            (view.issuer.as_str(), view.is_self_issued, view.common_name()),
            (view.subject.as_str(), true, "example.org")
        );
        assert_eq!(
            (view.names.as_slice(), view.names_left_out),
            (["example.org".to_owned(), "192.0.2.1".into()].as_slice(), 0)
        );
        assert_eq!(view.not_before.unwrap().to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(view.not_after.unwrap().to_string(), "2027-03-04T00:00:00Z");
        assert_eq!(view.key, PublicKeyView { algorithm: "EC P-256".into(), bits: Some(256) });
        assert_eq!(view.signature_algorithm, "ecdsa-with-SHA256");
        assert_eq!((view.is_ca, view.path_length), (true, Some(1)));
        assert_eq!(
            (view.key_usage, view.purposes),
            (vec!["digitalSignature", "keyCertSign"], vec!["serverAuth".to_owned()])
        );
        assert_eq!((view.embedded_scts, view.faults), (None, Vec::<String>::new()));
    }

    #[test]
    fn names_beyond_the_bound_are_counted() {
        let view = CertificateView::read(&made(|params| {
            let name = |n: usize| SanType::DnsName(format!("h{n}.example.org").try_into().unwrap());
            params.subject_alt_names = (0..250).map(name).collect();
        }))
        .unwrap();
        assert_eq!((view.names.len(), view.names_left_out), (MOST_SUBJECT_NAMES, 150));
    }

    #[test]
    fn long_texts_are_cut() {
        let view = CertificateView::read(&made(|params| {
            params.distinguished_name.push(DnType::CommonName, "ä".repeat(3000));
        }))
        .unwrap();
        assert!(view.subject.ends_with('…') && view.subject.len() < 2 * MOST_TEXT, "{}", view.subject.len());
    }

    #[test]
    fn bytes_that_are_no_certificate_are_said_to_be_none() {
        assert_eq!(CertificateView::read(b"").unwrap_err(), "its bytes are no certificate in DER");
        assert_eq!(CertificateView::read(b"hello").unwrap_err(), "its bytes are no certificate in DER");
        let der = made(|_| {});
        assert!(CertificateView::read(&der[..der.len() / 2]).is_err());
        let longer = [der, vec![0; 7]].concat();
        assert_eq!(CertificateView::read(&longer).unwrap().faults, ["7 bytes follow behind its end"]);
    }

    #[test]
    fn the_size_of_a_modulus_has_no_leading_zeros() {
        assert_eq!(modulus_bits(&[0, 0x80, 0]), Some(16));
        assert_eq!(modulus_bits(&[0x01, 0]), Some(9));
        assert_eq!((modulus_bits(&[0, 0]), modulus_bits(&[])), (None, None));
        let key = PublicKeyView { algorithm: "RSA".into(), bits: Some(1024) };
        assert_eq!(key.text(), "RSA, 1024 bits");
    }

    proptest! {
        #[test]
        fn changed_bytes_are_read_or_refused(place in any::<prop::sample::Index>(), value in any::<u8>(), second in any::<prop::sample::Index>()) {
            let mut der = made(|_| {});
            let (one, two) = (place.index(der.len()), second.index(der.len()));
            der[one] = value;
            der[two] = value.wrapping_add(1);
            drop(CertificateView::read(&der));
        }
    }
}
