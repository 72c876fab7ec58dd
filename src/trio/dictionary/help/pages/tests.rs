//! Pages in the structure of the stock templates, written by hand, and hostile ones.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;

/// A page of a request in the structure of the stock templates, with these parts of the response.
fn request(kind: &str, table: &str, samples: &str) -> String {
    format!(
        "<!DOCTYPE html><html><body><h1>Help</h1><div><h1>GET x</h1><p>Words</p>\
         <h2>Request Information</h2><h3>URI Parameters</h3>\
         <table class=\"help-page-table\"><tr><td class=\"parameter-name\">page</td>\
         <td class=\"parameter-type\">integer</td></tr></table>\
         <h3>Body Parameters</h3><p></p><p>None.</p>\
         <h2>Response Information</h2><h3>Resource Description</h3><p>Data of the answer.</p>\
         {kind}{table}{samples}</div></body></html>"
    )
}

const TABLE_OF_MEMBERS: &str = "<table class='help-page-table'><thead><tr><th>Name</th></tr></thead><tbody>\
    <tr><td class='parameter-name'>Links</td><td class='parameter-documentation'><p></p></td>\
    <td class='parameter-type'>Collection of <a href='/TE/API/Help/ResourceModel?modelName=LinkDto'>LinkDto</a></td></tr>\
    <tr><td class='parameter-name'>QueueLength</td><td class='parameter-documentation'><p> Cases\n in the queue. </p></td>\
    <td class='parameter-type'>integer</td><td class='parameter-annotations'><p>Required</p></td></tr>\
    <tr><td class='parameter-name'>State</td><td class='parameter-documentation'></td>\
    <td class='parameter-type'><a href='/TE/API/Help/ResourceModel?modelName=S'>S</a></td></tr>\
    <tr><td class='parameter-name'>By</td><td class='parameter-documentation'></td>\
    <td class='parameter-type'>Dictionary of string [key] and <a href='/x'>S</a> [value]</td></tr>\
    </tbody></table>";

#[test]
fn index_lists_requests_with_their_links() {
    let html = "<h3 id=A>A</h3><table class='help-page-table'>\
        <tr><td class='api-name'><a href='/TE/API/Help/Api/GET-cc_page'>GET cc?page={page}&amp;sort={sort}</a></td>\
        <td class='api-documentation'><p>See <a href='/other'>this</a>.</p></td></tr></table>";
    let entry = IndexEntry {
        request: "GET cc?page={page}&sort={sort}".to_owned(),
        href: "/TE/API/Help/Api/GET-cc_page".to_owned(),
    };
    assert_eq!(index(html), Some(vec![entry]));
    assert_eq!(
        index("<h1>An error occurred.</h1><td class='api-name'><a href='/x'>GET x</a>"),
        None
    );
}

#[test]
fn members_are_those_of_the_response() {
    let sample = "<h3>Response Formats</h3><h4>application/json, text/json</h4><pre>\n\
        {&quot;links&quot;: [], &quot;data&quot;: [{&quot;queueLength&quot;: 1, &quot;state&quot;: 2}]}</pre>";
    let link = "<a href='/TE/API/Help/ResourceModel?modelName=R'>R</a>";
    let page = request_page(&request(link, TABLE_OF_MEMBERS, sample)).expect("a page");
    assert_eq!(page.response.link.as_ref().map(|link| &*link.name), Some("R"));
    assert!(!page.response.is_collection() && !page.response.is_undescribed());
    let names: Vec<(&str, &str)> =
        page.members.iter().map(|member| (&*member.name, &*member.words)).collect();
    assert_eq!(
        names,
        [("Links", ""), ("QueueLength", "Cases in the queue."), ("State", ""), ("By", "")]
    );
    assert!(page.members[0].kind.is_collection() && !page.members[2].kind.is_collection());
    assert!(!page.members[3].kind.is_collection(), "a dictionary is no list");
    assert_eq!(page.sample, json!({"queueLength": 1, "state": 2}).as_object().cloned());
}

#[test]
fn translated_headings_change_nothing() {
    let page = request("<a href='/x'>R</a>", TABLE_OF_MEMBERS, "");
    let swedish =
        page.replace("Request Information", "Anrop").replace("Response Information", "Svar");
    assert_eq!(request_page(&swedish), request_page(&page));
}

#[test]
fn response_without_a_description_is_recognised() {
    for kind in [
        "<a href='/x'>HttpResponseMessage</a>",
        "<a href='/x'>IHttpActionResult</a>",
        "Object",
        "<p>None.</p>",
        "",
    ] {
        let page = request_page(&request(kind, "", "")).expect("a page");
        assert!(page.response.is_undescribed() && page.members.is_empty(), "{kind}: {page:?}");
    }
    let list = request_page(&request("Collection of <a href='/x'>A</a>", "", "")).expect("a page");
    assert!(list.response.is_collection() && !list.response.is_undescribed());
}

