//! The flag `--shard`: the number of this exporter among those that share the targets.

use std::str::FromStr;

use super::UsageError;
use crate::model::Shard;

/// Word in place of the number: the number is taken from the name of the pod.
const AUTO: &str = "auto";
/// Variables with the name of the pod, the preferred one first.
// Kubernetes sets HOSTNAME, but with hostNetwork it is the name of the node; a manifest can then
// set POD_NAME.
const POD_NAMES: [&str; 2] = ["POD_NAME", "HOSTNAME"];

/// The value of the flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShardFlag {
    /// `1/3`.
    Given(Shard),
    /// `auto/3`: the number is that of the pod in its StatefulSet.
    Auto { of: u32 },
}

impl FromStr for ShardFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let usage =
            || "give NUMBER/SHARDS, such as 0/3 for the first of three, or auto/3".to_owned();
        let (number, of) = text.split_once('/').ok_or_else(usage)?;
        let of = digits(of).ok_or_else(usage)?;
        if number == AUTO {
            return Shard::new(0, of).map(|_| Self::Auto { of }).map_err(|error| error.to_string());
        }
        let number = digits(number).ok_or_else(usage)?;
        Shard::new(number, of).map(Self::Given).map_err(|error| error.to_string())
    }
}

impl ShardFlag {
    /// Returns the shard; for `auto` the number at the end of the pod's name.
    pub(super) fn resolve(
        self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Shard, UsageError> {
        let of = match self {
            Self::Given(shard) => return Ok(shard),
            Self::Auto { of } => of,
        };
        let error = |what: String| UsageError(vec![format!("--shard {AUTO}/{of}: {what}")]);
        let named = POD_NAMES.iter().find_map(|variable| {
            Some((*variable, environment(variable).filter(|name| !name.is_empty())?))
        });
        let Some((variable, pod)) = named else {
            return Err(error(format!(
                "neither {} is set; give the number itself",
                POD_NAMES.join(" nor ")
            )));
        };
        let ordinal = pod.rsplit_once('-').and_then(|(_, ordinal)| digits(ordinal));
        let Some(number) = ordinal else {
            let what = format!(
                "{variable} is {pod:?}, which does not end with a number as pods of a StatefulSet do (trio-exporter-0)"
            );
            return Err(error(what));
        };
        Shard::new(number, of)
            .map_err(|reason| error(format!("{variable} is {pod:?}, and {reason}")))
    }
}

/// Parses a number that consists of digits alone.
fn digits(text: &str) -> Option<u32> {
    // `parse` would also take `+1`.
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const USAGE: &str = "give NUMBER/SHARDS, such as 0/3 for the first of three, or auto/3";

    #[test]
    fn flag_is_a_number_and_the_number_of_shards() {
        assert_eq!("2/3".parse(), Ok(ShardFlag::Given(Shard::new(2, 3).expect("a shard"))));
        assert_eq!("auto/3".parse(), Ok(ShardFlag::Auto { of: 3 }));
        for (text, message) in [
            ("", USAGE),
            ("3", USAGE),
            ("1/", USAGE),
            ("/3", USAGE),
            ("-1/3", USAGE),
            ("+1/3", USAGE),
            ("1/3/5", USAGE),
            ("1 / 3", USAGE),
            ("Auto/3", USAGE),
            ("1/99999999999", USAGE),
            ("3/3", "there is no shard 3 of 3: they count from 0, so the last is 2"),
            ("0/0", "there may be 1 to 1000 shards, not 0"),
            ("auto/0", "there may be 1 to 1000 shards, not 0"),
        ] {
            assert_eq!(text.parse::<ShardFlag>(), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn auto_takes_the_number_from_the_name_of_the_pod() {
        let by = |variables: &[(&'static str, &'static str)]| {
            let shard = ShardFlag::Auto { of: 3 }.resolve(|wanted| {
                variables
                    .iter()
                    .find(|(name, _)| *name == wanted)
                    .map(|(_, value)| (*value).to_owned())
            });
            shard.map(|shard| (shard.number(), shard.count())).map_err(|error| error.to_string())
        };
        assert_eq!(by(&[("HOSTNAME", "trio-exporter-2")]), Ok((2, 3)));
        assert_eq!(by(&[("HOSTNAME", "node-1"), ("POD_NAME", "trio-exporter-0")]), Ok((0, 3)));
        for (variables, message) in [
            (&[][..], "neither POD_NAME nor HOSTNAME is set; give the number itself"),
            (
                &[("HOSTNAME", "trio-exporter-7f9c-x2")],
                r#"HOSTNAME is "trio-exporter-7f9c-x2", which does not end with a number as pods of a StatefulSet do (trio-exporter-0)"#,
            ),
            (
                &[("POD_NAME", "trio-exporter-3")],
                r#"POD_NAME is "trio-exporter-3", and there is no shard 3 of 3: they count from 0, so the last is 2"#,
            ),
        ] {
            assert_eq!(by(variables), Err(format!("--shard auto/3: {message}")));
        }
    }
}
