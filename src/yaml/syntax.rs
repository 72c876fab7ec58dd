//! Turns the parser's errors into sentences for the author of the file.

use serde_saphyr::Error;

use super::Position;

/// Returns the position of a syntax error, if it is known, and its message.
pub(super) fn describe(error: &Error) -> (Option<Position>, String) {
    // A snippet would quote lines of the file, which may hold secrets.
    let error = error.without_snippet();
    let position =
        error.location().map(|place| Position { line: place.line(), column: place.column() });
    let message = match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` is given twice; give it once")
        }
        Error::MultipleDocuments { .. } => {
            "a second document begins here; leave out the line `---`".to_owned()
        }
        other => {
            let text = other.to_string();
            // The parser appends the position, which the message already begins with.
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            format!("not valid YAML: {text}")
        }
    };
    (position, message)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use crate::yaml::{Complaints, parse};

    #[test]
    fn invalid_yaml_is_reported_with_its_position() {
        for (text, message) in [
            ("a: 1\na: 2", "a.yml:2:1: the key `a` is given twice; give it once"),
            ("a: {b: 1, b: 2}", "a.yml:1:11: the key `b` is given twice; give it once"),
            (
                "a: 1\n---\nb: 2",
                "a.yml:3:1: a second document begins here; leave out the line `---`",
            ),
            (
                "a:\n\tb: 1",
                "a.yml:2:2: not valid YAML: tabs disallowed within this context (block indentation)",
            ),
            ("a: [1", "a.yml:1:4: not valid YAML: unclosed bracket '['"),
            ("a: 'x", "a.yml:1:4: not valid YAML: unclosed quote"),
            (
                "a: b: c",
                "a.yml:1:5: not valid YAML: mapping values are not allowed in this context",
            ),
            ("a: *b", "a.yml:1:4: not valid YAML: alias references unknown anchor"),
            ("a: @b", "a.yml:1:4: not valid YAML: unexpected character: `@'"),
            ("? [a]\n: b", "a.yml:1:3: not valid YAML: expected string scalar"),
        ] {
            let mut complaints = Complaints::about("a.yml");
            assert!(parse(text, &mut complaints).is_none());
            assert_eq!(complaints.into_list(), [message], "{text}");
        }
    }
}
