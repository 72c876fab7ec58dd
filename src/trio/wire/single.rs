//! Answers with a single item: the Api resource, and the logins.

use serde_json::Value;

/// Levels of `data` in which a member is searched.
// Version 8 writes `data: [{…}]` (vendor's manual). Accepted too are a bare object, `data: {…}`, and
// an item that is wrapped once more, `data: [{data: {…}}]`; the help does not show the envelope of
// a login.
const MAX_LEVELS: usize = 3;

/// Returns the member `name` of the single item in an answer; `name` is in lower case, without `_`
/// and `-`. A list of several items is no single item.
pub(in crate::trio) fn member_of_single<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    let mut item = Some(answer);
    for _ in 0..MAX_LEVELS {
        let object = match item? {
            Value::Array(list) if list.len() == 1 => &list[0],
            item => item,
        };
        if let Some(value) = member(object, name) {
            return Some(value);
        }
        item = member(object, "data");
    }
    None
}

/// Member of a normalised name.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let plain = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    object.as_object()?.iter().find(|(key, _)| plain(key) == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn member_is_found_at_each_level_and_in_each_spelling() {
        for answer in [
            json!({"binaryVersion": 8}),
            json!({"links": [], "Data": {"Binary_Version": 8}}),
            json!({"data": [{"links": [], "binaryversion": 8}]}),
            json!({"data": [{"data": {"binary-version": 8}}]}),
            json!([{"binaryVersion": 8}]),
        ] {
            assert_eq!(member_of_single(&answer, "binaryversion"), Some(&json!(8)), "{answer}");
        }
        for answer in [
            json!({"data": [{"binaryVersion": 8}, {"binaryVersion": 9}]}),
            json!({"data": [{"data": [{"data": {"binaryVersion": 8}}]}]}),
            json!({"data": []}),
            json!(null),
        ] {
            assert_eq!(member_of_single(&answer, "binaryversion"), None, "{answer}");
        }
    }
}
