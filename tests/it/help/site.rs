//! A hand-written help site in the structure of the stock pages, with members of our own.

use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path, query_param},
};

use crate::support::HandWritten;

/// Path that the links of the stock pages use.
pub(crate) const LINKED: &str = "/TE/API/Help";

/// Returns the index with the lists of services' and agents' states, at these addresses.
pub(crate) fn index(services: &str, agents: &str) -> String {
    let row = |path: &str, href: &str| {
        format!(
            "<tr><td class=\"api-name\"><a href=\"{href}\">GET cc/{{ccid}}/{path}?page={{page}}</a></td>\
             <td class=\"api-documentation\"><p>Reads.</p></td></tr>"
        )
    };
    format!(
        "<h2>Resources</h2><h3 id=\"A\">A</h3><table class=\"help-page-table\"><tbody>{}{}</tbody></table>",
        row("services/state", services),
        row("agents/state", agents)
    )
}

/// Returns a table of members: name, type, words.
pub(crate) fn table(members: &[(&str, &str, &str)]) -> String {
    let row = |(name, kind, words): &(&str, &str, &str)| {
        format!(
            "<tr><td class=\"parameter-name\">{name}</td>\
             <td class=\"parameter-documentation\"><p>{words}</p></td>\
             <td class=\"parameter-type\">{kind}</td>\
             <td class=\"parameter-annotations\"><p>None.</p></td></tr>"
        )
    };
    let rows: String = members.iter().map(row).collect();
    format!("<table class=\"help-page-table\"><tbody>{rows}</tbody></table>")
}

/// Returns the page of a request whose answer has this table, after the type.
pub(crate) fn request(kind: &str, table: &str, sample: &str) -> String {
    let sample = match sample {
        "" => String::new(),
        sample => format!("<h3>Response Formats</h3><pre class=\"wrapped\">{sample}</pre>"),
    };
    format!(
        "<h1>GET x</h1><h2>Request Information</h2><h3>URI Parameters</h3><p>None.</p>\
         <h2>Response Information</h2><h3>Resource Description</h3><p></p>{kind}{table}{sample}"
    )
}

/// Returns a link to the page of a type.
pub(crate) fn link(name: &str) -> String {
    format!("<a href=\"{LINKED}/ResourceModel?modelName={name}\">{name}</a>")
}

/// Returns the page of an enumeration.
pub(crate) fn enumeration(values: &[(&str, i64)]) -> String {
    let row = |(name, number): &(&str, i64)| {
        format!(
            "<tr><td class=\"enum-name\"><b>{name}</b></td>\
             <td class=\"enum-value\"><p>{number}</p></td><td class=\"enum-description\"></td></tr>"
        )
    };
    let rows: String = values.iter().map(row).collect();
    format!("<p>Possible enumeration values:</p><table class=\"help-page-table\">{rows}</table>")
}

/// Serves a page below the base, as the exporter asks for it.
pub(crate) async fn serve(trio: &HandWritten, below: &str, response: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path(format!("/te/api/{below}")))
        .respond_with(response)
        .mount(&trio.server)
        .await;
}

/// Serves the page of a type.
pub(crate) async fn serve_type(trio: &HandWritten, name: &str, page: String) {
    Mock::given(method("GET"))
        .and(path("/te/api/Help/ResourceModel"))
        .and(query_param("modelName", name))
        .respond_with(html(page))
        .mount(&trio.server)
        .await;
}

pub(crate) fn html(page: impl Into<Vec<u8>>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8")
}

/// A site that describes states of agents as numbers, and states of services, both in envelopes.
pub(crate) async fn described() -> HandWritten {
    let trio = HandWritten::start().await;
    serve(&trio, "help", html(index(&format!("{LINKED}/Api/S"), &format!("{LINKED}/Api/A")))).await;
    let envelope = |item: &str| {
        let data = format!("Collection of {}", link(item));
        let links = format!("Collection of {}", link("LinkDto"));
        table(&[("Links", &links, ""), ("Data", &data, "")])
    };
    let sample = r#"{"links": [], "data": [{"agentId": 1, "state": 2, "stateSince": "2026-01-01T08:00:00"}]}"#;
    serve(&trio, "Help/Api/S", html(request(&link("R1"), &envelope("ServiceDto"), ""))).await;
    serve(&trio, "Help/Api/A", html(request(&link("R2"), &envelope("AgentDto"), sample))).await;
    let service = table(&[
        ("ServiceId", "integer", "Identity of the service."),
        ("ServiceName", "string", ""),
        ("Open", "boolean", ""),
        ("QueueLength", "integer", "Identity of the queue."),
        ("LongestWaitTime", "integer", "Longest wait in milliseconds."),
        ("Queued", "integer", "Cases in the queue."),
    ]);
    serve_type(&trio, "ServiceDto", service).await;
    let agent = table(&[
        ("AgentId", "integer", ""),
        ("State", &link("StateEnum"), "State of the agent."),
        ("StateSince", "date", ""),
        ("PauseCode", "integer", ""),
    ]);
    serve_type(&trio, "AgentDto", agent).await;
    let states = [("LoggedOff", 0), ("Ready", 1), ("Offered", 2), ("Parked", 3), ("Pause", 5)];
    serve_type(&trio, "StateEnum", enumeration(&states)).await;
    trio
}
