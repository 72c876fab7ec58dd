//! Users and their bcrypt hashes. Neither passwords nor hashes are ever printed.

use std::{collections::BTreeMap, fmt};

use bcrypt::{HashParts, Version};
use secrecy::{ExposeSecret, SecretString};

/// Costs that bcrypt supports; the number of rounds is 2 to this power.
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;
/// Cost of the decoy of an empty list: that of `htpasswd -C 10` and the default of other tools.
const DEFAULT_COST: u32 = 10;

/// Longest password in bytes: bcrypt reads no more.
const MAX_PASSWORD: usize = 72;

/// User names with the hashes of their passwords.
#[derive(Clone, Default)]
pub struct Users(BTreeMap<String, PasswordHash>);

/// A password, hashed by bcrypt.
#[derive(Clone)]
pub struct PasswordHash {
    text: SecretString,
    cost: u32,
}

/// Rejection of a text that is not a bcrypt hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a bcrypt hash, such as `trio-exporter hash-password` prints; a password as it is does not belong here"
)]
pub struct BadHash;

/// Refusal of a password that is to be hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusablePassword {
    /// There is no text.
    #[error("is empty; give one")]
    Empty,
    /// bcrypt would ignore its end.
    #[error(
        "is longer than {MAX_PASSWORD} bytes, of which bcrypt reads no more; give a shorter one"
    )]
    TooLong,
    /// The hash cannot be computed.
    #[error("cannot be hashed: {0}")]
    Failed(String),
}

impl PasswordHash {
    /// Parses a hash as `htpasswd -B` prints it: 60 characters that begin with `$2a$`, `$2b$` or
    /// `$2y$`.
    ///
    /// # Errors
    /// It has another form or an unsupported cost.
    pub fn parse(text: &str) -> Result<Self, BadHash> {
        let parts: HashParts = text.parse().map_err(|_| BadHash)?;
        let cost = parts.get_cost();
        if !COSTS.contains(&cost) {
            return Err(BadHash);
        }
        Ok(Self { text: text.into(), cost })
    }

    /// Returns a well-formed hash that no password matches.
    // Dots are the digit 0 of bcrypt's base64: an all-zero salt and digest, which no known password
    // gives.
    fn unmatchable(cost: u32) -> Self {
        let text = format!("$2y${cost:02}${}", ".".repeat(53));
        Self { text: text.into(), cost }
    }

    /// Hashes a password, with the cost that `htpasswd -C 10` has.
    ///
    /// # Errors
    /// It is empty or longer than bcrypt reads, or the system gives no random numbers.
    pub fn of_password(password: &SecretString) -> Result<Self, UnusablePassword> {
        let password = password.expose_secret();
        if password.is_empty() {
            return Err(UnusablePassword::Empty);
        }
        // bcrypt ignores what is longer: any password that begins alike would be accepted.
        if password.len() > MAX_PASSWORD {
            return Err(UnusablePassword::TooLong);
        }
        let parts = bcrypt::hash_with_result(password, DEFAULT_COST);
        let parts = parts.map_err(|error| UnusablePassword::Failed(error.to_string()))?;
        let text = parts.format_for_version(Version::TwoY);
        Ok(Self { text: text.into(), cost: DEFAULT_COST })
    }

    /// Returns the hash as text.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl Users {
    /// Returns true if the list names no user.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::http) fn get(&self, name: &str) -> Option<&PasswordHash> {
        self.0.get(name)
    }

    /// Returns the hash that unknown names are compared with.
    pub(super) fn decoy(&self) -> PasswordHash {
        // The highest cost of the list: with one cost for all users, time does not reveal which
        // names exist.
        let highest = self.0.values().map(|hash| hash.cost).max();
        PasswordHash::unmatchable(highest.unwrap_or(DEFAULT_COST))
    }
}

impl FromIterator<(String, PasswordHash)> for Users {
    fn from_iter<I: IntoIterator<Item = (String, PasswordHash)>>(users: I) -> Self {
        Self(users.into_iter().collect())
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Users({})", self.0.len())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_texts_are_refused_and_never_repeated() {
        let good = bcrypt::hash("secret", 4).expect("a hash");
        assert!(PasswordHash::parse(&good).is_ok());
        for text in [
            "",
            "secret",
            "$2y$05$",
            &good[..59],
            &format!("{good}x"),
            &good.replacen("$2b$", "$1b$", 1),
            &good.replacen("$04$", "$03$", 1),
            &good.replacen("$04$", "$32$", 1),
            &good.replacen("$04$", "$xx$", 1),
            &"ä".repeat(30),
        ] {
            let error = PasswordHash::parse(text).expect_err(text);
            assert!(text.len() < 3 || !error.to_string().contains(text), "{text}");
        }
    }

    #[test]
    fn decoy_has_the_highest_cost_and_matches_nothing() {
        let hash = |cost| {
            PasswordHash::parse(&bcrypt::hash("secret", cost).expect("a hash")).expect("valid")
        };
        let users: Users =
            [("a".to_owned(), hash(4)), ("b".to_owned(), hash(5))].into_iter().collect();
        let decoy = users.decoy();
        assert!(decoy.expose().starts_with("$2y$05$"), "{}", decoy.expose());
        assert_eq!(bcrypt::verify("secret", decoy.expose()).ok(), Some(false));
        assert_eq!(bcrypt::verify("", decoy.expose()).ok(), Some(false));
        assert!(Users::default().decoy().expose().starts_with("$2y$10$"));
    }

    #[test]
    fn no_hash_is_printed() {
        let text = bcrypt::hash("secret", 4).expect("a hash");
        let hash = PasswordHash::parse(&text).expect("valid");
        let users: Users = [("alice".to_owned(), hash.clone())].into_iter().collect();
        let printed = format!("{hash:?} {users:?} {users:#?}");
        assert!(!printed.contains(&text[7..]) && !printed.contains("alice"), "{printed}");
    }
}