#[test]
fn error_view_is_no_page() {
    let error = "<h1>An error occurred.</h1><p>The page was not found.</p>";
    assert_eq!(request_page(error), None);
    assert_eq!(type_page(error), None);
}

#[test]
fn types_are_members_or_values() {
    let values = "<h1>S</h1><p>Possible enumeration values:</p><table class='help-page-table'>\
        <tr><td class='enum-name'><b>Ready</b></td><td class='enum-value'><p>1</p></td>\
        <td class='enum-description'><p>Ready for a case.</p></td></tr>\
        <tr><td class='enum-name'><b>bad name;</b></td><td class='enum-value'><p>2</p></td></tr>\
        <tr><td class='enum-name'><b>Odd</b></td><td class='enum-value'><p>x</p></td></tr></table>";
    let value = |name: &str, number, words: &str| EnumValue {
        name: name.to_owned(),
        number,
        words: words.to_owned(),
    };
    assert_eq!(
        type_page(values),
        Some(TypePage::Values(vec![
            value("Ready", Some(1), "Ready for a case."),
            value("Odd", None, "")
        ]))
    );
    assert!(
        matches!(type_page(TABLE_OF_MEMBERS), Some(TypePage::Members(found)) if found.len() == 4)
    );
}

#[test]
fn words_and_names_cannot_break_out_of_a_line() {
    let table = "<table class=help-page-table><tr><td class=parameter-name>A</td>\
        <td class=parameter-documentation><p>x\u{1b}[2J\u{202e}y\nz</p></td><td class=parameter-type>integer\
        <tr><td class=parameter-name>a: b<td class=parameter-type>integer</table>";
    let page = request_page(&request("", table, "")).expect("a page");
    assert_eq!(page.members.len(), 1, "a name that is none is left out: {page:?}");
    assert_eq!(page.members[0].words, "x [2J y z");
    assert_eq!(page.members[0].kind.text, "integer", "cells without an end");
}

#[test]
fn items_of_samples_are_found_in_every_envelope() {
    let expected = json!({"a": 1}).as_object().cloned();
    for sample in [
        json!({"a": 1}),
        json!([{"a": 1}, {"a": 2}]),
        json!({"links": [], "data": [{"a": 1}]}),
        json!({"Link": [], "Data": [{"data": {"a": 1}}]}),
        json!({"LINKS": [], "DATA": {"a": 1}}),
    ] {
        assert_eq!(item(sample.clone()), expected, "{sample}");
    }
    for sample in [json!(1), json!([]), json!({"data": []}), json!("x")] {
        assert_eq!(item(sample.clone()), None, "{sample}");
    }
}

#[test]
fn forms_of_sample_values_are_told_apart() {
    for (value, expected) in [
        (json!(1), SampleForm::Number),
        (json!("2026-01-01T08:00:00.0+01:00"), SampleForm::Time),
        (json!("2026-01-01T08:00:00Z"), SampleForm::Time),
        (json!("/Date(1)/"), SampleForm::Time),
        (json!("2026-01-01T08:00:00.123"), SampleForm::LocalTime),
        (json!("00:00:00.1234567"), SampleForm::Clock),
        (json!("sample string 1"), SampleForm::Text),
        (json!("2026-01-01ååå"), SampleForm::LocalTime),
        (json!(null), SampleForm::Other),
    ] {
        assert_eq!(form(&value), expected, "{value}");
    }
}

#[test]
fn login_form_is_recognised() {
    assert!(is_login("<form><input type=\"Password\" name=p></form>"));
    assert!(!is_login("<input type=text><p>type=\"password\"</p>"));
}

#[test]
fn page_that_is_cut_off_anywhere_shows_no_other_names() {
    let page = request("", TABLE_OF_MEMBERS, "");
    let Some(whole) = request_page(&page) else { panic!("a page") };
    assert_eq!(whole.members.len(), 4);
    for at in (0..page.len()).filter(|at| page.is_char_boundary(*at)) {
        let Some(cut) = request_page(&page[..at]) else { continue };
        assert!(whole.members.starts_with(&cut.members), "cut at {at}: {:?}", cut.members);
    }
}

#[test]
fn missing_or_doubled_tags_add_no_names() {
    let Some(whole) = request_page(&request("", TABLE_OF_MEMBERS, "")) else { panic!("a page") };
    let names: Vec<&str> = whole.members.iter().map(|member| &*member.name).collect();
    let tags = ["<tr>", "</tr>", "</td>", "<tbody>", "</tbody>", "<p>", "</p>", "</a>"];
    for broken in tags.iter().flat_map(|tag| {
        let doubled = TABLE_OF_MEMBERS.replace(tag, &format!("{tag}{tag}"));
        [TABLE_OF_MEMBERS.replace(tag, ""), doubled]
    }) {
        let Some(page) = request_page(&request("", &broken, "")) else { continue };
        let found: Vec<&str> = page.members.iter().map(|member| &*member.name).collect();
        assert!(found.iter().all(|name| names.contains(name)), "{found:?} in {broken}");
    }
}
