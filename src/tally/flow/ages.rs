//! Ages of the cases that left: each case counts at one age, and over many cases each age has its
//! expected number.

use crate::tally::{counts::LeftAge, evidence::Wait};

/// Chances of one case, in the order of [`LeftAge::ALL`].
type Chances = [f64; LeftAge::COUNT];

/// Accumulated chances of the ages of a class, less the cases counted at each age.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AgeShares(Chances);

impl AgeShares {
    /// Returns the age at which a case counts, and the chance of that age: the age whose share is
    /// furthest ahead of its count, among those that are possible.
    pub(super) fn assign(&mut self, chances: Chances) -> (LeftAge, f64) {
        for (ahead, chance) in self.0.iter_mut().zip(chances) {
            *ahead += chance;
        }
        let possible = LeftAge::ALL.into_iter().filter(|age| chances[age.index()] > 0.0);
        let ahead = |age: &LeftAge| self.0[age.index()];
        // The earlier age of two equal ones.
        let age = possible.rev().max_by(|a, b| ahead(a).total_cmp(&ahead(b)));
        let age = age.unwrap_or(LeftAge::Beyond);
        self.0[age.index()] -= 1.0;
        (age, chances[age.index()])
    }
}

/// Returns the chances of a wait to be of each age; `short` and `target` are in seconds.
pub(super) fn chances(wait: Wait, short: f64, target: f64) -> Chances {
    let short_share = wait.share_within(short);
    // Rounding must not make an impossible age possible.
    let within = wait.share_within(target.max(short)).max(short_share);
    [short_share, within - short_share, 1.0 - within]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_follow_the_accumulated_chances(
            draws in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64, 0usize..4), 1..300),
        ) {
            let mut shares = AgeShares::default();
            let (mut expected, mut counted) = ([0.0; LeftAge::COUNT], [0.0; LeftAge::COUNT]);
            for (share, second, kind) in draws {
                let chances = match kind {
                    0 => [share, 1.0 - share, 0.0],
                    1 => [0.0, share, 1.0 - share],
                    2 => [0.0, 0.0, 1.0],
                    _ => [share * second, share * (1.0 - second), 1.0 - share],
                };
                let (age, chance) = shares.assign(chances);
                prop_assert!(chances[age.index()] > 0.0 && chance == chances[age.index()]);
                counted[age.index()] += 1.0;
                for (expected, chance) in expected.iter_mut().zip(chances) {
                    *expected += chance;
                }
            }
            for (expected, counted) in expected.into_iter().zip(counted) {
                prop_assert!((expected - counted).abs() < 2.0, "{expected} {counted}");
            }
        }
    }
}
