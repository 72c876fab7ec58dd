//! Forms of saved values that several records of the state file share: closed sets by word, ages in
//! place of moments, and the bounds of numbers.

use std::{borrow::Cow, collections::BTreeMap, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{AgentState, ClosedSet, Moment, Stamp, unix_seconds};

/// Largest whole number that a sample holds exactly: 2^53.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Form of a member of a closed set: its word. A word of another version is `None`.
pub(super) struct Word<K>(PhantomData<K>);

impl<K: ClosedSet> Word<K> {
    pub(super) fn serialize<S: Serializer>(
        member: &Option<K>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(member.map_or("", K::word))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<K>, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        Ok(K::MEMBERS.iter().copied().find(|member| member.word() == word))
    }
}

/// Form of values in the order of a closed set: by word, without defaults. Words of another version
/// are left out, and missing ones have the default.
pub(super) struct ByWord<K>(PhantomData<K>);

impl<K: ClosedSet> ByWord<K> {
    pub(super) fn serialize<T: Serialize + Default + PartialEq, S: Serializer>(
        values: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let words = K::MEMBERS.iter().map(|member| member.word()).zip(values);
        let saved: BTreeMap<_, _> = words.filter(|(_, value)| **value != T::default()).collect();
        saved.serialize(serializer)
    }

    pub(super) fn deserialize<
        'de,
        T: Deserialize<'de> + Default,
        D: Deserializer<'de>,
        const N: usize,
    >(
        deserializer: D,
    ) -> Result<[T; N], D::Error> {
        let mut saved = BTreeMap::<Cow<'de, str>, T>::deserialize(deserializer)?;
        let mut members = K::MEMBERS.iter();
        Ok([(); N].map(|()| {
            let saved = members.next().and_then(|member| saved.remove(member.word()));
            saved.unwrap_or_default()
        }))
    }
}

/// Values by agent state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    transparent,
    bound(
        serialize = "T: Serialize + Default + PartialEq",
        deserialize = "T: Deserialize<'de> + Default"
    )
)]
pub(super) struct ByState<T>(
    #[serde(with = "ByWord::<AgentState>")] pub(super) [T; AgentState::COUNT],
);

/// Form of the changes of agents' states: by the state before, then by the state after.
pub(super) mod changes {
    use super::{AgentState, ByState, ByWord, Deserializer, Serializer};

    type Changes = [[u64; AgentState::COUNT]; AgentState::COUNT];

    pub(in crate::tally) fn serialize<S: Serializer>(
        changes: &Changes,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        ByWord::<AgentState>::serialize(&changes.map(ByState), serializer)
    }

    pub(in crate::tally) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Changes, D::Error> {
        let saved: [ByState<u64>; AgentState::COUNT] =
            ByWord::<AgentState>::deserialize(deserializer)?;
        Ok(saved.map(|to| to.0))
    }
}

/// Returns true for seconds that a counter can have: any other would break later sums.
pub(super) fn is_time(seconds: f64) -> bool {
    (0.0..=MAX_EXACT_INTEGER).contains(&seconds)
}

/// Returns true for a number that a counter can have.
pub(super) fn is_count(count: u64) -> bool {
    count as f64 <= MAX_EXACT_INTEGER
}

/// Conversion of saved moments to the clock of this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct RestoreClock {
    pub(super) now: Stamp,
    /// Seconds since the export by the wall clock; `None` if the clock was set back.
    away: Option<f64>,
}

impl RestoreClock {
    /// Creates the clock for counters that were exported at the wall clock's `at`, seconds since
    /// 1970.
    pub(super) fn new(at: f64, now: Stamp) -> Self {
        // The monotonic clock starts again with each boot, so only the wall clock spans two
        // processes.
        let away = unix_seconds(now.wall) - at;
        Self { now, away: (away >= 0.0).then_some(away) }
    }

    /// Returns the seconds since the export, if the clock can be trusted.
    pub(super) fn away(self) -> Option<f64> {
        self.away
    }

    /// Returns the moment `ago` seconds before the export.
    pub(super) fn moment(self, ago: f64) -> Option<Moment> {
        Some(self.now.moment() - self.away? - ago)
    }
}

/// Returns true for 0, which is not written: a member that the release before does not know appears
/// only once it counts.
pub(super) fn is_zero(count: &u64) -> bool {
    *count == 0
}
