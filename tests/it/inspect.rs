//! `inspect` on simulated and hand-written servers.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};
use trio_exporter::{
    config::Target,
    model::{AgentState, CaseClass, CaseState, Clock, Resource},
    sim::{Dialect, HelpAccess, HelpPages, Naming, Options},
    tools::inspect::{self, Report},
    trio::{Client, Dictionary},
};
use wiremock::ResponseTemplate;

use crate::{
    process::{ended, run},
    support::{HandWritten, Simulated, still_clock, target},
};

fn client(target: Target) -> Client {
    Client::new(target.trio, target.dictionary, Arc::default(), Clock::system()).expect("a client")
}

async fn report(dialect: Dialect, mapped: bool, show_values: bool) -> Report {
    let clock = Clock::system();
    let trio = Simulated::start(Options { dialect, ..Options::default() }, clock).await;
    inspect::inspect(&client(trio.target(mapped)), show_values, None)
        .await
        .expect("a server that answers")
}

/// A hand-written Trio whose agents have a state that is in no dictionary, and no rights to the
/// rest.
async fn odd() -> (HandWritten, Report) {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let agents = json!({"data": [
        {"agentId": 1, "name": "Åsa \"Å\" Öberg", "state": "Fika", "phone": 4670123456_u64, "x": {"y": "Öberg"}},
        {"agentId": 2, "name": "Bo", "state": "Busy", "phone": null, "x": []},
    ]});
    trio.answer("cc/1/agents/state", agents.to_string()).await;
    trio.respond("cc/1/services", ResponseTemplate::new(403)).await;
    let report = inspect::inspect(&client(target(&trio.url())), false, None)
        .await
        .expect("a server that answers");
    (trio, report)
}

#[tokio::test]
async fn members_are_shown_with_fields_and_none_is_missing() {
    for dialect in [Dialect::English, Dialect::Swedish, Dialect::Foreign] {
        let table = inspect::table(&report(dialect, true, false).await);
        assert!(!table.contains('!'), "{table}");
        assert!(table.contains("cc 1, agents/state: 40 items, 40 looked at"), "{table}");
        for field in ["queue_length (number)", "state (enum)", "since (timestamp)", "open (bool)"] {
            assert!(table.contains(field), "{dialect:?}: {field}: {table}");
        }
        assert!(
            table.contains("cc 1: services in service groups: 8 by services?groupId="),
            "{table}"
        );
        assert!(table.contains("cc 1: agents in agent groups: by agents' group_id"), "{table}");
        for resource in ["cc 1, services/calls: ", "cc 1, skills: "] {
            assert!(table.contains(resource), "{dialect:?}: {resource}: {table}");
        }
        let skilled = table.lines().find(|line| line.contains("agents skilled for services: "));
        assert!(skilled.is_some_and(|line| line.ends_with("skills, of 8 services")), "{table}");
    }
}

#[tokio::test]
async fn an_unknown_dialect_shows_what_feeds_nothing_and_what_could() {
    let report = report(Dialect::Foreign, false, false).await;
    let table = inspect::table(&report);
    for line in ["  ! nothing feeds state", "  ! nothing feeds queue_length", "hdTeams  list|text"]
    {
        assert!(table.contains(line), "{line}: {table}");
    }
    let suggested = inspect::fields_file(&report);
    assert!(
        suggested.contains("#?   queue_length: {members: ['qDepth_77']} # number; 9"),
        "{suggested}"
    );
    Dictionary::with_user_file("suggested.yml", &suggested).expect("usable as it is");
}

