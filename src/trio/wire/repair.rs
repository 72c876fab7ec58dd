//! Repair of answers that are nearly JSON: one value that cannot be read costs that value, and not
//! the whole list.
//!
//! Programs write lone surrogates where they cut a text in the middle of an emoji, `NaN` for a
//! division by zero, and control characters that someone pasted into a name.

/// Text of a value that cannot be read. A noncharacter of Unicode: no text of a server holds it.
pub(in crate::trio) const BROKEN: char = '\u{FDD0}';
/// The same as a JSON text.
const BROKEN_TEXT: &[u8] = "\"\u{FDD0}\"".as_bytes();

/// Growth of an answer by its marks that is allowed in any case.
// Some thousand broken values. A page of a list has a thousand rows.
const SLACK: usize = 16 << 10;

/// Returns the answer with [`BROKEN`] for each text, number or word that is no JSON; `None` if there
/// is none, a text does not end, or the marks make it longer than `limit` and the body itself.
/// Structure is not repaired.
pub(in crate::trio) fn repaired(body: &[u8], limit: usize) -> Option<Vec<u8>> {
    // A mark may be longer than what it replaces: an answer of nothing but broken words would grow
    // to several times its size.
    let limit = limit.max(body.len() + SLACK);
    let mut result = Vec::with_capacity(body.len());
    let mut changed = false;
    let mut rest = body;
    while let [first, ..] = rest {
        let (length, is_valid) = match first {
            b'"' => text(rest)?,
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => (1, true),
            // Between values it has no meaning.
            0..=0x1F => {
                result.push(b' ');
                changed = true;
                rest = &rest[1..];
                continue;
            }
            _ => word(rest),
        };
        let (token, after) = rest.split_at(length);
        let token = if is_valid { token } else { BROKEN_TEXT };
        if result.len() + token.len() > limit {
            return None;
        }
        result.extend_from_slice(token);
        changed |= !is_valid;
        rest = after;
    }
    changed.then_some(result)
}

/// Length of the text at the beginning, and whether it is valid; `None` if it does not end.
fn text(rest: &[u8]) -> Option<(usize, bool)> {
    let mut is_valid = true;
    // The first half of a surrogate pair came just before.
    let mut high = false;
    let mut at = 1;
    loop {
        let byte = *rest.get(at)?;
        if byte != b'\\' {
            is_valid &= !high && byte >= 0x20;
            high = false;
            at += 1;
            if byte == b'"' {
                return Some((at, is_valid));
            }
            continue;
        }
        match *rest.get(at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                is_valid &= !high;
                high = false;
                at += 2;
            }
            b'u' => {
                let unit = rest.get(at + 2..at + 6).and_then(hexadecimal);
                match unit {
                    Some(0xD800..=0xDBFF) => {
                        is_valid &= !high;
                        high = true;
                    }
                    Some(0xDC00..=0xDFFF) => {
                        is_valid &= high;
                        high = false;
                    }
                    Some(_) => {
                        is_valid &= !high;
                        high = false;
                    }
                    None => is_valid = false,
                }
                // Of a broken escape only the two signs are certain: the text may end behind them.
                at += if unit.is_some() { 6 } else { 2 };
            }
            _ => {
                is_valid = false;
                at += 2;
            }
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())?
}

/// Length of the number or word at the beginning, and whether it is one of JSON.
fn word(rest: &[u8]) -> (usize, bool) {
    let is_end =
        |byte: &u8| matches!(byte, 0..=0x20 | b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':');
    let length = rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
    let word = &rest[..length];
    let is_valid = matches!(word, b"true" | b"false" | b"null")
        || serde_json::from_slice::<serde_json::Number>(word).is_ok();
    (length, is_valid)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repair(body: &str) -> Option<String> {
        repaired(body.as_bytes(), 0).map(|body| String::from_utf8(body).expect("UTF-8"))
    }

    #[test]
    fn value_that_is_no_json_is_marked() {
        for bad in [
            r#""Support \ud83d""#,
            r#""\ude00""#,
            r#""\ud83d\ud83d\ude00""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\x41""#,
            r#""\u12""#,
            "\"a\tb\"",
            "\"a\u{0}b\"",
            "\"a\nb\"",
            "NaN",
            "-Infinity",
            "undefined",
            "01",
            "1.",
            ".5",
            "+1",
            "0x1F",
            "Växel",
            "True",
            "1e999",
        ] {
            let body =
                format!(r#"{{"data":[{{"id":1,"a":{bad},"b":"Växel \"x\" \ud83d\ude00"}}]}}"#);
            let expected =
                format!(r#"{{"data":[{{"id":1,"a":"{BROKEN}","b":"Växel \"x\" \ud83d\ude00"}}]}}"#);
            assert_eq!(repair(&body), Some(expected.clone()), "{bad}");
            assert!(serde_json::from_str::<serde_json::Value>(&expected).is_ok());
        }
        assert_eq!(repair("{\"a\":\u{1}1}").as_deref(), Some("{\"a\": 1}"));
    }

    #[test]
    fn valid_or_endless_answer_is_left_alone() {
        for body in ["", "{}", r#"{"a":[1,-2.5e3,true,null,"\u00e5"]}"#, r#"{"a":"b"#, r#"["\"#] {
            assert_eq!(repair(body), None, "{body}");
        }
    }

    #[test]
    fn repair_never_multiplies_an_answer() {
        let words = format!("[{}x]", "x,".repeat(100_000));
        assert_eq!(repaired(words.as_bytes(), 0), None);
        assert!(repaired(words.as_bytes(), 1 << 20).is_some());
    }

    proptest! {
        #[test]
        fn valid_json_is_never_changed(text in ".*", number in any::<f64>(), flag in any::<bool>()) {
            let body = serde_json::json!({"a": [text, number, flag], "b": {"c": text}}).to_string();
            prop_assert_eq!(repaired(body.as_bytes(), 0), None);
        }

        #[test]
        fn any_bytes_are_repaired_without_panic(body in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = repaired(&body, 0);
        }
    }
}
