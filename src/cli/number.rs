//! Parser of whole numbers on the command line.
//!
//! clap's own parsers say "invalid digit found in string"; this one says which numbers are allowed.

use std::ops::RangeInclusive;

/// Returns a parser for numbers within `bounds`; its error says which numbers are allowed.
pub(super) fn number<T: TryFrom<u64>>(
    bounds: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            match (bounds.start(), bounds.end()) {
                // The largest number of a type means nothing to the reader of a message.
                (0, &u64::MAX) => "give a whole number".to_owned(),
                (least, &u64::MAX) => format!("give a whole number of at least {least}"),
                (least, most) => format!("give a whole number from {least} to {most}"),
            }
        })
    }
}
