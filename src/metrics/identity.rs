//! How much of a person the per-agent series may show.

use std::{borrow::Cow, fmt::Write};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// Bytes of the hash that are shown: enough that no two agents share one.
const SHOWN_BYTES: usize = 16;

/// How agents are named on their surface.
#[derive(Debug, Default)]
pub enum Identity {
    /// Not at all: the surface does not exist.
    #[default]
    None,
    /// By Trio's id.
    Id,
    /// By a keyed hash of contact centre and id, so that a person can be followed but not named.
    Hash(SecretSlice<u8>),
    /// By Trio's id and name.
    Name,
}

impl Identity {
    /// Whether the surface with the per-agent series exists.
    pub fn exists(&self) -> bool {
        !matches!(self, Self::None)
    }

    pub(super) fn shows_names(&self) -> bool {
        matches!(self, Self::Name)
    }

    pub(super) fn naming(&self) -> Naming {
        match self {
            Self::None | Self::Id | Self::Name => Naming::Plain,
            Self::Hash(key) => match Hmac::<Sha256>::new_from_slice(key.expose_secret()) {
                Ok(keyed) => Naming::Hashed(Box::new(keyed)),
                Err(_) => Naming::Withheld,
            },
        }
    }
}

/// What stands in the label `agent_id`.
pub(super) enum Naming {
    Plain,
    /// The key schedule is made once an encoding, not once an agent.
    Hashed(Box<Hmac<Sha256>>),
    /// The key cannot be used; HMAC takes any key, so this does not come about.
    Withheld,
}

impl Naming {
    pub(super) fn agent_id<'a>(&self, contact_center: &str, id: &'a str) -> Cow<'a, str> {
        match self {
            Self::Plain => Cow::Borrowed(id),
            Self::Withheld => Cow::Borrowed(""),
            Self::Hashed(keyed) => {
                let mut hash = (**keyed).clone();
                hash.update(contact_center.as_bytes());
                hash.update(b"/");
                hash.update(id.as_bytes());
                let mut text = String::with_capacity(2 * SHOWN_BYTES);
                for byte in &hash.finalize().into_bytes()[..SHOWN_BYTES] {
                    // Writing to a String does not fail.
                    let _ = write!(text, "{byte:02x}");
                }
                Cow::Owned(text)
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
    fn a_hash_is_the_hmac_of_contact_center_and_id() {
        // printf '1/4711' | openssl dgst -sha256 -hmac secret
        let id = hash(b"secret").naming().agent_id("1", "4711").into_owned();
        assert_eq!(id, "8e3982feafcd88583c2162138c6ac5e5");
    }

    #[test]
    fn a_hash_depends_on_key_contact_center_and_id() {
        let naming = hash(b"secret").naming();
        let id = naming.agent_id("1", "4711");
        assert_eq!(id, naming.agent_id("1", "4711"));
        assert_ne!(id, naming.agent_id("2", "4711"));
        assert_ne!(id, naming.agent_id("1", "4712"));
        assert_ne!(id, hash(b"other").naming().agent_id("1", "4711"));
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", hash(b"secret")), "Hash(SecretBox<[u8]>([REDACTED]))");
    }
}
