//! The forms in which the page of single agents shows a person.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretSlice};

use crate::model::{KeyedHash, hexadecimal};

/// Bytes of the hash that are shown: 128 bits, enough that no two agents share a hash.
const SHOWN_BYTES: usize = 16;

/// The form in which the page of single agents shows an agent.
#[derive(Debug, Default)]
pub enum Identity {
    /// The page does not exist.
    #[default]
    None,
    /// Trio's id.
    Id,
    /// Keyed hash (HMAC-SHA-256) of contact centre and id: a pseudonym that stays the same until
    /// the key changes.
    Hash(SecretSlice<u8>),
    /// Trio's id and name.
    Name,
}

impl Identity {
    /// Returns true if the page of single agents exists.
    pub fn exists(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Returns true if names of agents are shown.
    pub(super) fn shows_names(&self) -> bool {
        matches!(self, Self::Name)
    }

    /// Returns the form of the label `agent_id`, with the hasher for one encoding.
    pub(in crate::metrics) fn naming(&self) -> Naming {
        match self {
            Self::None | Self::Id | Self::Name => Naming::Plain,
            Self::Hash(key) => Naming::Hashed(Box::new(KeyedHash::new(key.expose_secret()))),
        }
    }
}

/// The form of the label `agent_id`.
pub(in crate::metrics) enum Naming {
    /// Trio's id.
    Plain,
    /// The hash, by a hasher that is made once per encoding.
    Hashed(Box<KeyedHash>),
}

impl Naming {
    /// Returns the label `agent_id` of an agent.
    pub(in crate::metrics) fn agent_id<'a>(
        &self,
        contact_center: &str,
        id: &'a str,
    ) -> Cow<'a, str> {
        match self {
            Self::Plain => Cow::Borrowed(id),
            Self::Hashed(keyed) => {
                // Ids are unique in their contact centre only. The separator keeps contact centre
                // 1, id 23 and contact centre 12, id 3 apart.
                let hash = keyed.hash([contact_center.as_bytes(), b"/", id.as_bytes()]);
                Cow::Owned(hexadecimal(&hash[..SHOWN_BYTES]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(key: &[u8]) -> Identity {
        Identity::Hash(key.to_vec().into())
    }

    #[test]
    fn hash_is_the_hmac_of_contact_center_and_id() {
        // printf '1/4711' | openssl dgst -sha256 -hmac secret
        let id = hash(b"secret").naming().agent_id("1", "4711").into_owned();
        assert_eq!(id, "8e3982feafcd88583c2162138c6ac5e5");
    }

    #[test]
    fn hash_depends_on_key_contact_center_and_id() {
        let naming = hash(b"secret").naming();
        let id = naming.agent_id("1", "4711");
        assert_eq!(id, naming.agent_id("1", "4711"));
        assert_ne!(id, naming.agent_id("2", "4711"));
        assert_ne!(id, naming.agent_id("1", "4712"));
        assert_ne!(id, hash(b"other").naming().agent_id("1", "4711"));
    }

    #[test]
    fn key_is_not_printed() {
        assert_eq!(format!("{:?}", hash(b"secret")), "Hash(SecretBox<[u8]>([REDACTED]))");
    }
}
