//! The fields of a request, in the spelling and order in which they are sent.

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// Header fields in order; a name may repeat. Names are compared without regard to case, and sent as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestFields(Vec<(String, Vec<u8>)>);

impl RequestFields {
    /// The value of the first field of this name.
    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds a field at the end.
    pub(super) fn append(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Adds a field in front of all others.
    pub(super) fn prepend(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.insert(0, (name.to_owned(), value.into()));
    }

    /// Replaces the value of the first field of this name where it stands, or adds the field at the end.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        match self.0.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value.into(),
            None => self.append(name, value),
        }
    }

    /// Removes all fields of this name. Returns whether there was one.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.0.len() < before
    }

    /// All fields, in order.
    pub(super) fn as_slice(&self) -> &[(String, Vec<u8>)] {
        &self.0
    }

    /// The fields for a client library, which writes names in lower case. What it cannot carry was refused before.
    pub(super) fn to_map(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in &self.0 {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
                map.append(name, value);
            }
        }
        map
    }
}
