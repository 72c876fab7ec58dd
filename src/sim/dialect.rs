//! Dialects: the same facts under other member names, in other units, with other words.
//!
//! Trio's members are not public, so a client must cope with names that it has never seen. All
//! names stand here as plain tables, shared with nothing else in the program: a wrong name cannot
//! agree with itself.

mod envelope;
mod fact;
mod fields_file;
mod member;
mod words;

pub(crate) use envelope::Link;
pub(crate) use fact::Fact;
pub(crate) use member::Member;

/// How a simulated Trio speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// English names, seconds, ISO-8601 in UTC.
    #[default]
    English,
    /// Swedish names and words, `HH:MM:SS`, local time with its offset, other envelope keys.
    Swedish,
    /// Names and words that stand in no dictionary, milliseconds, `/Date(ms)/`.
    Foreign,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 3] = [Self::English, Self::Swedish, Self::Foreign];

    /// The dialect that a word names, as [`Self::as_str`] writes it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == word)
    }

    /// The word for this dialect.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::Swedish => "swedish",
            Self::Foreign => "foreign",
        }
    }

    /// The fields file (YAML) that a user of a server with this dialect would write: per resource
    /// and field the member, its form, and what its words mean.
    pub fn fields_file(self) -> String {
        fields_file::write(self)
    }

    /// Picks the one of three that belongs to this dialect.
    fn pick<T>(self, [english, swedish, foreign]: [T; 3]) -> T {
        match self {
            Self::English => english,
            Self::Swedish => swedish,
            Self::Foreign => foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_has_its_own_word() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_word(dialect.as_str()), Some(dialect));
        }
        assert_eq!(Dialect::from_word("klingon"), None);
    }
}
