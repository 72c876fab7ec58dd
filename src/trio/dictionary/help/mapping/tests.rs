//! Rules of the comparison: what is taken, and what is left to a person.

use pretty_assertions::assert_eq;

use super::*;

fn member(name: &str, kind: DocumentedType, words: &str) -> DocumentedMember {
    DocumentedMember { name: name.to_owned(), kind, words: words.to_owned(), form: None }
}

fn enumeration(values: &[(&str, i64)]) -> DocumentedType {
    let value = |(name, number): &(&str, i64)| EnumValue {
        name: (*name).to_owned(),
        number: Some(*number),
        words: String::new(),
    };
    DocumentedType::Enumeration(values.iter().map(value).collect())
}

fn compared(resource: Resource, members: Vec<DocumentedMember>) -> Vec<FieldHelp> {
    let dictionary = Dictionary::builtin().expect("valid");
    dictionary.compare_help(&ResourceHelp { resource, members, missing: None })
}

fn field(found: Vec<FieldHelp>, name: &str) -> FieldHelp {
    found.into_iter().find(|field| field.field == name).expect("a field")
}

fn mapped(field: &FieldHelp) -> Vec<(&str, Option<&str>)> {
    field.new_values().map(|value| (&*value.value, value.meaning)).collect()
}

#[test]
fn numbers_are_mapped_through_the_names_of_the_enumeration() {
    let states = enumeration(&[("LoggedOff", 0), ("Ready", 1), ("Offered", 2), ("Parked", 9)]);
    let with = |form| {
        let state = DocumentedMember { form, ..member("state", states.clone(), "") };
        field(compared(Resource::AgentState, vec![state]), "state")
    };
    let numbers = with(Some(SampleForm::Number));
    assert_eq!(
        mapped(&numbers),
        [("0", Some("logged_out")), ("1", Some("available")), ("2", Some("reserved"))]
    );
    assert!(numbers.differs());
    assert_eq!(mapped(&with(None)), mapped(&numbers), "names are known already");
    let names = with(Some(SampleForm::Text));
    assert!(!names.differs(), "{names:?}");
    assert_eq!(names.values.last().and_then(|value| value.meaning), None, "no dictionary has it");
}

#[test]
fn number_with_two_names_means_nothing() {
    let states = enumeration(&[("Ready", 1), ("Pause", 1), ("Busy", 2), ("Talking", 2)]);
    let found = field(compared(Resource::AgentState, vec![member("state", states, "")]), "state");
    assert_eq!(mapped(&found), [("2", Some("busy"))]);
}

#[test]
fn known_name_with_another_type_feeds_nothing() {
    use DocumentedType::{Boolean, Collection, Date, Decimal, Integer, Text, TimeInterval};
    for (resource, name, kind, of) in [
        (Resource::ServiceState, "queueLength", Text, "queue_length"),
        (Resource::ServiceState, "queueLength", Decimal, "queue_length"),
        (Resource::ServiceState, "queueLength", TimeInterval, "queue_length"),
        (Resource::ServiceState, "serviceId", Boolean, "id"),
        (Resource::ServiceState, "id", TimeInterval, "id"),
        (Resource::ServiceState, "id", Collection(Box::new(Integer)), "id"),
        (Resource::ServiceState, "name", Integer, "name"),
        (Resource::ServiceState, "longestWaitTime", Date, "longest_wait"),
        (Resource::ServiceState, "open", Integer, "open"),
        (Resource::AgentState, "stateSince", Integer, "since"),
        (Resource::AgentState, "state", Date, "state"),
        (Resource::Calls, "service", DocumentedType::Other("ServiceDto".into()), "service_id"),
    ] {
        let found = field(compared(resource, vec![member(name, kind.clone(), "")]), of);
        assert_eq!(found.member, None, "{name}: {kind:?}");
        assert!(found.problems[0].contains("does not fit"), "{found:?}");
        assert!(found.candidates.is_empty(), "{found:?}");
    }
}

