//! Random replacements for texts and numbers. Within one recording the same value always gets the
//! same one, so that ids still join.
//!
//! Only the table leads back from a replacement. It is kept in memory and dropped at the end of the
//! recording.

use std::collections::{HashMap, HashSet};

use rand::{RngExt, SeedableRng, rngs::SysRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Number;

/// The table of replacements.
#[derive(Debug)]
pub(super) struct Replacements {
    random: ChaCha20Rng,
    /// Replacement by original.
    known: HashMap<String, String>,
    /// Replacements that are taken.
    used: HashSet<String>,
    /// Permutations of all numbers with few digits, by the number of digits and whether the first
    /// is a zero.
    short: HashMap<(usize, bool), Vec<u32>>,
}

/// Lengths of replacements of texts, in letters.
// The exact length of a name, beside others, can identify a person.
const LENGTHS: [usize; 8] = [4, 8, 16, 32, 64, 128, 200, 400];
/// Most digits of numbers that are replaced by a permutation of all of them.
// Of 10 or 100 numbers most may be in use; random draws without repetition would take long or not
// end.
const FEW_DIGITS: usize = 4;
/// Draws before a longer replacement is tried, because all short ones may be taken.
const DRAWS: usize = 100;

impl Replacements {
    /// Returns an empty table.
    ///
    /// # Errors
    /// The system provides no random numbers.
    pub(super) fn new() -> Result<Self, rand::rngs::SysError> {
        // A cryptographic generator: from the output of a simpler one the table could be computed.
        let random = ChaCha20Rng::try_from_rng(&mut SysRng)?;
        Ok(Self { random, known: HashMap::new(), used: HashSet::new(), short: HashMap::new() })
    }

    /// Returns the replacement of a text. A text of digits is replaced like a number; blanks around
    /// it stay.
    pub(super) fn text(&mut self, text: &str) -> String {
        let core = text.trim();
        if core.is_empty() {
            return text.to_owned();
        }
        let token =
            if is_digits(core) { self.digits(core) } else { self.letters(core, core, &|_| false) };
        let (before, after) = (text.len() - text.trim_start().len(), text.trim_end().len());
        format!("{}{token}{}", &text[..before], &text[after..])
    }

    /// Returns the replacement of a number: one of the same type, sign and number of digits.
    pub(super) fn number(&mut self, number: &Number) -> Number {
        if let Some(whole) = number.as_u64() {
            let token = self.digits(&whole.to_string());
            return token.parse::<u64>().unwrap_or_default().into();
        }
        if let Some(negative) = number.as_i64() {
            let token = self.digits(&negative.unsigned_abs().to_string());
            return token.parse::<i64>().map_or(-1, |token| -token).into();
        }
        let value = number.as_f64().unwrap_or_default();
        let token = if value.fract() == 0.0 && value.abs() < 1e15 {
            // 101.0 and 101 can be the same id.
            let token: f64 = self.digits(&format!("{:.0}", value.abs())).parse().unwrap_or(1.0);
            token.copysign(value)
        } else {
            self.fraction(&number.to_string())
        };
        // Other digits may make a number too large for its type.
        let finite =
            Number::from_f64(token).or_else(|| Number::from_f64(1e300_f64.copysign(value)));
        finite.unwrap_or_else(|| 1.into())
    }

    /// Returns the replacement of a word of a field. It is none for which `is_mapped` is true.
    pub(super) fn word(
        &mut self,
        field: &str,
        word: &str,
        is_mapped: &dyn Fn(&str) -> bool,
    ) -> String {
        let key = format!("{field}\n{word}");
        if !is_digits(word) {
            return self.letters(&key, word, is_mapped);
        }
        let mut length = word.len();
        let mut draws = 0;
        loop {
            if let Some(token) = self.known.get(&key) {
                return token.clone();
            }
            draws += 1;
            // All words of one digit may be mapped.
            length += usize::from(draws % DRAWS == 0);
            let token = self.draw_digits(length, false);
            if token != word && !is_mapped(&token) {
                self.known.insert(key.clone(), token);
            }
        }
    }

    /// Returns random letters, as many as the next of `LENGTHS`, and none that `refuse` is true
    /// for.
    fn letters(&mut self, key: &str, text: &str, refuse: &dyn Fn(&str) -> bool) -> String {
        if let Some(token) = self.known.get(key) {
            return token.clone();
        }
        let length = text.chars().count();
        let mut length = LENGTHS.into_iter().find(|longest| length <= *longest).unwrap_or(400);
        let mut draws = 0;
        loop {
            let token: String =
                (0..length).map(|_| char::from(self.random.random_range(b'a'..=b'z'))).collect();
            if token != text && !refuse(&token) && self.used.insert(token.clone()) {
                self.known.insert(key.to_owned(), token.clone());
                return token;
            }
            draws += 1;
            length += usize::from(draws % DRAWS == 0);
        }
    }

    /// Returns as many random digits. A leading zero stays: `0701234567` must not become a shorter
    /// number.
    fn digits(&mut self, digits: &str) -> String {
        let zero = digits.len() > 1 && digits.starts_with('0');
        if digits.len() <= FEW_DIGITS {
            return self.few_digits(digits, zero);
        }
        if let Some(token) = self.known.get(digits) {
            return token.clone();
        }
        loop {
            let token = self.draw_digits(digits.len(), zero);
            if token != digits && self.used.insert(token.clone()) {
                self.known.insert(digits.to_owned(), token.clone());
                return token;
            }
        }
    }

    /// Draws a number of `length` digits. The longest ones still fit into 64 bits.
    fn draw_digits(&mut self, length: usize, zero: bool) -> String {
        let mut token = String::with_capacity(length);
        for place in 0..length {
            let range = match place {
                0 if zero => 0..=0,
                // i64 ends at 9.2e18 and u64 at 1.8e19.
                0 if length >= 19 => 1..=1,
                0 if length > 1 => 1..=9,
                1 if length >= 19 => 0..=7,
                _ => 0..=9_u8,
            };
            token.push(char::from(b'0' + self.random.random_range(range)));
        }
        token
    }

    /// Replaces a number of few digits by a permutation: each by another one, no two by the same.
    fn few_digits(&mut self, digits: &str, zero: bool) -> String {
        let free = digits.len() - usize::from(zero);
        let first = if zero || free == 1 { 0 } else { 10_u32.pow(free as u32 - 1) };
        let count = 10_u32.pow(free as u32) - first;
        let random = &mut self.random;
        let places = self.short.entry((digits.len(), zero)).or_insert_with(|| cycle(count, random));
        let place = digits.parse::<u32>().unwrap_or(first) - first;
        let token = first + places.get(place as usize).copied().unwrap_or_default();
        format!("{token:0width$}", width = digits.len())
    }

    /// Replaces the digits of a number with a decimal point.
    fn fraction(&mut self, text: &str) -> f64 {
        if let Some(token) = self.known.get(text) {
            return token.parse().unwrap_or(1.5);
        }
        loop {
            let (mantissa, exponent) =
                text.split_once('e').map_or((text, None), |(m, e)| (m, Some(e)));
            let last = mantissa.len() - 1;
            let mut token = String::with_capacity(text.len());
            for (place, c) in mantissa.char_indices() {
                // No zero at either end: the number must keep its digits when it is written again.
                let ends = place == last || mantissa[..place].trim_start_matches('-').is_empty();
                let lowest = u8::from(ends);
                token.push(if c.is_ascii_digit() {
                    char::from(b'0' + self.random.random_range(lowest..=9))
                } else {
                    c
                });
            }
            if let Some(exponent) = exponent {
                // Other digits in front of e308 may be too large for a 64-bit float.
                token = format!("{token}e{}", if exponent == "308" { "307" } else { exponent });
            }
            if token != text {
                self.known.insert(text.to_owned(), token.clone());
                return token.parse().unwrap_or(1.5);
            }
        }
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns a random permutation that is one cycle (Sattolo's algorithm): no number keeps its place.
fn cycle(count: u32, random: &mut ChaCha20Rng) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count).collect();
    for last in (1..places.len()).rev() {
        places.swap(last, random.random_range(0..last));
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn table() -> Replacements {
        Replacements::new().expect("random numbers")
    }

    fn number(tokens: &mut Replacements, value: &Value) -> Number {
        tokens.number(value.as_number().expect("a number"))
    }

    #[test]
    fn replacements_are_stable_within_one_recording_only() {
        let (mut one, mut other) = (table(), table());
        let token = one.text("Åsa Öberg");
        assert_eq!((one.text("Åsa Öberg"), token.len()), (token.clone(), 16));
        assert_ne!(other.text("Åsa Öberg"), token);
        assert_eq!(one.text(" Åsa Öberg\n"), format!(" {token}\n"));
        assert_eq!((one.text(""), one.text("  ")), (String::new(), "  ".to_owned()));
    }

    #[test]
    fn short_numbers_are_permuted() {
        let mut tokens = table();
        for (range, zero) in
            [(0..10_u32, false), (10..100, false), (100..1000, false), (0..100, true)]
        {
            let figures: Vec<String> =
                range.map(|n| if zero { format!("{n:03}") } else { n.to_string() }).collect();
            let all: HashSet<String> = figures.iter().map(|figure| tokens.text(figure)).collect();
            assert_eq!(all.len(), figures.len());
            for figure in &figures {
                let token = tokens.text(figure);
                assert!(token != *figure && token.len() == figure.len(), "{figure}: {token}");
                assert_eq!(token.starts_with('0') && token.len() > 1, zero, "{figure}: {token}");
            }
        }
    }

    #[test]
    fn id_has_one_replacement_as_number_and_text() {
        let mut tokens = table();
        for id in [7_u64, 101, 46_701_234_567] {
            let token = number(&mut tokens, &json!(id));
            assert_eq!(tokens.text(&id.to_string()), token.to_string());
            assert_eq!(number(&mut tokens, &json!(id as f64)).to_string(), format!("{token}.0"));
        }
    }

    #[test]
    fn many_short_texts_get_distinct_replacements() {
        let mut tokens = table();
        let texts: Vec<String> = (0..200_000).map(|n| format!("x{n:x}")).collect();
        let all: HashSet<String> = texts.iter().map(|text| tokens.text(text)).collect();
        assert_eq!(all.len(), texts.len());
    }

    #[test]
    fn replacement_of_a_word_is_never_mapped() {
        let mut tokens = table();
        let token = tokens.word("state", "9", &|word| word.len() == 1);
        assert_eq!(token.len(), 2);
        assert_eq!(tokens.word("state", "9", &|_| false), token, "it stays the same");
        assert_eq!(tokens.word("state", "Fika", &|_| false).len(), 4);
    }

    fn shape(number: &Number) -> (bool, bool, usize) {
        let digits = number
            .to_string()
            .split('e')
            .next()
            .unwrap_or_default()
            .bytes()
            .filter(u8::is_ascii_digit)
            .count();
        (number.is_f64(), number.is_i64(), digits)
    }

    proptest! {
        #[test]
        fn whole_numbers_keep_type_sign_and_digits(value in prop_oneof![any::<i64>().prop_map(Number::from), any::<u64>().prop_map(Number::from)]) {
            let token = table().number(&value);
            prop_assert_eq!(shape(&token).2, shape(&value).2, "{} became {}", value, token);
            prop_assert_eq!((token.is_f64(), token.as_f64() < Some(0.0)), (false, value.as_f64() < Some(0.0)));
            prop_assert!(token.is_i64() || !value.is_i64(), "{} became {}", value, token);
            prop_assert!(token != value || value.as_i64() == Some(0));
        }

        #[test]
        fn fractions_stay_fractions(whole in 0_u32..10_000, part in 1_u32..1_000) {
            let value: Number = format!("{whole}.{part:03}").parse().expect("a number");
            let token = table().number(&value);
            prop_assert_eq!(shape(&token), shape(&value), "{} became {}", value, token);
            prop_assert_ne!(token, value);
        }

        #[test]
        fn any_number_becomes_a_number(value in any::<f64>()) {
            if let Some(value) = Number::from_f64(value) {
                let token = table().number(&value);
                prop_assert!(token.is_f64() && token.as_f64().is_some_and(f64::is_finite), "{} became {}", value, token);
            }
        }

        #[test]
        fn text_becomes_another_of_the_next_length(text in "\\PC{1,500}") {
            let token = table().text(&text);
            let core = text.trim();
            prop_assert!(core.is_empty() || token.trim() != core);
            let length = token.trim().chars().count();
            prop_assert!(core.is_empty() || is_digits(core) || LENGTHS.contains(&length), "{}", token);
        }
    }
}
