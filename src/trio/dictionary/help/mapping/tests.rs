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
    assert_eq!(field(found.clone(), "queue_length").candidates, ["x2", "x1", "groupId"]);
    assert_eq!(field(found, "agents_available").candidates[0], "x1");
}
