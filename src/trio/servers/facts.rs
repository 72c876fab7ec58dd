//! Facts that a server states of itself in its Api resource.

use serde_json::Value;

use crate::{
    model::{ServerFacts, Text},
    trio::wire::single::member_of_single,
};

/// Longest version, in characters. The vendor's manual shows `8.0.2.0`.
// It becomes a label: a server must not be able to write a page of text, or a new word each time,
// into the metrics.
const MAX_VERSION: usize = 32;

/// Reads the facts in an answer to `GET te/api`.
pub(super) fn stated_facts(api: &Value) -> ServerFacts {
    let version = member_of_single(api, "binaryversion").and_then(Value::as_str).map(str::trim);
    let fits = |version: &&str| {
        let starts = version.starts_with(|c: char| c.is_ascii_digit());
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        starts && version.len() <= MAX_VERSION && version.chars().all(plain)
    };
    ServerFacts {
        version: version.filter(fits).map(Text::from),
        failover_mode: member_of_single(api, "failovermode").and_then(Value::as_bool),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn facts_are_read_where_they_are_plain() {
        let facts = |version, mode| ServerFacts {
            version: Option::<&str>::map(version, Text::from),
            failover_mode: mode,
        };
        let api = |version: Value, mode: Value| json!({"links": [], "data": [{"links": [], "binaryVersion": version, "failoverMode": mode}]});
        for (api, expected) in [
            (api(json!("8.0.2.0"), json!(true)), facts(Some("8.0.2.0"), Some(true))),
            (api(json!(" 8.2-rc1 "), json!(false)), facts(Some("8.2-rc1"), Some(false))),
            (api(json!("v8; DROP"), json!("no")), facts(None, None)),
            (api(json!("8".repeat(33)), json!(0)), facts(None, None)),
            (api(json!(8.2), json!(null)), facts(None, None)),
            (json!({"data": {"primaryServer": "trio1"}}), facts(None, None)),
            (json!("8.0.2.0"), facts(None, None)),
        ] {
            assert_eq!(stated_facts(&api), expected, "{api}");
        }
    }
}
