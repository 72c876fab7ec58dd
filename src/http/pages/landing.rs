//! Landing page `/`: a table of all addresses that the exporter serves.

use std::fmt::Write;

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{Html, IntoResponse, Response},
};

use super::{
    discovery, health, log_level,
    metrics::{AGENTS_PATH, EXPORTER_PATH},
    wall::paths,
};
use crate::http::{RELOAD_PATH, Shared};

/// Content security policy: inline style only; no scripts, no other sources, no framing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}\
     td,th{padding:.2rem 1rem .2rem 0;text-align:left;vertical-align:top}\
     @media(max-width:40rem){body{margin:1rem auto}tr:first-child{display:none}td{display:block;padding:0}td+td{margin-bottom:.8rem}}";

/// Address and content of each page. A test compares them with the routes.
const PAGES: [(&str, &str); 19] = [
    (
        paths::PATH,
        "The queues at a glance, for a screen on the wall; <code>?service_group=NAME</code>, <code>?contact_center=NAME</code> and <code>?target=NAME</code> select, <code>?lang=</code> is <code>en</code>, <code>sv</code>, <code>nb</code>, <code>da</code> or <code>fi</code>.",
    ),
    ("/", "This page."),
    (paths::EVENTS_PATH, "The same as server-sent events."),
    (paths::BOARD_PATH, "A wallboard of the configuration."),
    (paths::BOARD_EVENTS_PATH, "The same as server-sent events."),
    (paths::QUEUES_PATH, "The values of the wallboard for programs, JSON; the same selections."),
    (paths::JSON_PATH, "Those of a wallboard of the configuration."),
    (paths::SCRIPT_PATH, "Its script."),
    (paths::STYLE_PATH, "Its style."),
    ("/metrics", "All metrics that name no person; <code>?target=NAME</code> selects one target."),
    (AGENTS_PATH, "Metrics of single agents."),
    (EXPORTER_PATH, "Metrics of the exporter alone, if each target is scraped separately."),
    (discovery::PATH, "The targets, for the HTTP service discovery of Prometheus."),
    ("/status", "The state of each target: what is read, what is not, and why."),
    ("/status.json", "The same for programs."),
    (health::HEALTHY_PATH, "Answers 200 while the process is running; it does not depend on Trio."),
    (
        health::READY_PATH,
        "Answers 200 once each target has finished its first cycle, or 30 s after the start.",
    ),
    (RELOAD_PATH, "<code>POST</code> or <code>PUT</code> reads the configuration again."),
    (log_level::PATH, "The log level; <code>PUT</code> changes it until the next restart."),
];

/// Program data shown on the landing page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// Name of the program.
    pub name: String,
    /// Its purpose, in a sentence.
    pub description: String,
    /// Its version.
    pub version: String,
}

pub(in crate::http) async fn page(State(shared): State<Shared>) -> Response {
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, Html(html(&shared.landing, shared.exposition.shows_agents(), shared.serves_wall)))
        .into_response()
}

fn html(landing: &Landing, shows_agents: bool, serves_wall: bool) -> String {
    let [name, description, version] =
        [&landing.name, &landing.description, &landing.version].map(|text| escaped(text));
    let mut rows = String::new();
    let served = PAGES.into_iter().filter(|(path, _)| serves_wall || !paths::is_page(path));
    for (path, content) in served {
        let (linked, content) = match path {
            AGENTS_PATH if !shows_agents => {
                (false, "Not served: <code>agents.identity</code> is <code>none</code>.")
            }
            // A browser follows a link by GET, which this page answers with 405.
            RELOAD_PATH => (false, content),
            // It does not end, and shows no page.
            paths::EVENTS_PATH => (false, content),
            // The name is that of a wallboard; the page /wall links to them.
            _ if path.contains('{') => (false, content),
            _ => (true, content),
        };
        // A link to a page that answers with an error would read as a fault.
        let address = if linked {
            format!("<a href=\"{}\">{path}</a>", relative(path))
        } else {
            path.to_owned()
        };
        // Writing to a String does not fail.
        let _ = writeln!(rows, "<tr><td>{address}</td><td>{content}</td></tr>");
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n<p>{description}</p>\n\
         <p>Version {version}</p>\n<table>\n<tr><th>Address</th><th>Content</th></tr>\n{rows}</table>\n</body>\n</html>\n"
    )
}

/// Returns the address of a page as seen from `/`, so that links also lead somewhere behind a proxy
/// that serves the pages below a path.
fn relative(path: &str) -> &str {
    match path.trim_start_matches('/') {
        "" => "./",
        rest => rest,
    }
}

/// Escapes text for HTML content and attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
