//! Schema of one entry of `targets`.

use serde_json::{Value, json};

use super::form::{Object, duration, integer, list_of, requires_value, secret, text, words};
use crate::{
    config::{
        limits::{BODY_MIB, FOLLOWED_CASES, REQUESTS_PER_MINUTE},
        target::{DEFAULT_NAME, MAX_EXPORTED, MAX_SERVERS},
    },
    model::{CaseClass, NAME_LIMIT},
    trio::Limits,
};

/// Pattern of a server: HTTP or HTTPS, without user, password, query or fragment.
const SERVER: &str = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?$";

pub(super) fn target() -> Value {
    let mut name = text("The label `target`.");
    name["maxLength"] = json!(NAME_LIMIT);
    name["default"] = json!(DEFAULT_NAME);
    let server =
        json!({"type": "string", "pattern": SERVER, "examples": ["https://trio.example/te/api"]});
    let servers = "Base addresses of the API, the preferred one first.";
    let target = Object::new("One Trio system.")
        .optional("name", name)
        .required("servers", list_of(servers, &server, 1, Some(MAX_SERVERS)));
    selected(bounded(with_account(target))).finish()
}

/// Adds the account. Each secret is given in the file itself or in a file of its own.
fn with_account(target: Object) -> Object {
    let in_file = |what: &str| {
        text(&format!("A file with {what}: beside this one, or a systemd credential."))
    };
    target
        .optional(
            "client_key",
            secret("The API client key that Enghouse provides. Better: client_key_file."),
        )
        .optional("client_key_file", in_file("the API client key"))
        .optional("username", secret("An API user of the exporter's own, with the right to read."))
        .optional("username_file", in_file("the name of the API user"))
        .optional("password", secret("The API user's password. Better: password_file."))
        .optional("password_file", in_file("the API user's password"))
        .rule("allOf", ["client_key", "username", "password"].map(one_of_both).to_vec().into())
}

/// Adds authorities and limits of requests.
fn bounded(target: Object) -> Object {
    let limits = Limits::default();
    let requests = "Intervals grow until the exporter needs no more requests than this.";
    let margin = "The access token is renewed this long before it expires.";
    target
        .optional(
            "ca_file",
            text("Authorities (PEM) that are trusted in addition to those of the machine."),
        )
        .optional(
            "max_requests_per_minute",
            integer(requests, REQUESTS_PER_MINUTE, Some(limits.requests_per_minute)),
        )
        .optional("limits", bounds(&limits))
        .optional("renewal_margin", duration(margin, Some(limits.renewal_margin)))
}

/// Adds the choice of contact centres, and how answers are interpreted.
fn selected(target: Object) -> Object {
    let zone = "The zone of times that Trio writes without one, such as Europe/Stockholm.";
    let class = "The class of cases other than calls whose record has none.";
    let classes =
        words(class, CaseClass::ALL.map(CaseClass::as_str), Some(CaseClass::Other.as_str()));
    let fields = "Names of your Trio's fields, laid over the built-in ones (docs/fields.md).";
    let exported = "Numbers and flags of services/state to export unchanged.";
    target
        .optional("time_zone", text(zone))
        .optional("default_case_class", classes)
        .optional("fields_file", text(fields))
        .optional("contact_centers", contact_centers())
        .optional(
            "export_service_state",
            list_of(exported, &text("A member."), 0, Some(MAX_EXPORTED)),
        )
}

/// Schema rule: exactly one of `KEY` and `KEY_file`.
fn one_of_both(key: &str) -> Value {
    json!({"oneOf": [requires_value(key), requires_value(&format!("{key}_file"))]})
}

fn bounds(limits: &Limits) -> Value {
    Object::new("Limits of a single request, and of all requests of one collector in a cycle.")
        .optional("connect", duration("Time to connect.", Some(limits.connect)))
        .optional("request", duration("Time for a whole request.", Some(limits.request)))
        .optional(
            "collector",
            duration("Time for all requests of one collector in a cycle.", Some(limits.collector)),
        )
        .optional("body_mib", integer("Size of an answer, decompressed.", BODY_MIB, Some(limits.body >> 20)))
        .optional(
            "follow_cases",
            integer(
                "Cases missing from a truncated list that are requested one by one in each cycle; 0: none.",
                FOLLOWED_CASES,
                Some(limits.follow_cases),
            ),
        )
        .finish()
}

fn contact_centers() -> Value {
    let list = |about| list_of(about, &text("Id or name, in any case."), 1, None);
    Object::new("Which contact centres are read, by id or name; default: all.")
        .optional("allow", list("Only these."))
        .optional("deny", list("Not these; wins over allow."))
        .finish()
}