#[test]
fn description_of_another_fact_fools_no_one() {
    let integer = || DocumentedType::Integer;
    for (name, words, of) in [
        ("queueLength", "Identity of the service.", "queue_length"),
        ("queueLength", "Tjänstens identitet.", "queue_length"),
        ("serviceId", "Cases in the queue.", "id"),
        ("id", "Antal ärenden i kön.", "id"),
    ] {
        let found = compared(Resource::ServiceState, vec![member(name, integer(), words)]);
        assert!(found.iter().all(|field| !field.differs()), "{found:?}");
        let found = field(found, of);
        assert_eq!(found.member, None, "{name}: {words}");
        assert!(found.problems[0].contains("something else"), "{found:?}");
    }
    // The words alone make no member of an unknown name an id or a count.
    let members = vec![
        member("vxQ", integer(), "Identity of the service."),
        member("q", integer(), "Queue length."),
    ];
    let found = compared(Resource::ServiceState, members);
    assert!(found.iter().all(|field| field.member.is_none()), "{found:?}");
    assert_eq!(field(found, "queue_length").candidates, ["q"]);
}

#[test]
fn unit_of_a_duration_comes_from_the_description() {
    for (words, expected) in [
        ("Longest wait in milliseconds.", Some("milliseconds")),
        ("Längsta väntetid (ms)", Some("milliseconds")),
        ("Longest wait, minutes", Some("minutes")),
        ("Seconds in the queue.", None),
        ("Milliseconds, not seconds.", None),
        ("Longest wait (s)", None),
        ("", None),
    ] {
        let wait = member("longestWaitTime", DocumentedType::Integer, words);
        let found = field(compared(Resource::ServiceState, vec![wait]), "longest_wait");
        assert_eq!(found.form, expected, "{words}");
    }
}

#[test]
fn two_known_states_are_left_to_a_person() {
    let kind = || enumeration(&[("Ready", 1), ("Busy", 2)]);
    let members = vec![member("state", kind(), ""), member("status", kind(), "")];
    let found = field(compared(Resource::AgentState, members), "state");
    assert_eq!((found.member.as_deref(), found.problems.len()), (None, 1), "{found:?}");
    let members = vec![
        member("serviceId", DocumentedType::Integer, ""),
        member("id", DocumentedType::Integer, ""),
    ];
    let found = field(compared(Resource::ServiceState, members), "id");
    assert_eq!(found.member.as_deref(), Some("serviceId"), "the decoder takes it");
}

#[test]
fn candidates_fit_by_type_and_the_likeliest_is_first() {
    use DocumentedType::{Boolean, Integer, Text};
    let members = vec![
        member("x1", Integer, "Agents that are free."),
        member("x2", Integer, "Cases waiting."),
        member("memo", Text, "Queue"),
        member("flag", Boolean, "Queue"),
        member("groupId", Integer, ""),
    ];
    let found = compared(Resource::ServiceState, members);
    assert_eq!(field(found.clone(), "queue_length").candidates, ["x2", "groupId"]);
    assert_eq!(field(found, "agents_available").candidates[0], "x1");
}

#[test]
fn description_refutes_the_known_name_of_a_field() {
    use DocumentedType::{Boolean, Date, Integer};
    for (resource, name, kind, words, of) in [
        (Resource::ServiceState, "queueLength", Integer, "Maximum allowed length.", "queue_length"),
        (Resource::ServiceState, "casesInQueue", Integer, "Cases queued today.", "queue_length"),
        (Resource::ServiceState, "longestWaitTime", Integer, "Since midnight.", "longest_wait"),
        (
            Resource::ServiceState,
            "estimatedWaitTime",
            Integer,
            "The average wait.",
            "estimated_wait",
        ),
        (Resource::ServiceState, "freeAgents", Integer, "Enligt schema.", "agents_available"),
        (Resource::ServiceState, "open", Boolean, "Whether the night service is open.", "open"),
        (Resource::AgentState, "stateSince", Date, "Time of the last logon.", "since"),
        (Resource::AgentState, "reason", Integer, "The reason group.", "reason"),
        (Resource::AgentState, "jobNo", Integer, "The service of the job.", "job"),
        (Resource::Agents, "id", Integer, "Identity of the directory subscriber.", "id"),
        (Resource::Calls, "serviceId", Integer, "The service that was called first.", "service_id"),
        (Resource::Calls, "created", Date, "Time when the record was imported.", "created"),
        (Resource::Calls, "agentId", Integer, "The last agent.", "agent_id"),
        (Resource::Calls, "waitTime", Integer, "Goal for the wait, in seconds.", "waited"),
    ] {
        let found = field(compared(resource, vec![member(name, kind, words)]), of);
        assert_eq!((found.member, found.refuted.as_deref()), (None, Some(name)), "{words}");
        assert!(found.problems[0].contains("something else"), "{:?}", found.problems);
    }
}