#[tokio::test]
async fn no_name_and_no_number_of_a_person_is_shown_unless_asked_for() {
    let (_trio, odd) = odd().await;
    for printed in [
        inspect::table(&odd),
        serde_json::to_string(&odd).expect("JSON"),
        inspect::fields_file(&odd),
    ] {
        for personal in ["Åsa", "Öberg", "Bo\"", "4670123456"] {
            assert!(!printed.contains(personal), "{personal}: {printed}");
        }
        assert!(printed.contains("Fika"), "a state word is what the user has to map: {printed}");
    }
    let shown = inspect::table(&report(Dialect::English, true, true).await);
    assert!(shown.contains("Växel"), "{shown}");
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_stops_nothing() {
    let (_trio, odd) = odd().await;
    let table = inspect::table(&odd);
    assert!(
        table.contains(
            "cc 1, services: NOT READ: services: answered 403: the API user lacks the right"
        ),
        "{table}"
    );
    assert!(table.contains("cc 1, agents/state: 2 items"), "{table}");
    assert!(table.contains("  ! state: values that are not mapped: Fika"), "{table}");
    assert!(table.contains("agents in agent groups: not found"), "{table}");
    assert!(
        table.contains("agents skilled for services: unknown: services: answered 403"),
        "{table}"
    );
}

#[tokio::test]
async fn a_suggested_file_maps_unknown_states_to_be_edited() {
    let (_trio, odd) = odd().await;
    let suggested = inspect::fields_file(&odd);
    assert!(suggested.contains("      \"Fika\": unknown\n"), "{suggested}");
    Dictionary::with_user_file("suggested.yml", &suggested).expect("usable as it is");
    Dictionary::with_user_file("edited.yml", &suggested.replace("unknown\n", "paused\n"))
        .expect("usable when edited");
}

/// Values of enumerations that no dictionary has: signs of YAML, a number as number and as text,
/// other types, nothing.
fn unknown_words() -> Vec<Value> {
    let long = "x".repeat(1100);
    let texts = ["Fika: \"på\" stan # 1", "~", "null", "- x", "\u{7f}", "4711", "", &*long]
        .map(Value::from);
    texts.into_iter().chain([json!(4711), json!(1.5), json!(-4712)]).collect()
}

/// A fields file of a dialect, as a tree.
fn own_fields(dialect: Dialect) -> Value {
    serde_saphyr::from_str(&dialect.fields_file()).expect("YAML")
}

/// A Trio with the member names of a dialect and words in these enumerations that no dictionary
/// has.
async fn with_unknown_words(dialect: Dialect, enumerations: &[(Resource, &str)]) -> HandWritten {
    let own = own_fields(dialect);
    let name = |resource: &str, field: &str| {
        own[resource][field]["members"][0].as_str().expect("a name in every dialect").to_owned()
    };
    let mut lists: BTreeMap<&str, Vec<Map<String, Value>>> = BTreeMap::new();
    for (resource, field) in enumerations {
        let resource = resource.as_str();
        let rows = lists.entry(resource).or_insert_with(|| vec![Map::new(); unknown_words().len()]);
        for (row, word) in rows.iter_mut().zip(unknown_words()) {
            row.insert(name(resource, field), word);
        }
    }
    let trio = HandWritten::start().await;
    // The second contact centre has a word more.
    let center = name("cc", "id");
    trio.answer("cc", json!([{&*center: 1}, {&*center: 2}]).to_string()).await;
    for (resource, mut rows) in lists {
        trio.answer(&format!("cc/1/{resource}"), Value::from(rows.clone()).to_string()).await;
        for value in rows[0].values_mut() {
            *value = "Annat".into();
        }
        trio.answer(&format!("cc/2/{resource}"), Value::from(rows).to_string()).await;
    }
    trio
}

/// The words of a suggestion with the meanings that it lists, by resource and field.
type Suggested = BTreeMap<(String, String), (Vec<String>, Vec<String>)>;

/// Reads a suggestion as a person does, what is commented out included.
fn suggested_words(text: &str) -> Suggested {
    let (mut found, mut resource, mut field) = (Suggested::new(), String::new(), String::new());
    for line in text.lines().skip_while(|line| !line.is_empty()) {
        let line = line.strip_prefix("#? ").unwrap_or(line);
        let content = line.trim_start();
        // Explanations and candidates are no words.
        if content.is_empty() || content.starts_with('#') || content.contains('{') {
            continue;
        }
        match line.len() - content.len() {
            0 => resource = content.trim_end_matches(':').to_owned(),
            2 => field = content.trim_end_matches(':').to_owned(),
            4 => {
                let listed =
                    content.strip_prefix("values: # ").expect("a comment with the meanings");
                let meanings = listed.split([',', ' ']).filter(|word| !matches!(*word, "" | "or"));
                let meanings = meanings.map(str::to_owned).collect();
                found.insert((resource.clone(), field.clone()), (meanings, Vec::new()));
            }
            _ => {
                let (word, _) = content.rsplit_once(": ").expect("a word and its meaning");
                let word = serde_json::from_str(word).expect("a word in quotes");
                found.entry((resource.clone(), field.clone())).or_default().1.push(word);
            }
        }
    }
    found
}

/// A fields file of a dialect with these words mapped to the meaning at this position of the list.
fn completed(dialect: Dialect, suggested: &Suggested, position: usize) -> String {
    let mut own = own_fields(dialect);
    for ((resource, field), (meanings, words)) in suggested {
        for word in words {
            own[resource][field]["values"][word] =
                meanings[position % meanings.len()].clone().into();
        }
    }
    own.to_string().replace('\u{7f}', "\\u007f")
}

#[tokio::test]
async fn every_suggested_entry_is_accepted_in_every_dialect() {
    let enumerations = Dictionary::builtin().expect("valid").fields_of_words();
    assert_eq!(enumerations.len(), 6, "{enumerations:?}");
    for dialect in Dialect::ALL {
        for one in &enumerations {
            accepts_suggestion(dialect, std::slice::from_ref(one)).await;
        }
        accepts_suggestion(dialect, &enumerations).await;
    }
}

/// Holds a suggestion for unknown words in these enumerations to the reader of fields files, as it
/// is and with each meaning that it lists; with the words mapped, nothing is left to map.
async fn accepts_suggestion(dialect: Dialect, enumerations: &[(Resource, &str)]) {
    let trio = with_unknown_words(dialect, enumerations).await;
    let read = |text: &str| {
        let read = Dictionary::with_user_file("fields.yml", text);
        Arc::new(
            read.unwrap_or_else(|why| panic!("{dialect:?}, {enumerations:?}: {why:?} in {text}")),
        )
    };
    let report = async |text: &str| {
        let target = Target { dictionary: read(text), ..target(&trio.url()) };
        inspect::inspect(&client(target), false, None).await.expect("a server that answers")
    };
    let text = inspect::fields_file(&report(&dialect.fields_file()).await);
    read(&text);
    let suggested = suggested_words(&text);
    assert_eq!(suggested.len(), enumerations.len(), "{text}");
    for position in 0..AgentState::COUNT {
        read(&completed(dialect, &suggested, position));
    }
    for (resource, field) in enumerations {
        let key = (resource.as_str().to_owned(), (*field).to_owned());
        let (meanings, words) = suggested.get(&key).unwrap_or_else(|| panic!("{key:?}: {text}"));
        let expected = match (resource, *field) {
            (Resource::AgentState, _) => AgentState::ALL.map(AgentState::as_str).to_vec(),
            (_, "state") => CaseState::ALL.map(CaseState::as_str).to_vec(),
            (_, "class") => CaseClass::ALL.map(CaseClass::as_str).to_vec(),
            _ => vec!["false", "true"],
        };
        assert_eq!(*meanings, expected, "{dialect:?}, {key:?}");
        for word in ["Annat", "Fika: \"på\" stan # 1", "4711", "-4712"] {
            assert!(
                words.iter().any(|known| known == word),
                "{dialect:?}, {key:?}: {word}: {words:?}"
            );
        }
    }
    let rest = report(&completed(dialect, &suggested, 0)).await;
    let unmapped =
        rest.resources.iter().flat_map(|seen| seen.members()).flat_map(|member| &member.unmapped);
    // No key of YAML on one line is longer than 1024 characters.
    let unmapped = unmapped.filter(|word| word.len() < 1024);
    assert_eq!(
        unmapped.collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "{dialect:?}, {enumerations:?}"
    );
}

#[tokio::test]
async fn reports_differ_only_after_server_upgrade() {
    let (trio, before) = odd().await;
    let saved: Report =
        serde_json::from_str(&serde_json::to_string(&before).expect("JSON")).expect("its own JSON");
    assert_eq!(inspect::differences(&saved, &before), Vec::<String>::new());
    trio.server.reset().await;
    let upgraded = HandWritten::start().await;
    upgraded.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let agents = json!({"data": [{"agentId": "1", "name": "Åsa", "newState": "Busy", "state": "Ute", "phone": 5}]});
    upgraded.answer("cc/1/agents/state", agents.to_string()).await;
    upgraded.answer("cc/1/services", r#"{"data":[{"serviceId":1}]}"#).await;
    let after = inspect::inspect(&client(target(&upgraded.url())), false, None)
        .await
        .expect("a server that answers");
    assert_eq!(
        inspect::differences(&before, &after),
        [
            "cc 1, agents/state: agentId: type was number, is text",
            "cc 1, agents/state: newState: new (text)",
            "cc 1, agents/state: state: new values that are not mapped: Ute",
            "cc 1, agents/state: x: gone",
            "cc 1, services: can be read now",
            "cc 1, services: serviceId: new (number)",
        ]
    );
}

#[tokio::test]
async fn the_command_prints_saves_and_compares() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let saved = folder.join("inspect.json");
    let inspect =
        async |arguments: &[&str]| ended(&run(trio.command(&["inspect"]).args(arguments)).await);
    let path = saved.display().to_string();
    let (code, printed, log) = inspect(&["--output", "json", "--save", &path]).await;
    assert_eq!(code, Some(0), "{log}");
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    let written: Value =
        serde_json::from_slice(&std::fs::read(&saved).expect("a file")).expect("JSON");
    assert_eq!(printed, written);
    let (code, printed, log) = inspect(&["--diff", &path]).await;
    assert_eq!((code, &*printed), (Some(0), ""), "{log}");
    assert_eq!(inspect(&["--diff", "/nowhere.json"]).await.0, Some(2));
    let mut changed: Report =
        serde_json::from_slice(&std::fs::read(&saved).expect("a file")).expect("its own JSON");
    changed.resources.pop();
    std::fs::write(&saved, serde_json::to_vec(&changed).expect("JSON")).expect("written");
    let (code, printed, log) = inspect(&["--diff", &path]).await;
    assert_eq!(code, Some(1), "{log}");
    assert!(log.ends_with("1 differences since the saved report\n"), "{log}");
    assert!(printed.ends_with(": new\n"), "{printed}");
}

/// Without a pause between the requests: a simulated server bears it.
const AT_ONCE: inspect::Pace<'_> =
    inspect::Pace { pause: Duration::ZERO, help: None, progress: &|_| () };

/// The member that holds each field, by resource and field, as the simulator writes it.
fn own_members(dialect: Dialect) -> BTreeMap<(String, String), String> {
    let file: BTreeMap<String, BTreeMap<String, Value>> =
        serde_saphyr::from_str(&dialect.fields_file()).expect("a fields file");
    let fields = file.into_iter().flat_map(|(resource, fields)| {
        fields.into_iter().map(move |(field, entry)| ((resource.clone(), field), entry))
    });
    fields
        .map(|(key, entry)| (key, entry["members"][0].as_str().expect("a name").to_owned()))
        .collect()
}

/// Inspects a simulated Trio with proofs, of which only the ids of contact centres are mapped.
async fn proved(dialect: Dialect) -> (Simulated, Target, Report) {
    let trio = Simulated::start(Options { dialect, ..Options::default() }, Clock::system()).await;
    let own = own_members(dialect);
    let center = &own[&("cc".to_owned(), "id".to_owned())];
    let file = format!("cc: {{id: {{members: [{center}]}}}}");
    let dictionary = Dictionary::with_user_file("fields.yml", &file).expect("valid");
    let target = Target { dictionary: Arc::new(dictionary), ..trio.target(false) };
    let report = inspect::inspect(&client(target.clone()), false, Some(AT_ONCE)).await;
    (trio, target, report.expect("a server that answers"))
}

#[tokio::test]
async fn filters_prove_members_in_every_dialect_and_none_wrongly() {
    for dialect in Dialect::ALL {
        let (_trio, _, report) = proved(dialect).await;
        let own = own_members(dialect);
        let table = inspect::table(&report);
        let mut found = Vec::new();
        for proof in &report.proofs {
            let Some(member) = &proof.member else { continue };
            let key = (proof.resource.clone(), proof.field.clone());
            assert_eq!(Some(member), own.get(&key), "{dialect:?}, {key:?}\n{table}");
            // The list of roles is not read, so their ids are not known.
            let expected = if proof.parameter == "roleId" {
                inspect::Grade::Likely
            } else {
                inspect::Grade::Proved
            };
            assert_eq!(proof.grade, expected, "{dialect:?}: {proof:?}");
            found.push(format!("{} {}", proof.resource, proof.field));
        }
        for needed in [
            "services id",
            "services/state id",
            "agents/state id",
            "agentgroups id",
            "services/calls id",
            "services/calls service_id",
            "services/cases id",
            "services/cases service_id",
        ] {
            assert!(found.iter().any(|found| found == needed), "{dialect:?}: {needed}\n{table}");
        }
    }
}

#[tokio::test]
async fn proved_members_are_suggested_and_then_read() {
    let (trio, target, report) = proved(Dialect::Foreign).await;
    let center = &own_members(Dialect::Foreign)[&("cc".to_owned(), "id".to_owned())];
    let file = format!("{}\ncc: {{id: {{members: [{center}]}}}}\n", inspect::fields_file(&report));
    let dictionary = Dictionary::with_user_file("fields.yml", &file)
        .unwrap_or_else(|why| panic!("{why:?} in {file}"));
    let target = Target { dictionary: Arc::new(dictionary), ..target };
    let after = inspect::inspect(&client(target), false, None).await.expect("a report");
    let feeds = |report: &Report, resource: &str, field: &str| {
        let mut seen = report.resources.iter().filter(|seen| seen.resource == resource);
        seen.any(|seen| seen.members().iter().any(|m| m.feeds.as_deref() == Some(field)))
    };
    for (resource, field) in [("services", "id"), ("agents/state", "id")] {
        assert!(!feeds(&report, resource, field), "{resource} {field} is known without a proof");
        assert!(feeds(&after, resource, field), "{resource} {field}\n{file}");
    }
    drop(trio);
}

#[tokio::test]
async fn refused_or_short_lists_are_named_with_the_reason() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let services = json!({"data": [
        {"serviceId": 11, "name": "A"}, {"serviceId": 12, "name": "B"}, {"serviceId": 13, "name": "C"},
    ]});
    // The filters are ignored: every address brings the whole list.
    trio.answer("cc/1/services", services.to_string()).await;
    trio.respond("cc/1/services/calls", ResponseTemplate::new(403)).await;
    let client = client(target(&trio.url()));
    let report = inspect::inspect(&client, false, Some(AT_ONCE)).await.expect("a report");
    let table = inspect::table(&report);
    for line in [
        "services: id is not proved: no member that can be seen agrees with every answer",
        "services/calls: id is not proved: services/calls: answered 403",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
    assert!(report.proofs.iter().all(|proof| proof.grade == inspect::Grade::Open), "{table}");
}

#[tokio::test]
async fn busy_server_ends_the_proof() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let services = json!({"data": [
        {"serviceId": 11, "name": "A"}, {"serviceId": 12, "name": "B"}, {"serviceId": 13, "name": "C"},
    ]});
    trio.answer("cc/1/services", services.to_string()).await;
    trio.respond("cc/1/servicegroups", ResponseTemplate::new(503)).await;
    let client = client(target(&trio.url()));
    let report = inspect::inspect(&client, false, Some(AT_ONCE)).await.expect("a report");
    let reasons: Vec<&str> = report.proofs.iter().map(|proof| proof.reason.as_str()).collect();
    assert!(
        reasons[1].starts_with("not finished: stopped: servicegroups: answered 503"),
        "{reasons:#?}"
    );
    assert!(reasons[2..].iter().all(|why| why.starts_with("not tried: stopped:")), "{reasons:#?}");
}

