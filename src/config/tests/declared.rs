//! Tests of the declared keys: reader, schema, sample file and defaults agree.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jsonschema::Validator;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::ServiceGoals;

const SAMPLE: &str = include_str!("../../../deploy/trio-exporter.yml");

/// A key that is far from every known one.
const STRANGE: &str = "zzzzzzzzzzzzzzzzzzzz";

/// Parts of messages about errors that a schema cannot express: other files, other keys, lengths of
/// durations.
const READER_ONLY: [&str; 15] = [
    "cannot read",
    "holds no certificate",
    "no such time zone",
    "must be the Base64 text",
    "is empty; put the secret into it",
    "ISO-8859-1",
    "feeds",
    "there is no folder",
    "is a folder",
    "must be at least",
    "must not be shorter than",
    "must not be longer than wait_target",
    "matches the same services",
    "no target has this name",
    "both allowed and denied",
];
const READER_ONLY_TOO: [&str; 11] = [
    "is called `main`",
    "the same host and port",
    "is named twice",
    "is the word for all reasons",
    "at least one of service_state",
    "must say which services",
    "needs the key `time_zone`",
    "is called `a`",
    "is in the list already",
    "needs `agents: services`",
    "must be written as browsers send it: https://example.se",
];

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);
static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft7::new(&SCHEMA).expect("a schema"));

fn instance(text: &str) -> Value {
    serde_saphyr::from_str::<Option<Value>>(text).expect("YAML").unwrap_or_else(|| json!({}))
}

