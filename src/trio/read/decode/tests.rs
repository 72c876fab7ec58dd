//! Tests of decoding, including malformed answers.

use proptest::prelude::*;

use super::{envelope::items, *};
use crate::{
    model::{AgentState, AgentStatus, Case, Resource, ServiceStatus, unix_seconds},
    trio::{
        dictionary::{Dictionary, shape::AGENT_STATE},
        resources::{
            agents::{agent, agent_group, agent_status},
            cases::case,
            contact_centers::contact_center,
            services::{service, service_group, service_status},
            skills::skill,
        },
    },
};

fn decode<T>(
    resource: Resource,
    body: &[u8],
    build: fn(&mut Reader<'_>) -> Option<T>,
) -> Result<Page<T>, String> {
    let dictionary = Dictionary::builtin().expect("valid");
    let mapping = dictionary.mapping(resource).expect("a mapping");
    items(body, Context { mapping, zone: None, memory: usize::MAX }, build)
}

fn services(body: &str) -> Result<Page<ServiceStatus>, String> {
    decode(Resource::ServiceState, body.as_bytes(), service_status)
}

fn agents(body: &str) -> Page<AgentStatus> {
    decode(Resource::AgentState, body.as_bytes(), agent_status).expect(body)
}

#[test]
fn collection_is_read_in_every_envelope() {
    let row = r#"{"serviceId":1,"open":true,"queueLength":3}"#;
    for body in [
        format!(r#"{{"links":[],"data":[{row},{row}]}}"#),
        format!(r#"{{"data":[{row},{row}],"links":[{{"rel":"self","href":"/"}}]}}"#),
        format!(r#"{{"Link":[],"Data":[{{"data":{row}}},{{"Links":[],"data":{row}}}]}}"#),
        format!("[{row},{row}]"),
        format!(r#"[{{"data":{row}}},{row}]"#),
        format!(r#"{{"id":"of the envelope","data":[{row},{row}]}}"#),
    ] {
        let page = services(&body).expect(&body);
        assert_eq!(page.rows, 2, "{body}");
        for service in page.items {
            assert_eq!(
                (&*service.id, service.open, service.queue_length),
                ("1", Some(true), Some(3.0)),
                "{body}"
            );
        }
    }
}

#[test]
fn single_object_is_one_item() {
    for body in [r#"{"serviceId":"7"}"#, r#"{"links":[],"data":{"serviceId":"7"}}"#] {
        let page = services(body).expect(body);
        assert_eq!((page.rows, &*page.items[0].id), (1, "7"), "{body}");
    }
}

#[test]
fn empty_collection_has_no_items_and_no_members() {
    for body in [r#"{"links":[],"data":[]}"#, r#"{"data":null}"#, "[]"] {
        let page = services(body).expect(body);
        assert_eq!((page.rows, page.items.len()), (0, 0), "{body}");
        assert!(page.seen.iter().all(|seen| seen.member.is_none()), "{body}");
    }
}

#[test]
fn malformed_collection_is_a_readable_error() {
    for (body, problem) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("<html>", "expected value at line 1 column 1"),
        ("{\"data\":[{\"serviceId\":1}", "EOF while parsing a list at line 1 column 24"),
        ("[1]", "invalid type: integer `1`, expected an item that is an object at line 1 column 2"),
        (
            "5",
            "invalid type: integer `5`, expected an object with a data collection, or a list at line 1 column 1",
        ),
        ("[] []", "trailing characters at line 1 column 4"),
        (
            "{\"error\":\"no\"}",
            "there is no data collection, and no member that the field dictionary knows at line 1 column 14",
        ),
        (
            "{\"data\":\"x\"}",
            "invalid type: string \"x\", expected a list of items, or one item at line 1 column 11",
        ),
    ] {
        assert_eq!(services(body).map(|page| page.rows), Err(problem.to_owned()), "{body}");
    }
}

#[test]
fn dictionary_order_decides_between_members() {
    for body in [r#"[{"id":2,"serviceId":1}]"#, r#"[{"serviceId":1,"id":2}]"#] {
        let page = services(body).expect(body);
        assert_eq!(&*page.items[0].id, "1", "{body}");
        assert_eq!(page.seen[0].member.as_deref(), Some("serviceId"), "{body}");
    }
}

#[test]
fn member_order_does_not_matter() {
    let page = services(
        r#"[{"serviceId":1,"open":true},{"x":{"y":[1]},"OPEN":"nej","service_id":2},{"serviceId":3}]"#,
    )
    .expect("valid");
    let read: Vec<_> = page.items.iter().map(|service| (&*service.id, service.open)).collect();
    assert_eq!(read, [("1", Some(true)), ("2", Some(false)), ("3", None)]);
}

#[test]
fn unreadable_value_is_absent_and_counted() {
    let page = services(
        r#"[{"id":1,"queueLength":-1,"open":"perhaps","longestWaitTime":"soon","agentsBusy":null}]"#,
    )
    .expect("valid");
    let service = &page.items[0];
    assert_eq!(
        (service.queue_length, service.open, service.longest_wait, service.agents_busy),
        (None, None, None, None)
    );
    let unknown: Vec<u64> = page.seen.iter().map(|seen| seen.unknown).collect();
    assert_eq!(unknown, [0, 0, 1, 1, 1, 0, 0, 0, 0]);
    assert_eq!(page.seen[2].samples, ["perhaps"]);
    assert!(page.seen[8].member.is_some(), "a member that is null is there");
}

#[test]
fn row_without_id_is_no_item() {
    let page = services(r#"[{"open":true},{"id":"","open":true},{"id":4}]"#).expect("valid");
    assert_eq!((page.rows, page.items.len()), (3, 1));
    assert_eq!(page.seen[0].rows_without, 2);
}

#[test]
fn rows_without_a_key_are_counted_in_every_resource() {
    fn without<T>(
        resource: Resource,
        body: &str,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Vec<u64> {
        let page = decode(resource, body.as_bytes(), build).expect(body);
        page.seen.iter().map(|seen| seen.rows_without).collect()
    }
    let body = r#"[{"id":1,"serviceId":1,"name":"a"},{"name":"b"},{"id":null},{"id":""},{"id":[1]},{"id":{}}]"#;
    let five = |fields: usize| [vec![5], vec![0; fields - 1]].concat();
    assert_eq!(without(Resource::ContactCenters, body, contact_center), five(2));
    assert_eq!(without(Resource::Services, body, service), five(3));
    assert_eq!(without(Resource::ServiceGroups, body, service_group), five(2));
    assert_eq!(without(Resource::Agents, body, agent), five(5));
    assert_eq!(without(Resource::AgentState, body, agent_status), five(8));
    assert_eq!(without(Resource::AgentGroups, body, agent_group), five(3));
    assert_eq!(without(Resource::ServiceState, body, service_status)[0], 5);
    let skills = r#"[{"agentId":1,"serviceId":1},{"serviceId":1},{"agentId":""}]"#;
    assert_eq!(without(Resource::Skills, skills, skill), [0, 2, 0, 0]);
    let cases = r#"[{"jobNo":1,"serviceId":1},{"jobNo":2},{"jobNo":3,"serviceId":null},{"serviceId":1},{}]"#;
    for list in [Resource::Calls, Resource::Cases] {
        assert_eq!(without(list, cases, case), [2, 2, 0, 0, 0, 0, 0, 0], "{}", list.as_str());
    }
}

#[test]
fn unmapped_agent_state_is_unknown() {
    let page = agents(
        r#"[{"id":1,"state":"Wrap-Up"},{"id":2,"state":"LEDIG"},{"id":3,"state":"Fika"},{"id":4,"state":null},
            {"id":5},{"id":6,"state":17}]"#,
    );
    let states: Vec<_> = page.items.iter().map(|agent| agent.state).collect();
    let unknown = Some(AgentState::Unknown);
    assert_eq!(
        states,
        [Some(AgentState::WrapUp), Some(AgentState::Available), unknown, unknown, None, unknown]
    );
    assert_eq!(page.seen[AGENT_STATE.state].unknown, 3);
    assert_eq!(page.seen[AGENT_STATE.state].absent, 1);
    assert_eq!(page.seen[AGENT_STATE.state].samples, ["Fika", "null", "17"]);
}

#[test]
fn zoneless_times_are_unreadable_and_no_others() {
    let page = agents(
        r#"[{"id":1,"stateSince":"2026-01-15T08:00:00Z"},{"id":2,"stateSince":"2026-01-15T08:00:00"},
            {"id":3,"stateSince":"2999-01-01T00:00:00Z"},{"id":4,"stateSince":"0001-01-01T00:00:00"},
            {"id":5}]"#,
    );
    let seen: Vec<_> =
        page.items.iter().map(|agent| (agent.since.is_some(), agent.since_is_unreadable)).collect();
    let (read, none) = ((true, false), (false, false));
    assert_eq!(seen, [read, (false, true), read, none, none], "a date of 2999 is for the tally");
    assert_eq!(page.seen[5].unreadable_times, 1);
    let body = r#"[{"id":1,"created":"2026-01-15T08:00:00","answeredAt":"yesterday"},
            {"id":2,"created":"2999-01-01T00:00:00.25Z"}]"#;
    let page = decode(Resource::Calls, body.as_bytes(), case).expect("read");
    let unreadable = |case: &Case| (case.created_is_unreadable, case.answered_is_unreadable);
    assert_eq!(page.items.iter().map(unreadable).collect::<Vec<_>>(), [(true, true), none]);
    let created = page.items[1].created.expect("a time");
    assert_eq!(unix_seconds(created), 32_472_144_000.25, "as it was written");
}

#[test]
fn early_times_are_absent_in_every_field_and_form() {
    let stockholm = jiff::tz::TimeZone::get("Europe/Stockholm").expect("bundled or installed");
    let texts = [
        r#""1900""#,
        r#""1900-01-01T00:00:00""#,
        r#""1899-12-30""#,
        r#""1899-12-30T00:00:00Z""#,
        r#""1970-01-01T00:00:00Z""#,
        r#""/Date(-62135596800000)/""#,
        r#""1901-01-01 00:59:17""#,
        r#""1901-01-01 00:59:XX""#,
        r#""01/01/1900 00:00:00""#,
        r#""0000-00-00""#,
        "0",
        "-1",
    ];
    let numbers = ["0", "-62135596800", r#""-1""#, "946684799"];
    let lists = [
        (Resource::AgentState, "id", &["since"][..]),
        (Resource::Calls, "id", &["created", "answered"]),
        (Resource::Cases, "id", &["created", "answered"]),
    ];
    for (resource, id, fields) in lists {
        for field in fields {
            for (form, values) in [
                ("timestamp", &texts[..]),
                ("unix_seconds", &numbers),
                ("unix_milliseconds", &numbers),
            ] {
                let file = format!(
                    "{}:
  {field}: {{members: [when], form: {form}}}
",
                    resource.as_str()
                );
                let dictionary = Dictionary::with_user_file("f.yml", &file).expect("valid");
                let mapping = dictionary.mapping(resource).expect("a mapping");
                let index = mapping
                    .shape
                    .fields
                    .iter()
                    .position(|known| known.name == *field)
                    .expect("known");
                for (zone, value) in [None, Some(&stockholm)]
                    .iter()
                    .flat_map(|zone| values.iter().map(move |v| (*zone, v)))
                {
                    let body = format!(r#"[{{"{id}":1,"when":{value}}}]"#);
                    let context = Context { mapping, zone, memory: usize::MAX };
                    let (times, seen) = if resource == Resource::AgentState {
                        let page = items(body.as_bytes(), context, agent_status).expect("read");
                        (page.items[0].since, page.seen)
                    } else {
                        let page = items(body.as_bytes(), context, case).expect("read");
                        (page.items[0].created.or(page.items[0].answered), page.seen)
                    };
                    assert_eq!(
                        (times, seen[index].unreadable_times),
                        (None, 0),
                        "{field} {form} {value}"
                    );
                    assert!(seen[index].member.is_some(), "the member is there");
                }
            }
        }
    }
}

#[test]
fn names_are_joined_and_truncated() {
    let long = "å".repeat(10_000);
    let page = agents(&format!(
        r#"[{{"id":1,"firstName":"Åsa","lastName":"Ö\"quist\\\n🙂"}},{{"id":2,"lastName":"Berg"}},
            {{"id":3,"name":"{long}"}},{{"id":4,"name":""}}]"#
    ));
    let names: Vec<_> = page.items.iter().map(|agent| agent.name.as_deref()).collect();
    assert_eq!(names[..2], [Some("Åsa Ö\"quist\\\u{fffd}🙂"), Some("Berg")]);
    assert_eq!(names[2].map(|name| name.chars().count()), Some(200));
    assert_eq!(names[3], None);
}

#[test]
fn invisible_characters_of_names_are_replaced() {
    let page = agents(
        r#"[{"id":"1\u202e","firstName":"A\u0007\u001b[31m","lastName":"\u202egreB\u2069"},
            {"id":2,"name":"Gruppo \u200eX\u2028\u0085Y"},{"id":3,"name":"👩\u200d💻 Łódź"}]"#,
    );
    let names: Vec<_> = page.items.iter().filter_map(|agent| agent.name.as_deref()).collect();
    let hidden = '\u{fffd}';
    assert_eq!(names[0], format!("A{hidden}{hidden}[31m {hidden}greB{hidden}"));
    assert_eq!(names[1], format!("Gruppo {hidden}X{hidden}{hidden}Y"));
    assert_eq!(names[2], "👩\u{200d}💻 Łódź", "a joiner within an emoji stays");
    // An id must stay what it is, or two could become one.
    assert_eq!(&*page.items[0].id, "1\u{202e}");
}

#[test]
fn thousands_of_different_keys_are_read() {
    let members: Vec<String> = (0..5000).map(|n| format!("\"k{n}\":{n}")).collect();
    let page =
        services(&format!("[{{{},\"serviceId\":9}},{{\"serviceId\":8}}]", members.join(",")))
            .expect("valid");
    let ids: Vec<_> = page.items.iter().map(|service| &*service.id).collect();
    assert_eq!(ids, ["9", "8"]);
}

/// Any JSON document, sometimes with member names that the dictionary knows.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let name = prop_oneof![
        "[a-z]{1,4}",
        Just("data".to_owned()),
        Just("links".to_owned()),
        Just("serviceId".to_owned()),
        Just("open".to_owned()),
        Just("queueLength".to_owned()),
        Just("longestWaitTime".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        Just("12:34:56".into()),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_yields_no_panic_and_no_negative_number(document in json()) {
        if let Ok(page) = services(&document.to_string()) {
            for service in page.items {
                for value in [service.queue_length, service.longest_wait, service.estimated_wait].into_iter().flatten() {
                    prop_assert!(value.is_finite() && value >= 0.0);
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode(Resource::ServiceState, &bytes, service_status);
    }
}
