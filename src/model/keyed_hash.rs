//! Keyed hashes (HMAC-SHA-256): they distinguish texts that must not be shown or stored.

use std::fmt;

use hmac::{Hmac, Mac};
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest, Sha256};

/// Length of a hash, in bytes.
const HASH: usize = 32;
/// Length to which HMAC fills up a key, in bytes: the block of SHA-256 (RFC 2104).
const BLOCK: usize = 64;

/// Hasher with a key. Its key schedule is computed once, not once per text.
#[derive(Clone)]
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    /// Creates a hasher with this key, of any length.
    pub fn new(key: &[u8]) -> Self {
        // Filled up here as RFC 2104 says, so that no key can be refused.
        let mut block = [0; BLOCK];
        match block.get_mut(..key.len()) {
            Some(begin) => begin.copy_from_slice(key),
            None => block[..HASH].copy_from_slice(&Sha256::digest(key)),
        }
        Self(hmac::KeyInit::new(&block.into()))
    }

    /// Creates a hasher with a random key that is never stored.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn with_random_key() -> Result<Self, rand::rngs::SysError> {
        let mut key = [0; HASH];
        SysRng.try_fill_bytes(&mut key)?;
        Ok(Self::new(&key))
    }

    /// Returns the hash of the parts, one after the other. The caller separates them: without
    /// that, "ab" + "c" and "a" + "bc" have the same hash.
    pub fn hash<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; HASH] {
        let mut hash = self.0.clone();
        parts.into_iter().for_each(|part| hash.update(part));
        hash.finalize().into_bytes().into()
    }

    /// Returns true if `hash` is that of the parts. The time does not depend on how much of it is
    /// right.
    pub fn has_hash<'a>(
        &self,
        parts: impl IntoIterator<Item = &'a [u8]>,
        hash: &[u8; HASH],
    ) -> bool {
        let mut own = self.0.clone();
        parts.into_iter().for_each(|part| own.update(part));
        own.verify_slice(hash).is_ok()
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyedHash(***)")
    }
}

/// Returns the bytes as hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_hmac_sha256_for_keys_of_any_length() {
        // printf 'ab' | openssl dgst -sha256 -mac HMAC -macopt key:KEY
        for (key, expected) in [
            (String::new(), EMPTY),
            ("secret".to_owned(), SHORT),
            ("k".repeat(64), BLOCK_LONG),
            ("k".repeat(65), LONGER),
        ] {
            let hash = KeyedHash::new(key.as_bytes()).hash([&b"a"[..], b"b"]);
            assert_eq!(hexadecimal(&hash), expected, "{} bytes", key.len());
            assert!(KeyedHash::new(key.as_bytes()).has_hash([&b"ab"[..]], &hash));
            assert!(!KeyedHash::new(key.as_bytes()).has_hash([&b"a"[..]], &hash));
        }
    }

    #[test]
    fn random_keys_differ_and_are_not_printed() {
        let [one, other] = [(); 2].map(|()| KeyedHash::with_random_key().expect("random numbers"));
        assert_ne!(one.hash([&b"a"[..]]), other.hash([&b"a"[..]]));
        assert_eq!(format!("{one:?}"), "KeyedHash(***)");
    }

    const EMPTY: &str = "d6b79ceb101a91a622011759da3a05a132db82e0545c5e22a0befb71c1530441";
    const SHORT: &str = "9d2ca1b8da4e153269fb7ea5ef923c65255b487de5030f84fa30d851c4d38015";
    const BLOCK_LONG: &str = "85b15b4c1ade97f10d704e4cc758f92b61c2f7da66fd5086bcf76217223c6d5e";
    const LONGER: &str = "c59d991651d04b0bef616be9e39aff50cdc61a79fb02b8209581075a8d3144ae";
}
