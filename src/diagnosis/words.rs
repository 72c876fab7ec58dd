//! Numbers, names and durations in sentences.

use std::fmt::Display;

/// Most names in one sentence; a longer line hides the remedy.
const MAX_NAMES: usize = 8;

/// Returns a number with its noun in singular or plural.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Lists the first eight names and the number of further ones.
pub fn list_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let shown = names[..names.len().min(MAX_NAMES)].join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Returns an id with its name in brackets, if it has one.
pub fn name_and_id(id: &str, name: Option<&str>) -> String {
    name.map_or_else(|| id.to_owned(), |name| format!("{id} ({name})"))
}

/// Formats a duration in its two largest units, such as `250 ms`, `4 min 10 s` or `3 d 4 h`.
pub fn span(seconds: f64) -> String {
    if seconds < 1.0 && seconds > 0.0 {
        return format!("{} ms", (seconds * 1000.0).round());
    }
    if seconds < 10.0 {
        return format!("{} s", (seconds * 10.0).round() / 10.0);
    }
    let whole = seconds.round() as u64;
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(length, _)| whole >= *length).unwrap_or(units.len() - 1);
    let mut left = whole;
    let mut parts = Vec::new();
    for (length, unit) in units.iter().skip(first).take(2) {
        if left / length > 0 {
            parts.push(format!("{} {unit}", left / length));
        }
        left %= length;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn spans_have_two_largest_units() {
        for (seconds, words) in [
            (0.0, "0 s"),
            (0.25, "250 ms"),
            (3.04, "3 s"),
            (9.96, "10 s"),
            (59.6, "1 min"),
            (250.0, "4 min 10 s"),
            (7200.0, "2 h"),
            (86_400.0 * 3.0 + 4.0 * 3600.0 + 59.0, "3 d 4 h"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }

    #[test]
    fn long_lists_of_names_are_shortened() {
        let names: Vec<String> = (1..=10).map(|number| number.to_string()).collect();
        let listed = |count: usize| list_names(names[..count].iter().map(String::as_str));
        assert_eq!(listed(2), "1, 2");
        assert_eq!(listed(10), "1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
        assert_eq!((counted(1, "row"), counted(2, "row")), ("1 row".into(), "2 rows".into()));
        assert_eq!(name_and_id("7", Some("Åre")), "7 (Åre)");
    }
}