#[tokio::test]
async fn changed_form_of_values_is_a_difference() {
    let report = async |since: &str, wait: Value| {
        let trio = HandWritten::start().await;
        trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
        let agents = json!({"data": [{"agentId": 1, "state": "Busy", "stateSince": since}]});
        trio.answer("cc/1/agents/state", agents.to_string()).await;
        let services = json!({"data": [{"serviceId": 1, "longestWaitTime": wait}]});
        trio.answer("cc/1/services/state", services.to_string()).await;
        inspect::inspect(&client(target(&trio.url())), false, None).await.expect("an answer")
    };
    let before = report("2026-01-15T08:00:00Z", json!(133_468)).await;
    let table = inspect::table(&before);
    assert!(table.contains("133468 s = 1 d 13 h"), "a wrong unit is seen: {table}");
    let later = report("2026-01-16T09:00:00+01:00", json!(5)).await;
    assert_eq!(inspect::differences(&before, &later), Vec::<String>::new());
    let after = report("2026-01-16T09:00:00", json!("00:02:13")).await;
    assert_eq!(
        inspect::differences(&before, &after),
        [
            "cc 1, agents/state: stateSince: written as was time with zone, is time without zone",
            "cc 1, services/state: longestWaitTime: type was number, is text",
        ]
    );
}

