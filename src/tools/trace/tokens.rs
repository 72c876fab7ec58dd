//! Tokens in place of case numbers: a case keeps its token during one run, and no number can be
//! computed from it.

use crate::model::{KeyedHash, hexadecimal};

/// Bytes of the hash that are printed: enough to distinguish the cases of a day.
const SHOWN_BYTES: usize = 4;

/// Hasher of case numbers, with a random key that is never stored.
// Case numbers are short: without a key, anyone could hash all of them and compare. With a key per
// run, the outputs of two runs cannot be joined.
#[derive(Clone, Debug)]
pub struct Tokens(KeyedHash);

impl Tokens {
    /// Creates a hasher with a new random key.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn with_random_key() -> Result<Self, rand::rngs::SysError> {
        KeyedHash::with_random_key().map(Self)
    }

    /// Returns the token of a case: eight hexadecimal digits.
    pub(super) fn token(&self, contact_center: &str, case: &str) -> String {
        // Two contact centres may use the same number for different cases.
        let hash = self.0.hash([contact_center.as_bytes(), b"/", case.as_bytes()]);
        hexadecimal(&hash[..SHOWN_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_truncated_hmac_of_center_and_number() {
        // printf '1/100123' | openssl dgst -sha256 -hmac secret
        assert_eq!(Tokens(KeyedHash::new(b"secret")).token("1", "100123"), "fb4ff449");
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
}
