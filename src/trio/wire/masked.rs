//! Masking of texts that may be the name or number of a person: the shape stays, the content goes.

/// Returns the text with an `x` or `X` for every letter and a `9` for every digit.
// The shape tells a person who maps fields a word from a time or a number, without saying any of
// them.
pub fn masked(text: &str) -> String {
    let hidden = |c: char| match c {
        c if c.is_uppercase() => 'X',
        c if c.is_alphabetic() => 'x',
        c if c.is_numeric() => '9',
        c => c,
    };
    text.chars().map(hidden).collect()
}
