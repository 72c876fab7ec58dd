//! Tests that nothing which identifies a person is left, wherever it is in an answer.

use std::time::{Duration, SystemTime};

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::{
    hosts::HostAliases,
    kept_fields::KeptFields,
    member_names::MemberNames,
    pseudonyms::{Kept, Pseudonyms},
    recorder::{RecordedExchange, Reply},
    replacements::Replacements,
};
use crate::{model::Resource, trio::Dictionary};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_464_000)
}

fn base() -> Url {
    "https://trio1.kund.example/hemlig/te/api".parse().expect("a URL")
}

/// Calls `work` with the pseudonyms of a recording with these answers.
fn pseudonymised<T>(
    resource: Resource,
    answers: &[&Value],
    work: impl FnOnce(&mut Pseudonyms<'_>) -> T,
) -> (T, Kept) {
    let dictionary = Dictionary::builtin().expect("valid");
    let exchanges: Vec<RecordedExchange> = answers
        .iter()
        .map(|answer| RecordedExchange {
            cycle: 1,
            at: now(),
            took: Duration::ZERO,
            resource,
            url: base(),
            reply: Reply::Answer {
                status: 200,
                headers: Vec::new(),
                body: answer.to_string().into_bytes(),
            },
        })
        .collect();
    let (kept_fields, bases) = (KeptFields::default(), [base()]);
    let mut pseudonyms = Pseudonyms {
        dictionary: &dictionary,
        kept_fields: &kept_fields,
        bases: &bases,
        now: now(),
        names: MemberNames::choose(&exchanges, &dictionary),
        replacements: Replacements::new().expect("random numbers"),
        hosts: HostAliases::new(bases.iter()),
        kept: Kept::default(),
    };
    let made = work(&mut pseudonyms);
    (made, pseudonyms.kept)
}

fn body(resource: Resource, answer: &Value) -> Value {
    pseudonymised(resource, &[answer], |pseudonyms| pseudonyms.body(resource, answer.clone())).0
}

#[test]
fn measures_and_known_words_stay_all_else_is_replaced() {
    let answer = json!({"links": [], "data": [{
        "agentId": 4711, "name": "Åsa Öberg", "state": "Upptagen", "stateSince": "2026-01-15T07:59:00Z",
        "logged": true, "phone": "0701234567", "level": 7, "x": {"state": "Busy", "born": "1975-03-02"},
    }]});
    let item = body(Resource::AgentState, &answer)["data"][0].clone();
    assert_eq!(item["state"], "Upptagen");
    assert_eq!(item["stateSince"], "2026-01-15T07:59:00Z");
    assert_eq!(item["logged"], true);
    assert_ne!(item["x"]["state"], "Busy", "a word is known in its own field only");
    for (member, was) in [("agentId", 4), ("level", 1)] {
        assert_eq!(item[member].to_string().len(), was, "{item}");
        assert_ne!(item[member], answer["data"][0][member]);
    }
    let phone = item["phone"].as_str().expect("text");
    assert!(phone.len() == 10 && phone.starts_with('0') && phone != "0701234567", "{phone}");
    assert_eq!(item["x"].as_object().map(serde_json::Map::len), Some(2));
    assert_eq!(item["x"].get("born"), None, "a name inside a value stays only if it is known");
}

#[test]
fn early_dates_stay_no_time_and_say_no_birthday() {
    let recorded = |value: Value| {
        let answer = json!({"data": [{"agentId": 1, "state": "Upptagen", "stateSince": value}]});
        body(Resource::AgentState, &answer)["data"][0]["stateSince"].clone()
    };
    for early in
        ["1975-03-02", "1901-01-01 00:59:XX", "/Date(-62135596800000)/", "1970-01-01T00:00:00Z"]
    {
        assert_eq!(recorded(early.into()), "0001-01-01T00:00:00", "{early}");
    }
    assert_eq!(recorded("".into()), "");
    assert_eq!(recorded(json!(-1)), 0);
}

#[test]
fn id_has_one_replacement_in_values_paths_and_headers() {
    let answer = json!([{"id": 101, "groupIds": ["101", 101], "name": "n", "href": "/hemlig/te/api/cc/101/agents?groupId=101"}]);
    let url: Url = "https://trio1.kund.example/hemlig/te/api/cc/101/services?groupId=101&page=2"
        .parse()
        .expect("a URL");
    let header = json!({"totalCount": 101, "nextPageLink": format!("{url}")}).to_string();
    let ((item, asked, header), _) = pseudonymised(Resource::Services, &[&answer], |pseudonyms| {
        let body = pseudonyms.body(Resource::Services, answer.clone());
        (
            body[0].clone(),
            pseudonyms.request_address(&url),
            pseudonyms.header("x-pagination", &header).expect("kept"),
        )
    });
    let id = item["id"].to_string();
    assert_ne!(id, "101");
    assert_eq!(item["groupIds"], json!([id, item["id"]]));
    assert_eq!(item["href"], format!("/te/api/cc/{id}/agents?groupId={id}"));
    let query = [("groupId".to_owned(), id.clone()), ("page".to_owned(), "2".to_owned())];
    assert_eq!(asked, (format!("/te/api/cc/{id}/services"), query.to_vec()));
    let header: Value = serde_json::from_str(&header).expect("JSON");
    assert_eq!(header["totalCount"], 101, "how many there are is no id");
    let link = format!("https://host-1.invalid/te/api/cc/{id}/services?groupId={id}&page=2");
    assert_eq!(header["nextPageLink"], link);
}

#[test]
fn addresses_keep_documented_parts_only() {
    let ((), _) = pseudonymised(Resource::Api, &[], |pseudonyms| {
        for (link, pattern) in [
            ("https://trio1.kund.example/hemlig/te/api/cc", "https://host-1.invalid/te/api/cc"),
            ("HTTP://anna:pw@trio2.kund.example:81/te/api/#anna", "http://host-2.invalid/te/api/"),
            ("//trio2.kund.example:81/te/api", "//host-2.invalid/te/api"),
            (
                "/hemlig/te/api/directory/subscribers?sort=-name",
                "/te/api/directory/subscribers?sort=-name",
            ),
            ("../agents", "../agents"),
        ] {
            assert_eq!(pseudonyms.link(link), pattern, "{link}");
        }
        for link in [
            "/te/api/cc/{ccid}/x",
            "ftp://h/anna.berg",
            "mailto:anna.berg@kund.example",
            "Anna Berg",
            "/a/Anna%20Berg",
        ] {
            let changed = pseudonyms.link(link);
            assert!(
                !changed.to_lowercase().contains("anna") && !changed.contains("ccid"),
                "{link}: {changed}"
            );
        }
        assert!(pseudonyms.link("/te/api/cc/{ccid}/x").contains('{'), "a template stays one");
    });
}

#[test]
fn headers_keep_known_values_only() {
    let ((), _) = pseudonymised(Resource::Api, &[], |pseudonyms| {
        for (name, value, expected) in [
            (
                "content-type",
                "application/json; charset=ISO-8859-1; by=anna",
                Some("application/json; charset=windows-1252"),
            ),
            ("content-type", "application/vnd.anna+json", Some("application/octet-stream")),
            ("date", "Thu, 15 Jan 2026 08:00:00 GMT", Some("Thu, 15 Jan 2026 08:00:00 GMT")),
            ("date", "anna", None),
            ("retry-after", "120", Some("120")),
            ("retry-after", "701234567", None),
            ("location", "https://trio1.kund.example/", Some("https://host-1.invalid/")),
            (
                "x-pagination",
                "currentPage=1; pageSize=\"10\",totalCount=25",
                Some("currentPage=1;pageSize=\"10\",totalCount=25"),
            ),
            ("x-trio-simulated", "anna", Some("1")),
            ("server", "anna", None),
        ] {
            let header = pseudonyms.header(name, value);
            let header = header.map(|header| header.replace("; pageSize", ";pageSize"));
            assert_eq!(header.as_deref(), expected, "{name}: {value}");
        }
        for value in [
            "anna=1;totalCount=701234567",
            "anna",
            r#"{"anna":"anna","totalCount":"anna"}"#,
            "totalCount=anna",
        ] {
            let header = pseudonyms.header("x-pagination", value).expect("kept");
            assert!(!header.contains("anna") && !header.contains("701234567"), "{value}: {header}");
        }
    });
}

#[test]
fn member_names_stay_unless_they_look_like_data() {
    let many = json!({"data": [
        {"id": 1, "vxQ": 1, "qDepth_77": 1, "Anna": 1, "kategori": "Kundval", "Anna Berg": 1},
        {"id": 2, "vxQ": 1, "qDepth_77": 1, "Berg": 1, "Kundval": 2, "k4711001": 1},
        {"id": 3, "vxQ": 1, "qDepth_77": 1, "Kundval": 2, "k4711001": 1, "kategori": "x"},
    ]});
    let one = json!({"data": {"ccK": 1, "ccBez": "Kund val"}});
    let ((), kept) = pseudonymised(Resource::Services, &[&many, &one], |pseudonyms| {
        pseudonyms.body(Resource::Services, many.clone());
        pseudonyms.body(Resource::ContactCenters, one.clone());
    });
    assert_eq!(
        kept.names.into_iter().collect::<Vec<_>>(),
        ["ccBez", "ccK", "kategori", "qDepth_77", "vxQ"]
    );
    let hidden = ["Anna", "Anna Berg", "Berg", "Kundval", "k4711001"];
    assert_eq!(kept.hidden.into_iter().collect::<Vec<_>>(), hidden);
}

#[test]
fn unknown_word_never_becomes_a_known_one() {
    let answer = json!([{"id": 1, "open": 5}, {"id": 2, "open": "kanske"}, {"id": 3, "open": 1}]);
    let items = body(Resource::ServiceState, &answer);
    assert_eq!(items[2]["open"], 1);
    assert!(
        items[0]["open"].is_number() && !["0", "1", "5"].contains(&&*items[0]["open"].to_string()),
        "{items}"
    );
    assert_eq!(items[1]["open"].as_str().map(str::len), Some(8), "{items}");
}

#[test]
fn names_of_resources_stay_in_nodes_and_links() {
    let node = json!({"links": [{"rel": "titles", "href": "/hemlig/te/api/directory/titles"}, {"rel": "Anna", "href": "x"}],
        "data": [{"name": "Titles"}, "departments", {"name": "Annas lista"}]});
    let (rel, changed) = ("titles", body(Resource::Directory, &node));
    assert_eq!(changed["links"][0], json!({"rel": rel, "href": "/te/api/directory/titles"}));
    assert_eq!(
        (&changed["data"][0]["name"], &changed["data"][1]),
        (&json!("Titles"), &json!("departments"))
    );
    assert!(!changed.to_string().contains("Anna"), "{changed}");
    let api = json!({"data": {"primaryServer": "trio1", "secondaryServer": "trio2.kund.example"}});
    let data = &body(Resource::Api, &api)["data"];
    assert_eq!(
        data,
        &json!({"primaryServer": "host-1.invalid", "secondaryServer": "host-2.invalid"})
    );
}

/// A text that identifies a person, and the parts of it that must not be left.
fn secret() -> impl Strategy<Value = (String, Vec<String>)> {
    prop_oneof![
        "[A-ZÅÄÖ][a-zåäö]{5,9} [A-Z][a-z]{5,9}sson"
            .prop_map(|name: String| (name.clone(), name.split(' ').map(str::to_owned).collect())),
        "46[1-9][0-9]{8,10}".prop_map(|number: String| (number.clone(), vec![number])),
        "[a-z]{6,9}[0-9]{4}@[a-z]{6,9}\\.example"
            .prop_map(|mail: String| (mail.clone(), mail.split('@').map(str::to_owned).collect())),
        "[a-z]{6,9}[0-9]{4}".prop_map(|word: String| {
            (
                format!("https://{word}.example/te/api/cc/{word}/agents?id={word}&{word}=1#{word}"),
                vec![word],
            )
        }),
        "[a-z]{6,9}[0-9]{4}"
            .prop_map(|word: String| (format!("/te/api/cc/{word}?{word}"), vec![word])),
        "19[3-9][0-9]-0[1-9]-[012][0-9]T00:00:00"
            .prop_map(|born: String| (born.clone(), vec![born])),
    ]
}

/// Any JSON, with secrets as values and as names, under known names and others.
fn planted() -> impl Strategy<Value = (Value, Vec<String>)> {
    let known = prop::sample::select(vec![
        "data",
        "links",
        "href",
        "rel",
        "id",
        "serviceId",
        "open",
        "queueLength",
        "longestWaitTime",
        "state",
        "stateSince",
        "created",
        "name",
        "primaryServer",
        "nextPageLink",
        "vxQ",
    ]);
    let leaf = prop_oneof![
        Just((Value::Null, Vec::new())),
        any::<bool>().prop_map(|flag| (flag.into(), Vec::new())),
        any::<f64>().prop_map(|number| (number.into(), Vec::new())),
        secret().prop_map(|(text, parts)| (text.into(), parts)),
        (46_100_000_000_u64..46_999_999_999)
            .prop_map(|number| (number.into(), vec![number.to_string()])),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        let name =
            prop_oneof![known.clone().prop_map(|name| (name.to_owned(), Vec::new())), secret()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|values| {
                let (values, parts): (Vec<Value>, Vec<Vec<String>>) = values.into_iter().unzip();
                (values.into(), parts.concat())
            }),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                let mut all = Vec::new();
                let mut object = serde_json::Map::new();
                for ((name, parts), (value, more)) in members {
                    all.extend(parts.into_iter().chain(more));
                    object.insert(name, value);
                }
                (Value::Object(object), all)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_planted_secret_survives_in_any_document(
        (document, secrets) in planted(),
        resource in prop::sample::select(Resource::ALL.to_vec()),
    ) {
        let changed = body(resource, &document).to_string();
        for secret in secrets {
            prop_assert!(!changed.contains(&secret), "{} is in {}", secret, changed);
        }
    }

    #[test]
    fn no_planted_secret_survives_in_an_address_or_a_header((text, secrets) in secret()) {
        let ((), _) = pseudonymised(Resource::Agents, &[], |pseudonyms| {
            for name in ["content-type", "date", "location", "retry-after", "x-pagination", "x-trio-simulated"] {
                let header = pseudonyms.header(name, &text).unwrap_or_default();
                assert!(secrets.iter().all(|secret| !header.contains(secret)), "{name}: {header}");
            }
            let mut url = base();
            url.path_segments_mut().expect("a base").extend(["cc", &text, "agents"]);
            url.query_pairs_mut().append_pair("name", &text).append_pair(&text, "1").append_pair("fields", &text);
            let asked = format!("{:?}", pseudonyms.request_address(&url));
            assert!(secrets.iter().all(|secret| !asked.contains(secret)), "{asked}");
        });
    }

    #[test]
    fn the_shape_of_a_document_stays(document in planted()) {
        fn shape(value: &Value) -> Value {
            match value {
                Value::Array(values) => values.iter().map(shape).collect(),
                Value::Object(members) => {
                    let mut values: Vec<Value> = members.values().map(shape).collect();
                    values.sort_by_key(ToString::to_string);
                    json!({ "members": values })
                }
                Value::Null | Value::Bool(_) => value.clone(),
                Value::Number(_) => "number".into(),
                Value::String(_) => "text".into(),
            }
        }
        let (document, _) = document;
        prop_assert_eq!(shape(&body(Resource::Agents, &document)), shape(&document));
    }
}
