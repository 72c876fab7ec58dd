//! Calm on the screen: a word gets worse at once and better only after a while, and rows change
//! places seldom. Pure steps over the rows of one board, whose state is kept beside its renderer.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use super::rows::{Figure, Row, RowKey, Urgency, Wall, Word};
use crate::model::Stamp;

/// Time for which a word has to be better before it is shown: a queue around its limit would
/// flicker.
const BETTER_AFTER: Duration = Duration::from_secs(10);
/// Shortest time between two changes of the order: rows that jump cannot be read.
const ORDER_FOR: Duration = Duration::from_secs(15);
/// Age of the number of waiting cases that the present one is compared with.
const TREND_OVER: Duration = Duration::from_secs(300);
/// Later than this a number is no longer "five minutes ago".
const TREND_UNTIL: Duration = Duration::from_secs(330);

/// Words, order and numbers that one board showed last.
#[derive(Debug, Default)]
pub(super) struct Steady {
    words: HashMap<RowKey, ShownWord>,
    order: Vec<RowKey>,
    ordered: Option<Stamp>,
    waiting: VecDeque<(Stamp, Figure)>,
}

/// The word that a row shows.
#[derive(Clone, Copy, Debug)]
struct ShownWord {
    urgency: Urgency,
    /// Time since which the word would be better.
    better_since: Option<Stamp>,
}

impl Steady {
    /// Replaces the words of `wall` by those to show at the moment `now`, sorts its rows, and
    /// returns the change of the waiting cases against five minutes ago, if both are known.
    pub(super) fn step(&mut self, wall: &mut Wall, now: Stamp) -> Option<i64> {
        let is_newly_too_long = self.settle_words(&mut wall.rows, now);
        self.settle_order(&mut wall.rows, now, is_newly_too_long);
        if let Some(longest) = &mut wall.longest_at
            && let Some(row) = wall.rows.iter().find(|row| row.key == longest.key)
        {
            longest.word = row.word;
        }
        self.trend(wall.waiting, now)
    }

    /// Returns true if a row became TOO LONG.
    fn settle_words(&mut self, rows: &mut [Row], now: Stamp) -> bool {
        let before = std::mem::take(&mut self.words);
        let mut is_newly_too_long = false;
        for row in rows {
            // Other words are about what is known and open, and are shown at once.
            let Word::Open(urgency) = row.word else { continue };
            let shown = match before.get(&row.key) {
                Some(shown) if urgency < shown.urgency => {
                    let since = shown.better_since.unwrap_or(now);
                    if now.since(since) >= BETTER_AFTER {
                        ShownWord { urgency, better_since: None }
                    } else {
                        ShownWord { better_since: Some(since), ..*shown }
                    }
                }
                _ => ShownWord { urgency, better_since: None },
            };
            let was_too_long =
                before.get(&row.key).is_some_and(|shown| shown.urgency == Urgency::TooLong);
            is_newly_too_long |= shown.urgency == Urgency::TooLong && !was_too_long;
            row.word = Word::Open(shown.urgency);
            self.words.insert(row.key.clone(), shown);
        }
        is_newly_too_long
    }

    fn settle_order(&mut self, rows: &mut [Row], now: Stamp, at_once: bool) {
        rows.sort_by(compare);
        let is_due = self.ordered.is_none_or(|at| now.since(at) >= ORDER_FOR);
        if !is_due && !at_once {
            let places: HashMap<&RowKey, usize> =
                self.order.iter().enumerate().map(|(place, key)| (key, place)).collect();
            // Rows that are new come last, in their own order, until the next change.
            rows.sort_by_key(|row| places.get(&row.key).copied().unwrap_or(usize::MAX));
        }
        let order: Vec<RowKey> = rows.iter().map(|row| row.key.clone()).collect();
        if order != self.order {
            self.ordered = Some(now);
            self.order = order;
        }
    }

    fn trend(&mut self, waiting: Figure, now: Stamp) -> Option<i64> {
        if self.waiting.back().is_none_or(|(at, _)| now.since(*at) >= Duration::from_secs(1)) {
            self.waiting.push_back((now, waiting));
        }
        while self.waiting.front().is_some_and(|(at, _)| now.since(*at) > TREND_UNTIL) {
            self.waiting.pop_front();
        }
        let ago =
            self.waiting.iter().rev().find(|(at, _)| now.since(*at) >= TREND_OVER)?.1.known()?;
        Some(waiting.known()?.cast_signed() - ago.cast_signed())
    }
}

/// Compares two rows, the worse one first: past the target by longest wait ÷ target, then those
/// that are not known, then the others.
fn compare(a: &Row, b: &Row) -> std::cmp::Ordering {
    let group = |row: &Row| match (row.word, row.ratio) {
        (Word::Open(Urgency::TooLong), _) => 0,
        (_, Some(ratio)) if ratio > 1.0 => 0,
        (Word::Unknown | Word::ClosedWaiting(Figure::Unknown), _) => 1,
        (Word::Open(_) | Word::ClosedWaiting(_), _) => 2,
        (Word::NoGoal, _) => 3,
        (Word::Closed, _) => 4,
    };
    let ratio = |row: &Row| row.ratio.unwrap_or_default();
    group(a)
        .cmp(&group(b))
        .then_with(|| ratio(b).total_cmp(&ratio(a)))
        .then_with(|| a.name.cmp(&b.name))
        .then_with(|| a.place.cmp(&b.place))
}
