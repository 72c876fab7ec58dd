//! Shards: several exporters share the targets of one configuration.

use sha2::{Digest, Sha256};

/// Maximum number of shards; more are a typing mistake.
const MOST: u32 = 1000;

/// One of several exporters that share the targets of one configuration, numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    of: u32,
}

/// Reasons why a shard does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShard {
    /// The number of shards is out of range.
    #[error("there may be 1 to {MOST} shards, not {0}")]
    Number(u32),
    /// The number of the shard is not below the number of shards.
    #[error("there is no shard {number} of {of}: they count from 0, so the last is {}", of - 1)]
    Beyond {
        /// Number of the shard.
        number: u32,
        /// Number of shards.
        of: u32,
    },
}

impl Shard {
    /// Returns shard `number` of `of`.
    ///
    /// # Errors
    /// There is no such shard.
    pub fn new(number: u32, of: u32) -> Result<Self, NoShard> {
        match of {
            1..=MOST if number < of => Ok(Self { number, of }),
            1..=MOST => Err(NoShard::Beyond { number, of }),
            _ => Err(NoShard::Number(of)),
        }
    }

    /// Returns its number, from 0.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Returns the number of shards.
    pub fn count(self) -> u32 {
        self.of
    }

    /// Returns the number of the shard that reads the target `name`.
    ///
    /// Rendezvous hashing: the shard with the highest weight. A shard that is added takes over its
    /// share, and no other target moves.
    pub fn holder(self, name: &str) -> u32 {
        // `max_by_key` returns the last of equal weights, so the reversed order lets the first
        // shard win. Any change here moves targets between exporters at the next update, and their
        // counters begin at 0.
        (0..self.of).rev().max_by_key(|number| weight(*number, name)).unwrap_or_default()
    }

    /// Returns true if this shard reads the target `name`.
    pub fn reads(self, name: &str) -> bool {
        self.holder(name) == self.number
    }
}

/// Returns the first eight bytes of the SHA-256 of `NUMBER/NAME`, as a number.
// Not Rust's own hash, which may differ between versions.
fn weight(number: u32, name: &str) -> u64 {
    let hash = Sha256::new().chain_update(format!("{number}/")).chain_update(name).finalize();
    hash[..8].iter().fold(0, |weight, byte| weight << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn holders(of: u32) -> Vec<u32> {
        let any = Shard::new(0, of).expect("a shard");
        (0..200).map(|number| any.holder(&format!("trio-{number}"))).collect()
    }

    #[test]
    fn each_target_is_read_by_exactly_one_shard() {
        let shards: Vec<Shard> =
            (0..3).map(|number| Shard::new(number, 3).expect("a shard")).collect();
        let mut shares = [0; 3];
        for target in 0..200 {
            let name = format!("trio-{target}");
            let readers: Vec<usize> = (0..3).filter(|at| shards[*at].reads(&name)).collect();
            assert_eq!(readers.len(), 1, "{name}");
            shares[readers[0]] += 1;
        }
        assert!(shares.iter().all(|share| (50..=85).contains(share)), "{shares:?}");
    }

    #[test]
    fn fourth_shard_takes_a_quarter_and_nothing_else_moves() {
        let moved: Vec<(u32, u32)> = holders(3)
            .into_iter()
            .zip(holders(4))
            .filter(|(before, after)| before != after)
            .collect();
        assert!((35..=65).contains(&moved.len()), "{} of 200", moved.len());
        assert!(moved.iter().all(|(_, after)| *after == 3), "{moved:?}");
    }

    #[test]
    fn holders_are_the_same_in_every_version() {
        // for i in 0 1 2 3 4; do printf '%s ' $i; printf '%s/main' $i | sha256sum; done | sort -k 2
        // | tail -n 1
        for (name, of_three, of_five) in GOLDEN {
            let holder = |of| Shard::new(0, of).expect("a shard").holder(name);
            assert_eq!((holder(3), holder(5)), (of_three, of_five), "{name}");
        }
        assert_eq!(weight(0, "main"), 0x349cdf32213d9e78);
    }

    const GOLDEN: [(&str, u32, u32); 8] = [
        ("main", 2, 4),
        ("trio", 2, 3),
        ("north", 0, 0),
        ("south", 1, 1),
        ("Växjö", 0, 0),
        ("0/main", 2, 2),
        ("", 0, 3),
        ("a b", 0, 3),
    ];

    #[test]
    fn invalid_shard_is_refused_with_a_message() {
        for (number, of, message) in [
            (3, 3, "there is no shard 3 of 3: they count from 0, so the last is 2"),
            (0, 0, "there may be 1 to 1000 shards, not 0"),
            (0, 1001, "there may be 1 to 1000 shards, not 1001"),
        ] {
            assert_eq!(Shard::new(number, of).expect_err("refused").to_string(), message);
        }
        assert_eq!(Shard::new(2, 3).map(|shard| (shard.number(), shard.count())), Ok((2, 3)));
    }
}