#[test]
fn subordinate_clause_refutes_no_name() {
    use DocumentedType::{Date, Integer};
    for (resource, name, kind, words, of) in [
        (Resource::ServiceState, "queueLength", Integer, "Length of the queue.", "queue_length"),
        (Resource::AgentState, "jobNo", Integer, "Job number, 0 if there is no case.", "job"),
        (Resource::AgentState, "stateSince", Date, "Time of the last change of state.", "since"),
        (Resource::Calls, "answeredAt", Date, "Empty if it was not answered.", "answered"),
        (Resource::Calls, "agentId", Integer, "Agent, 0 if no one has it.", "agent_id"),
    ] {
        let found = field(compared(resource, vec![member(name, kind, words)]), of);
        assert_eq!((found.member.as_deref(), found.refuted), (Some(name), None), "{words}");
    }
}

#[test]
fn described_member_takes_the_place_of_a_refuted_one() {
    use DocumentedType::{Date, Integer};
    let queue = vec![
        member("queueLength", Integer, "Maximum allowed length of the queue."),
        member("inQueue", Integer, "Cases in the queue now."),
    ];
    let found = field(compared(Resource::ServiceState, queue), "queue_length");
    assert_eq!(found.member.as_deref(), Some("inQueue"));
    assert!(found.described && found.differs(), "{found:?}");
    let since = vec![
        member("stateSince", Date, "Time of the last logon."),
        member("lastStateChange", Date, "Time of the last change of the state."),
    ];
    let found = field(compared(Resource::AgentState, since), "since");
    assert_eq!(found.member.as_deref(), Some("lastStateChange"));
    assert!(found.described, "its name is known, but another one is read: {found:?}");
}

#[test]
fn case_id_gives_way_to_the_job_number() {
    use DocumentedType::Integer;
    for words in ["Case id.", ""] {
        let members =
            vec![member("caseId", Integer, words), member("caseNo", Integer, "Job number.")];
        let found = field(compared(Resource::Cases, members), "id");
        assert_eq!(found.member.as_deref(), Some("caseNo"), "{words}");
        assert_eq!(found.refuted.as_deref(), Some("caseId"));
    }
}

#[test]
fn known_name_and_described_member_are_left_to_a_person() {
    let members = vec![
        member("queueLength", DocumentedType::Integer, "Items, chat included."),
        member("queuedCalls", DocumentedType::Integer, "Calls in the queue."),
    ];
    let found = field(compared(Resource::ServiceState, members), "queue_length");
    assert_eq!((found.member, found.refuted.as_deref()), (None, Some("queueLength")));
}

#[test]
fn description_of_a_value_is_used_where_its_name_is_unknown() {
    let value = |name: &str, number, words: &str| EnumValue {
        name: name.to_owned(),
        number: Some(number),
        words: words.to_owned(),
    };
    let states = DocumentedType::Enumeration(vec![
        value("AS_IN_CALL", 3, "Agent in call."),
        value("Off", 0, "Not logged on"),
        value("Ready", 1, "Busy"),
        value("AS_X", 9, "Agent busy with a form"),
    ]);
    let found = field(compared(Resource::AgentState, vec![member("state", states, "")]), "state");
    let meaning = |wanted: &str| {
        found.values.iter().find(|value| value.value == wanted).and_then(|value| value.meaning)
    };
    assert_eq!(
        ["3", "0", "1", "9"].map(meaning),
        [Some("busy"), Some("logged_out"), Some("available"), None]
    );
}
