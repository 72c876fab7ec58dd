//! How a text is written, without what it says: it may be the name or the number of somebody.

/// The text with an `x` for every letter and a `9` for every digit.
pub fn masked(text: &str) -> String {
    let hidden = |c: char| match c {
        c if c.is_uppercase() => 'X',
        c if c.is_alphabetic() => 'x',
        c if c.is_numeric() => '9',
        c => c,
    };
    text.chars().map(hidden).collect()
}
