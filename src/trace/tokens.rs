//! What stands for the number of a case: the same within one run, and nothing that leads back to it.

use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRng, rngs::SysRng};
use sha2::Sha256;

/// Bytes that are shown: enough to tell the cases of a day apart.
const SHOWN_BYTES: usize = 4;

/// Hashes case numbers with a key that nobody knows and that ends with the run: there are so few numbers
/// that a hash without a key would be none.
#[derive(Clone, Debug)]
pub struct Tokens(Option<Hmac<Sha256>>);

impl Tokens {
    /// With a key drawn now.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn draw() -> Result<Self, rand::rngs::SysError> {
        let mut key = [0; 32];
        SysRng.try_fill_bytes(&mut key)?;
        Ok(Self::with(&key))
    }

    fn with(key: &[u8]) -> Self {
        // HMAC takes any key.
        Self(Hmac::new_from_slice(key).ok())
    }

    pub(super) fn of(&self, contact_center: &str, case: &str) -> String {
        let Some(keyed) = &self.0 else { return "?".repeat(2 * SHOWN_BYTES) };
        let mut hash = keyed.clone();
        hash.update(contact_center.as_bytes());
        hash.update(b"/");
        hash.update(case.as_bytes());
        hash.finalize().into_bytes()[..SHOWN_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_beginning_of_the_hmac_of_contact_center_and_number() {
        // printf '1/100123' | openssl dgst -sha256 -hmac secret
        assert_eq!(Tokens::with(b"secret").of("1", "100123"), "fb4ff449");
    }

    #[test]
    fn a_case_keeps_its_token_within_a_run_and_has_another_in_the_next() {
        let (one, other) = (Tokens::draw().expect("chance"), Tokens::draw().expect("chance"));
        assert_eq!(one.of("1", "7"), one.of("1", "7"));
        assert_ne!(one.of("1", "7"), other.of("1", "7"));
        assert_ne!(one.of("1", "7"), one.of("2", "7"));
    }

    #[test]
    fn the_key_is_not_shown_by_debug() {
        assert!(!format!("{:?}", Tokens::with(b"secret")).contains("115"), "the byte of an s");
    }
}