#[test]
fn shipped_files_are_valid_by_the_schema() {
    let compose = include_str!("../../../deploy/compose/trio-exporter.yml");
    for text in [SAMPLE, &written_out(), compose, VALID] {
        let instance = instance(text);
        let errors: Vec<String> = VALIDATOR
            .iter_errors(&instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn schema_rejects_the_errors_that_it_can_express() {
    let reader_only = || READER_ONLY.iter().chain(&READER_ONLY_TOO);
    let mut used = BTreeSet::new();
    for (text, message) in mistakes::all() {
        let is_valid = VALIDATOR.is_valid(&instance(&text));
        let reason = reader_only().find(|reason| message.contains(**reason));
        assert_eq!(
            is_valid,
            is_valid && reason.is_some(),
            "accepted by the schema: {text}{message}"
        );
        used.extend(reason.filter(|_| is_valid));
    }
    assert_eq!(used, reader_only().collect(), "each of these is needed");
}

#[test]
fn every_key_has_a_wrong_value_in_the_tables() {
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '[' | ']');
    let tested: BTreeSet<String> = mistakes::all()
        .into_iter()
        .filter_map(|(_, message)| Some(message.split(": ").nth(1)?.replace(digits, "")))
        .collect();
    let mut leaves = BTreeSet::new();
    collect_leaves("", &SCHEMA, &mut leaves);
    assert!(leaves.len() > 100, "{leaves:?}");
    assert_eq!(leaves.difference(&tested).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn schema_and_reader_know_the_same_keys() {
    let mut ours = BTreeMap::new();
    let strange = strange(&SCHEMA, "", &mut ours).expect("a map");
    let known = "; known here: ";
    let theirs: BTreeMap<String, BTreeSet<String>> = errors("schema-keys", &strange.to_string())
        .into_iter()
        .filter_map(|message| {
            let (before, keys) = message.split_once(known)?;
            let path =
                before.split(": ").nth(1)?.strip_suffix(STRANGE)?.trim_end_matches('.').to_owned();
            Some((path, keys.split(", ").map(str::to_owned).collect()))
        })
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn sample_explains_every_key_of_the_schema() {
    let mut maps = BTreeMap::new();
    strange(&SCHEMA, "", &mut maps);
    let words: BTreeSet<&str> =
        SAMPLE.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let missing: Vec<_> =
        maps.values().flatten().filter(|key| !words.contains(key.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn defaults_of_the_schema_are_those_of_the_reader() {
    let mut written = json!({"targets": {}});
    for key in ["poll", "metrics", "agents", "targets"] {
        let map = map_of(&SCHEMA["properties"][key]).expect("a map");
        written[key] = defaults(map).expect("there are some");
    }
    assert_eq!(written["targets"]["limits"]["body_mib"], 64, "{written}");
    let target = written["targets"].as_object_mut().expect("a map");
    target.insert("servers".to_owned(), json!("https://trio.example/te/api"));
    for (key, file) in
        [("client_key_file", "key"), ("username_file", "user"), ("password_file", "password")]
    {
        target.insert(key.to_owned(), json!(file));
    }
    target.remove("default_case_class").expect("the word for none");
    let full = load_text("schema-defaults", &written.to_string()).expect("valid");
    let plain =
        load_text("schema-defaults", &VALID.replace("name: main", "name: trio")).expect("valid");
    assert_eq!(
        (full.poll, full.tally, full.metrics.max_series),
        (plain.poll, plain.tally, plain.metrics.max_series)
    );
    assert_eq!(full.targets, plain.targets);
}

#[test]
fn default_goals_of_the_schema_are_those_of_the_reader() {
    let written = defaults(&SCHEMA["properties"]["goals"]).expect("there are some");
    assert_eq!(written["classes"]["email"]["wait_target"], "24h", "{written}");
    let goals = |text: String| {
        let config = load_text("schema-goals", &text).expect("valid");
        let goals = config.targets[0].goals.for_service(&ServiceNames::default()).into_owned();
        (CaseClass::ALL.map(|class| goals.class(class)), goals.abandon_target)
    };
    assert_eq!(goals(format!("{VALID}goals: {written}")), goals(VALID.to_owned()));
}

#[test]
fn every_key_of_the_schema_has_a_row_with_its_default() {
    // Defaults of several words: `20s (voice, chat); 24h (email)`.
    let without_words = |default: &str| -> BTreeSet<String> {
        default.split("; ").map(|text| text.split(" (").next().unwrap_or(text).to_owned()).collect()
    };
    let rows = keys().into_iter().map(|row| (row.key, without_words(&row.default)));
    let mut schema = BTreeMap::new();
    collect_defaults("", &SCHEMA, &mut schema);
    assert_eq!(rows.collect::<BTreeMap<_, _>>(), schema);
}

#[test]
fn one_declaration_reads_bounds_and_describes_a_key() {
    let read = |keys: &mut Keys<'_, '_>| {
        keys.map("dummy", "A section.", |keys| {
            keys.value("size", kinds::Whole(1..=9_u32), 5, "A size.")
        })
    };
    let of = |text: &str| {
        let mut complaints = Complaints::about("c.yml");
        let node = yaml::parse(text, &mut complaints).expect("YAML");
        let root = Entry { path: String::new(), node: &node };
        (Keys::read(&root, &mut complaints, read), complaints.into_list())
    };
    assert_eq!(of(""), (5, vec![]));
    assert_eq!(of("dummy: {size: 7}"), (7, vec![]));
    let list = |message: &str| vec![format!("c.yml:1:9: dummy.{message}")];
    let outside = "c.yml:1:15: dummy.size: must be a whole number from 1 to 9";
    assert_eq!(of("dummy: {size: 10}"), (5, vec![outside.to_owned()]));
    assert_eq!(of("dummy: {siez: 7}"), (5, list("siez: unknown key; did you mean `size`?")));
    let form = Keys::describe("", read);
    let schema = json!({
        "description": "A size.", "type": ["integer", "null"], "minimum": 1, "maximum": 9, "default": 5,
    });
    assert_eq!(form.schema["properties"]["dummy"]["properties"]["size"], schema);
    let row = ["dummy.size", "5", "1 to 9", "A size."].map(str::to_owned);
    let mut rows = form.rows.into_iter().map(|row| [row.key, row.default, row.values, row.meaning]);
    assert_eq!(rows.next_back(), Some(row.map(|text| text.replace("dummy", ".dummy"))));
}

proptest! {
    // Each case reads a whole configuration.
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schema_accepts_every_duration_that_the_reader_accepts(text in durations()) {
        let yaml = format!("{VALID}metrics: {{keep_counters: {}}}", json!(text));
        let complaints = load_text("schema-durations", &yaml).err().unwrap_or_default();
        if !complaints.iter().any(|message| message.contains("must be a duration")) {
            prop_assert!(VALIDATOR.is_valid(&instance(&yaml)), "{yaml}");
        }
    }
}

#[test]
fn sample_is_valid_as_shipped_and_with_all_keys() {
    let secrets = |text: &str| {
        text.replace("client_key_file: client_key", "client_key_file: key")
            .replace("username_file: username", "username_file: user")
    };
    load_text("sample", &secrets(SAMPLE)).expect("valid");
    let written_out = secrets(&written_out())
        .replace("hash_key_file: agent_hash_key", "hash_key_file: key")
        .replace("token_file: wallboard_token", "token_file: token")
        .replace("    fields_file: fields.yml\n", "")
        .replace("    ca_file: ca.pem\n", "");
    let config = load_text("sample-written-out", &written_out).expect("valid");
    assert_eq!(config.poll, poller::Settings::default());
    assert_eq!(config.tally, values::sample_settings());
    let goals = &config.targets[0].goals;
    let general = ServiceGoals { minimum_agents: Some(2), ..ServiceGoals::default() };
    assert_eq!(*goals.for_service(&ServiceNames::default()), general);
    let shown = ServiceNames { id: "102", ..ServiceNames::default() };
    assert_eq!(goals.for_service(&shown).minimum_agents, Some(4), "the first rule of the sample");
    assert_eq!(config.targets[0].trio.limits, trio::Limits::default());
    assert!(config.targets[0].trio.time_zone.is_some());
}

/// Returns the sample with every key that is commented out put into effect.
fn written_out() -> String {
    // A line of a commented key ends its first word with a colon; the rest is prose.
    let lines = SAMPLE.lines().skip(1).map(|line| match line.trim_start().strip_prefix("# ") {
        Some(rest)
            if rest
                .trim_start()
                .trim_start_matches("- ")
                .split_whitespace()
                .next()
                .is_some_and(|word| word.ends_with(':') && word == word.to_lowercase()) =>
        {
            line.replacen("# ", "", 1)
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Durations in all ways of writing them, and texts that look like one.
fn durations() -> impl Strategy<Value = String> {
    let units =
        ["ms", "s", " secs", "sec", "m", " min", "minutes", "h", "hr", " hours", ".5h", ",5 s"];
    let part = (0..100_u32, prop::sample::select(units.to_vec()))
        .prop_map(|(number, unit)| format!("{number}{unit}"));
    let parts = (prop::collection::vec(part, 1..4), prop::sample::select(vec!["", " ", ", "]));
    prop_oneof![
        parts.prop_map(|(parts, between)| parts.join(between)),
        (0..100_u32, 0..60_u32).prop_map(|(hours, minutes)| format!("PT{hours}H{minutes}M")),
        (0..100_u32, 0..60_u32).prop_map(|(hours, minutes)| format!("{hours:02}:{minutes:02}:00")),
        "[0-9smhPTn.:, -]{1,8}",
    ]
}

/// Returns the map among the alternatives of a schema.
fn map_of(schema: &Value) -> Option<&Value> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return SCHEMA.pointer(name.trim_start_matches('#')).and_then(map_of);
    }
    if schema.get("properties").is_some() {
        return Some(schema);
    }
    schema.get("anyOf")?.as_array()?.iter().find_map(map_of)
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn collect_leaves(path: &str, schema: &Value, leaves: &mut BTreeSet<String>) {
    match map_of(schema) {
        Some(map) => {
            properties(map)
                .for_each(|(key, value)| collect_leaves(&below(path, key), value, leaves));
        }
        None => {
            leaves.insert(path.to_owned());
        }
    }
}

/// Collects the keys of the schema as the tables name them, with their defaults: a word in capitals
/// replaces the words of a closed set, which may have several.
fn collect_defaults(path: &str, schema: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let Some(map) = map_of(schema) else { return };
    let place = match path {
        "collectors" => Some("COLLECTOR"),
        "agents.state_limits" => Some("STATE"),
        path if path.ends_with("classes") => Some("CLASS"),
        _ => None,
    };
    for (key, value) in properties(map) {
        let path = below(path, place.unwrap_or(key));
        let default = match &value["default"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        found.entry(path.clone()).or_default().insert(default);
        let is_list = value["anyOf"].as_array().is_some_and(|it| it[0]["type"] == "array");
        collect_defaults(&if is_list { format!("{path}[]") } else { path }, value, found);
    }
}

/// Returns a document with every map of the schema, each with an unknown key, and collects the keys
/// of each map.
fn strange(
    schema: &Value,
    path: &str,
    keys: &mut BTreeMap<String, BTreeSet<String>>,
) -> Option<Value> {
    let map = map_of(schema)?;
    keys.insert(path.to_owned(), properties(map).map(|(key, _)| key.clone()).collect());
    let mut document = serde_json::Map::new();
    for (key, value) in properties(map) {
        if let Some(value) = strange(value, &below(path, key), keys) {
            document.insert(key.clone(), value);
        }
    }
    document.insert(STRANGE.to_owned(), json!(1));
    Some(Value::Object(document))
}

fn defaults(schema: &Value) -> Option<Value> {
    let mut document = serde_json::Map::new();
    for (key, value) in properties(schema) {
        let value = value.get("default").cloned().or_else(|| defaults(map_of(value)?));
        document.extend(value.map(|value| (key.clone(), value)));
    }
    (!document.is_empty()).then_some(Value::Object(document))
}
