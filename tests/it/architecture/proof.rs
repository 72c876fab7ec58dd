//! The checker can fail: small sources, each with one way of naming what it may not.

use pretty_assertions::assert_eq;

use super::violations_in;

/// Forbidden names of a planted source in `poller`.
fn poller(source: &str) -> Vec<String> {
    violations_in("poller/cycle.rs", source)
}

#[track_caller]
fn names_http(source: &str) {
    assert!(
        poller(source).iter().any(|line| line.ends_with("poller may not name http")),
        "not seen in `{source}`: {:?}",
        poller(source)
    );
    let allowed = source.replace("http", "snapshot");
    assert_eq!(poller(&allowed), Vec::<String>::new(), "`{allowed}` is allowed");
}

#[track_caller]
fn names_reqwest(source: &str) {
    assert_eq!(poller(source).len(), 1, "`{source}`: {:?}", poller(source));
    assert!(poller(source)[0].ends_with("reqwest belongs in trio, tools"), "{:?}", poller(source));
    assert_eq!(
        violations_in("trio/client.rs", source),
        Vec::<String>::new(),
        "allowed in trio: `{source}`"
    );
}

#[test]
fn a_use_line_is_seen() {
    names_http("use crate::http::Landing;");
    names_http("use crate::http;");
    names_http("use crate::http::*;");
    names_http("use trio_exporter::http::Landing;");
}

#[test]
fn a_use_group_is_seen_at_any_depth() {
    names_http("use crate::{model::Text, http::{self, Landing}};");
    names_http("use {std::fmt, crate::{model, http}};");
    names_http("use super::super::{model::Text, http::Landing};");
}

#[test]
fn a_renamed_use_is_seen() {
    names_http("use crate::http as metrics;");
    names_http("use crate::{http::Landing as Text};");
}

#[test]
fn a_path_in_an_expression_is_seen() {
    names_http("fn f() { let x = 1 + crate::http::serve(2); }");
    names_http("fn f() { g(|| crate::http::Landing { a: 1 }.b()); }");
    names_http("const X: u8 = { super::super::http::X };");
}

#[test]
fn a_path_in_a_type_is_seen() {
    names_http("struct A { b: Vec<Option<crate::http::Landing>> }");
    names_http("fn f(a: &dyn crate::http::Serve) -> impl Iterator<Item = u8> { g(a) }");
    names_http("impl crate::http::Serve for A {}");
    names_http("fn f<T: crate::http::Serve>() {}");
    names_http("fn f() { <A as crate::http::Serve>::g() }");
    names_http("type A = <crate::http::Landing as Iterator>::Item;");
}

#[test]
fn a_path_in_a_pattern_is_seen() {
    names_http("fn f(a: A) { match a { crate::http::A::B { .. } => {} } }");
    names_http("fn f(a: A) { if let Some(crate::http::X) = a {} }");
}

#[test]
fn a_path_among_the_tokens_of_a_macro_is_seen() {
    names_http(r#"fn f() { assert_eq!(a, crate::http::X, "text"); }"#);
    names_http("fn f() { select! { x = g(crate::http::serve()) => { h(x) } } }");
    names_http("m! { use crate::{model::Text, http::Landing}; }");
    names_http("m! { use crate::{http as m}; }");
    names_http("m! { super::super::http::X }");
    names_http("fn f() { crate::http::mac!() }");
}

#[test]
fn a_path_in_a_macro_definition_is_seen() {
    names_http("macro_rules! m { ($a:expr) => { $crate::http::serve($a) }; }");
}

#[test]
fn a_path_in_an_attribute_is_seen() {
    names_http("#[derive(crate::http::Derive)] struct A;");
    names_http("#[crate::http::attribute] fn f() {}");
    names_http(r#"struct A { #[serde(with = "crate::http::text")] b: u8 }"#);
}

#[test]
fn super_counts_from_its_own_module() {
    names_http("mod a { mod b { use super::super::super::super::http::X; } }");
    names_http("mod tests { fn f() { super::super::super::http::x() } }");
    names_http("use self::super::super::http;");
    assert_eq!(
        poller("mod tests { use super::super::http; }"),
        Vec::<String>::new(),
        "poller::http"
    );
    assert_eq!(violations_in("poller.rs", "use super::http;").len(), 1, "the root is one step up");
}

#[test]
fn tests_inside_a_room_are_held_too() {
    names_http("#[cfg(test)] mod tests { use crate::http::Landing; }");
    assert_eq!(
        poller("#[cfg(test)] mod tests { use wiremock::MockServer; }"),
        Vec::<String>::new()
    );
}

#[test]
fn outside_crate_is_seen_in_every_position() {
    names_reqwest("use reqwest::Client;");
    names_reqwest("use reqwest as http;");
    names_reqwest("extern crate reqwest as r;");
    names_reqwest("fn f() -> Result<(), reqwest::Error> { Ok(()) }");
    names_reqwest("fn f() { ::reqwest::get(1); }");
    names_reqwest("fn f() { assert!(reqwest::get(1)); }");
    names_reqwest("fn f() { m!(use reqwest; x); }");
    names_reqwest("fn f() { m!(a, ::reqwest::get()); }");
    assert_eq!(
        poller("fn f(reqwest: u8) { g(reqwest) }"),
        Vec::<String>::new(),
        "a variable is no crate"
    );
}

#[test]
fn the_root_of_the_crate_is_not_brought_into_scope() {
    for source in [
        "use crate as root;",
        "use crate::*;",
        "use super::super::*;",
        "use super::super as root;",
        "use crate::{self as root};",
        "m! { use crate as root; }",
        "m! { use crate::*; }",
    ] {
        assert!(poller(source).iter().any(|line| line.contains("whole crate")), "{source}");
    }
    assert_eq!(
        poller("use super::*; pub(crate) struct A; pub(super) struct B;"),
        Vec::<String>::new()
    );
}

#[test]
fn what_belongs_to_one_room_is_not_passed_on_by_another() {
    let lines = poller("pub use crate::trio::Client;");
    assert_eq!(
        lines,
        ["src/poller/cycle.rs:1: crate::trio::Client: passes on what belongs to trio"]
    );
    assert_eq!(violations_in("trio.rs", "pub use reqwest::Url;").len(), 1);
    assert_eq!(violations_in("trio.rs", "pub use self::client::Client;"), Vec::<String>::new());
}

#[test]
fn root_file_that_is_no_room_is_refused() {
    assert_eq!(poller("fn f() { crate::helper() }").len(), 1);
    assert_eq!(violations_in("helper.rs", "use std::fmt;").len(), 1);
}

#[test]
fn only_app_cli_and_main_name_config() {
    let source = "fn f() { trio_exporter::config::load(); }";
    for file in ["app.rs", "cli/run.rs", "main.rs"] {
        assert_eq!(violations_in(file, source), Vec::<String>::new(), "{file}");
    }
    for file in ["http.rs", "sim/api.rs", "trio/client.rs", "metrics.rs", "tools/init.rs"] {
        assert_eq!(violations_in(file, source).len(), 1, "{file}");
    }
}

#[test]
fn a_violation_says_file_line_path_and_reason() {
    let source = "//! Text.\n\nfn f() {\n    let a = crate::http::X;\n}\n";
    assert_eq!(poller(source), ["src/poller/cycle.rs:4: crate::http::X: poller may not name http"]);
}