#[tokio::test]
async fn unknown_contact_center_id_is_found_by_trying() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"rubrik":"Kund","nyckel":71,"antal":3},{"rubrik":"Fru","nyckel":72,"antal":4}]}"#)
        .await;
    for id in [71, 72] {
        let services = json!({"data": [{"serviceId": id + 100, "name": "A"}]});
        trio.answer(&format!("cc/{id}/services"), services.to_string()).await;
    }
    let report =
        inspect::inspect(&client(target(&trio.url())), false, None).await.expect("an answer");
    let table = inspect::table(&report);
    assert!(table.contains("cc 72, services: 1 items"), "{table}");
    let file = inspect::fields_file(&report);
    assert!(file.contains("\ncc:\n  id: {members: [\"nyckel\"], from: proved}"), "{file}");
    // With the file the exporter needs no trying.
    let dictionary = Arc::new(Dictionary::with_user_file("f.yml", &file).expect("valid"));
    let target = Target { dictionary, ..target(&trio.url()) };
    let client = client(target);
    let root = client.root().await.expect("an answer");
    assert_eq!(client.contact_centers(&root).await.expect("ids").data.len(), 2);
}

#[tokio::test]
async fn unreadable_contact_centers_end_with_a_reason() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"rubrik":"Kund","nyckel":71}]}"#).await;
    // This server answers to any value.
    trio.answer("cc/71/services", r#"{"data":[{"serviceId":1}]}"#).await;
    trio.answer("cc/Kund/services", r#"{"data":[{"serviceId":1}]}"#).await;
    let report =
        inspect::inspect(&client(target(&trio.url())), false, None).await.expect("an answer");
    assert!(!inspect::fields_file(&report).contains("from: proved"), "two members open it");
    let closed = HandWritten::start().await;
    closed.answer("cc", r#"{"data":[{"rubrik":"Kund","nyckel":71}]}"#).await;
    let report =
        inspect::inspect(&client(target(&closed.url())), false, None).await.expect("an answer");
    let table = inspect::table(&report);
    assert!(
        table.contains("cc: 1 items") && table.contains("the id of the contact centres"),
        "{table}"
    );
}

#[tokio::test]
async fn suggestions_of_every_naming_are_read_back() {
    let sizes = Options { services: 6, agents: 12, contact_centers: 2, ..Options::default() };
    for dialect in Dialect::ALL {
        for naming in Naming::ALL {
            let options = Options { dialect, naming, ..sizes.clone() };
            // The world does not change: each run sees the same members.
            let trio = Simulated::start(options, still_clock()).await;
            let own = trio.target(false);
            let mut file = String::new();
            // The second run adds to what the first has written, the third to that.
            for run in 0..3 {
                let read = Dictionary::with_user_file("fields.yml", &file);
                let dictionary = Arc::new(read.unwrap_or_else(|why| {
                    panic!("{dialect:?} {naming:?} {run}: {why:?} in\n{file}")
                }));
                let client = client(Target { dictionary, ..own.clone() });
                let report = inspect::inspect(&client, false, (run == 0).then_some(AT_ONCE)).await;
                let written = inspect::extended_fields_file(&report.expect("an answer"), &file);
                let lost = file.lines().find(|line| {
                    !line.starts_with("#?") && !written.lines().any(|kept| kept == *line)
                });
                assert_eq!(lost, None, "{dialect:?} {naming:?} {run}:\n{written}");
                if run == 2 {
                    assert_eq!(written, file, "{dialect:?} {naming:?}: nothing is new");
                }
                file = written;
            }
        }
    }
}

#[tokio::test]
async fn file_of_a_person_is_extended_in_place() {
    let trio = Simulated::start(
        Options { dialect: Dialect::Foreign, ..Options::default() },
        Clock::system(),
    )
    .await;
    let folder = crate::process::folder();
    let path = folder.path().join("fields.yml");
    let mine = "# ours, do not touch\nservices/state:\n    queue_length: {members: [qDepth_77]} # asked Anna\n\n# the end\n";
    std::fs::write(&path, mine).expect("written");
    let shown = path.display().to_string();
    let suggest = async || {
        let command = trio.command(&["inspect", "--no-help", "--suggest", "-o", &shown]);
        ended(&run(command).await)
    };
    let (code, printed, log) = suggest().await;
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(printed, format!("{shown}: written; its own lines are as they were\n"));
    let first = std::fs::read_to_string(&path).expect("there");
    for line in mine.lines() {
        assert!(first.lines().any(|kept| kept == line), "{line}: {first}");
    }
    assert!(first.contains("\n#?     open: {members: ['vxOn']} # text; "), "{first}");
    Dictionary::with_user_file("fields.yml", &first).expect("usable as it is");
    suggest().await;
    assert_eq!(std::fs::read_to_string(&path).expect("there"), first, "repeated");
    std::fs::write(&path, "services/stat: {}\n").expect("written");
    let (code, _, log) = suggest().await;
    assert_eq!(code, Some(2), "{log}");
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "services/stat: {}\n");
    assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 1, "nothing is left");
}

