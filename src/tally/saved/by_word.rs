//! Numbers by the words of a closed set.

use std::{borrow::Cow, collections::BTreeMap};

/// A word of a closed set.
pub(in crate::tally) type Word = Cow<'static, str>;

/// What belongs to each word; a word that is missing has nothing.
pub(in crate::tally) type ByWord<T> = BTreeMap<Word, T>;

/// `values` by their words, without those that are nothing.
pub(in crate::tally) fn by_word<K, T: Default + PartialEq>(
    all: impl IntoIterator<Item = K>,
    word: fn(K) -> &'static str,
    values: impl IntoIterator<Item = T>,
) -> ByWord<T> {
    let named = all.into_iter().map(|key| Word::Borrowed(word(key))).zip(values);
    named.filter(|(_, value)| *value != T::default()).collect()
}

/// The values of `all`, in that order. Words that no longer exist are left out.
pub(in crate::tally) fn of_words<K, T: Clone + Default, const N: usize>(
    all: [K; N],
    word: fn(K) -> &'static str,
    saved: &ByWord<T>,
) -> [T; N] {
    all.map(|key| saved.get(word(key)).cloned().unwrap_or_default())
}
