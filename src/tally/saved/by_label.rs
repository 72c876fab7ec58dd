//! Values keyed by the labels of a closed set.

use std::{borrow::Cow, collections::BTreeMap};

/// A label of a closed set.
pub(in crate::tally) type Label = Cow<'static, str>;

/// Values by label; a missing label has the default value.
pub(in crate::tally) type ByLabel<T> = BTreeMap<Label, T>;

/// Returns `values` by label, without defaults.
pub(in crate::tally) fn to_labels<K, T: Default + PartialEq>(
    all: impl IntoIterator<Item = K>,
    label: fn(K) -> &'static str,
    values: impl IntoIterator<Item = T>,
) -> ByLabel<T> {
    let named = all.into_iter().map(|key| Label::Borrowed(label(key))).zip(values);
    named.filter(|(_, value)| *value != T::default()).collect()
}

/// Returns the values of `all`, in that order. Labels that no longer exist are left out.
pub(in crate::tally) fn from_labels<K, T: Clone + Default, const N: usize>(
    all: [K; N],
    label: fn(K) -> &'static str,
    saved: &ByLabel<T>,
) -> [T; N] {
    all.map(|key| saved.get(label(key)).cloned().unwrap_or_default())
}