#[tokio::test]
async fn facts_hold_no_values_and_no_addresses() {
    let (trio, odd) = odd().await;
    let facts = inspect::facts(&odd, "1.2.3");
    for line in [
        "exporter 1.2.3\ntrio unknown\nhelp not read\n",
        "\n  member agentId number\n",
        "\n  field state state mapped\n",
        "\n  field since - open\n",
    ] {
        assert!(facts.contains(line), "{line}: {facts}");
    }
    let address = trio.url();
    let host = address.trim_start_matches("http://").split('/').next().expect("a host");
    for hidden in ["Fika", "Kundtjänst", "Åsa", "4670", "403", host, "Xxx"] {
        assert!(!facts.contains(hidden), "{hidden}: {facts}");
    }
}

#[tokio::test]
async fn key_of_another_licence_is_explained() {
    let trio = HandWritten::start().await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    trio.answer("cc/1/services", r#"{"data":[{"serviceId":1,"name":"A"}]}"#).await;
    for node in ["directory", "security"] {
        trio.respond(node, ResponseTemplate::new(401)).await;
    }
    let report =
        inspect::inspect(&client(target(&trio.url())), false, None).await.expect("an answer");
    let table = inspect::table(&report);
    for node in ["directory", "security"] {
        let line = format!(
            "{node}: not accessible to this client key; API_CC and API_CD are two licences"
        );
        assert!(table.contains(&line), "{table}");
    }
    let requests = trio.server.received_requests().await.expect("recorded");
    let logins = requests.iter().filter(|request| request.url.path().ends_with("/login")).count();
    assert_eq!(logins, 1, "a refused licence is no reason to log in again");
}

#[tokio::test]
async fn refused_login_is_tried_once_and_warns() {
    for access in [HelpAccess::Open, HelpAccess::Token] {
        let help = HelpPages { access, ..HelpPages::default() };
        let options = Options { help, services: 2, agents: 6, ..Options::default() };
        let trio = Simulated::start(options, Clock::system()).await;
        let command = trio.command(&["inspect", "--prove"]).env("TRIO_PASSWORD", "wrong");
        let (code, printed, log) = ended(&run(command).await);
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{log}");
        assert!(log.contains("more tries can lock the account"), "{log}");
        assert!(log.contains("a quiet hour is better"), "{log}");
        // The Api resource and the login; the contact centres are asked for with a token only.
        assert!(trio.simulator.requests() <= 2, "{} requests", trio.simulator.requests());
    }
}
