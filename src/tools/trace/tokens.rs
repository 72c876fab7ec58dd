//! Tokens in place of case numbers: a case keeps its token during one run, and no number can be
//! computed from it.

use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRng, rngs::SysRng};
use sha2::Sha256;

/// Bytes of the hash that are printed: enough to distinguish the cases of a day.
const SHOWN_BYTES: usize = 4;

/// Hasher of case numbers, with a random key that is never stored.
// Case numbers are short: without a key, anyone could hash all of them and compare. With a key per
// run, the outputs of two runs cannot be joined.
#[derive(Clone, Debug)]
pub struct Tokens(Option<Hmac<Sha256>>);

impl Tokens {
    /// Creates a hasher with a new random key.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn with_random_key() -> Result<Self, rand::rngs::SysError> {
        let mut key = [0; 32];
        SysRng.try_fill_bytes(&mut key)?;
        Ok(Self::with_key(&key))
    }

    fn with_key(key: &[u8]) -> Self {
        // HMAC takes a key of any length, so this is never `None`.
        Self(Hmac::new_from_slice(key).ok())
    }

    /// Returns the token of a case: eight hexadecimal digits.
    pub(super) fn token(&self, contact_center: &str, case: &str) -> String {
        let Some(keyed) = &self.0 else { return "?".repeat(2 * SHOWN_BYTES) };
        let mut hash = keyed.clone();
        // Two contact centres may use the same number for different cases.
        hash.update(contact_center.as_bytes());
        hash.update(b"/");
        hash.update(case.as_bytes());
        hash.finalize().into_bytes()[..SHOWN_BYTES]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_truncated_hmac_of_center_and_number() {
        // printf '1/100123' | openssl dgst -sha256 -hmac secret
        assert_eq!(Tokens::with_key(b"secret").token("1", "100123"), "fb4ff449");
    }

    #[test]
    fn token_is_stable_within_one_run_only() {
        let (one, other) = (
            Tokens::with_random_key().expect("random numbers"),
            Tokens::with_random_key().expect("random numbers"),
        );
        assert_eq!(one.token("1", "7"), one.token("1", "7"));
        assert_ne!(one.token("1", "7"), other.token("1", "7"));
        assert_ne!(one.token("1", "7"), one.token("2", "7"));
    }

    #[test]
    fn debug_output_hides_the_key() {
        assert!(!format!("{:?}", Tokens::with_key(b"secret")).contains("115"), "the byte of an s");
    }
}
