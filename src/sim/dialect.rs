//! Dialects: the same facts under other member names, in other units, with other words.
//!
//! Trio's members are not public, so a client must cope with names that it has never seen. The
//! names are plain tables, shared with nothing else in the program: a wrong name cannot agree with
//! itself.

mod envelope;
mod fact;
mod fields_file;
mod member;
mod words;

pub(crate) use envelope::Link;
pub(crate) use fact::Fact;
pub(crate) use member::Member;

/// Member names, units, words and envelope of a simulated Trio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// English names, seconds, ISO-8601 in UTC.
    #[default]
    English,
    /// Swedish names and words, `HH:MM:SS`, local time with its offset, other envelope keys.
    Swedish,
    /// Names and words that no dictionary holds, milliseconds, `/Date(ms)/`.
    Foreign,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 3] = [Self::English, Self::Swedish, Self::Foreign];

    /// Parses the name of a dialect, as [`Self::as_str`] writes it.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == word)
    }

    /// Name of this dialect.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::Swedish => "swedish",
            Self::Foreign => "foreign",
        }
    }

    /// Returns the `fields_file` (YAML) for a server with this dialect: per resource and field the
    /// member, its form and the meaning of its words.
    pub fn fields_file(self) -> String {
        fields_file::write(self)
    }

    /// Picks this dialect's value of three.
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
    fn dialect_names_are_parsed_back() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_name(dialect.as_str()), Some(dialect));
        }
        assert_eq!(Dialect::from_name("klingon"), None);
    }
}
