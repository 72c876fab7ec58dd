//! Closed sets of words: label values, words of the configuration, and words of the state file.

/// A set whose members have fixed words.
pub trait ClosedSet: Copy + 'static {
    /// Every member.
    const MEMBERS: &'static [Self];

    /// Returns the word of the member.
    fn word(self) -> &'static str;
}

// One macro for all, so that list, number and words of a set cannot differ.
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident => $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item_doc])* $item),+ }

        impl $name {
            /// Every member of the set.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$item),+];
            /// Number of members.
            pub const COUNT: usize = [$($text),+].len();

            /// Returns its word, which is also its label value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $text),+ }
            }

            /// Returns the member with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|member| member.as_str() == word)
            }

            /// Returns the position in `ALL`.
            pub const fn index(self) -> usize {
                self as usize
            }
        }

        impl $crate::model::ClosedSet for $name {
            const MEMBERS: &'static [Self] = &Self::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

pub(crate) use closed_set;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::ClosedSet;
    use crate::model::{
        AgentState, AuthFailure, CaseClass, CaseState, Collector, FieldSource, RequestFailure,
        Resource, RetryReason, ServerRole, Token, WaitFactor,
    };

    /// Two members with one word would be one series, and one counter of the state file.
    fn assert_words_are_unique<T: ClosedSet + PartialEq + std::fmt::Debug>() {
        let mut members = HashMap::new();
        for member in T::MEMBERS {
            let before = members.insert(member.word(), *member);
            assert_eq!(before, None, "{:?} is the word of {member:?}, too", member.word());
        }
    }

    #[test]
    fn no_two_members_share_a_word() {
        assert_words_are_unique::<AgentState>();
        assert_words_are_unique::<AuthFailure>();
        assert_words_are_unique::<CaseClass>();
        assert_words_are_unique::<CaseState>();
        assert_words_are_unique::<Collector>();
        assert_words_are_unique::<FieldSource>();
        assert_words_are_unique::<RequestFailure>();
        assert_words_are_unique::<Resource>();
        assert_words_are_unique::<RetryReason>();
        assert_words_are_unique::<ServerRole>();
        assert_words_are_unique::<Token>();
        assert_words_are_unique::<WaitFactor>();
    }

    #[test]
    fn members_are_found_by_their_exact_word_only() {
        assert_eq!(AgentState::from_word("wrap_up"), Some(AgentState::WrapUp));
        assert_eq!(CaseState::from_word("offered"), Some(CaseState::Offered));
        assert_eq!(Collector::from_word("agent_state"), Some(Collector::AgentState));
        for word in ["talking", "Busy", "wrap up", ""] {
            assert_eq!(AgentState::from_word(word), None, "{word}");
        }
    }
}
