//! Who may log in: names, and hashes of their passwords. Neither passwords nor hashes are ever printed.

use std::{collections::BTreeMap, fmt};

use bcrypt::HashParts;
use secrecy::{ExposeSecret, SecretString};

/// What bcrypt can be asked for.
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;
/// The cost of a comparison where nobody may log in.
const USUAL_COST: u32 = 10;

/// Users with the hashes of their passwords.
#[derive(Clone, Default)]
pub struct Users(BTreeMap<String, PasswordHash>);

/// A password, hashed by bcrypt.
#[derive(Clone)]
pub struct PasswordHash {
    text: SecretString,
    cost: u32,
}

/// A text that is no hash of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a bcrypt hash, such as `htpasswd -nBC 10 \"\"` prints; a password as it is does not belong here"
)]
pub struct NoHash;

impl PasswordHash {
    /// A hash as `htpasswd -B` and others write it: 60 characters, from `$2a$`, `$2b$` or `$2y$`.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, NoHash> {
        let parts: HashParts = text.parse().map_err(|_| NoHash)?;
        let cost = parts.get_cost();
        if !COSTS.contains(&cost) {
            return Err(NoHash);
        }
        Ok(Self { text: text.into(), cost })
    }

    /// The hash of a password that nobody has.
    fn of_nobody(cost: u32) -> Self {
        let text = format!("$2y${cost:02}${}", ".".repeat(53));
        Self { text: text.into(), cost }
    }

    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl Users {
    /// Whether nobody is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&PasswordHash> {
        self.0.get(name)
    }

    /// What a user who is not known is compared with, so that it takes as long as for one who is.
    pub(super) fn decoy(&self) -> PasswordHash {
        let dearest = self.0.values().map(|hash| hash.cost).max();
        PasswordHash::of_nobody(dearest.unwrap_or(USUAL_COST))
    }
}

impl FromIterator<(String, PasswordHash)> for Users {
    fn from_iter<I: IntoIterator<Item = (String, PasswordHash)>>(users: I) -> Self {
        Self(users.into_iter().collect())
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Users({} of them)", self.0.len())
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
    fn what_is_no_bcrypt_hash_is_refused_and_never_repeated() {
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
    fn the_decoy_costs_as_much_as_the_dearest_user_and_fits_no_password() {
        let hash = |cost| PasswordHash::parse(&bcrypt::hash("secret", cost).expect("a hash")).expect("valid");
        let users: Users = [("a".to_owned(), hash(4)), ("b".to_owned(), hash(5))].into_iter().collect();
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
