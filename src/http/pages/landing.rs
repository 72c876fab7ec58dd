//! Landing page `/`, with links to the other pages.

use std::fmt::Write;

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{Html, IntoResponse, Response},
};

use crate::http::Shared;

/// Content security policy: inline style only; no scripts, no other sources, no framing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}";

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
    (headers, Html(html(&shared.landing, shared.exposition.shows_agents()))).into_response()
}

fn html(landing: &Landing, shows_agents: bool) -> String {
    let [name, description, version] =
        [&landing.name, &landing.description, &landing.version].map(|text| escaped(text));
    let mut links = String::new();
    let agents = "metrics of single agents";
    for (path, label) in [
        ("/metrics", "metrics"),
        ("/metrics/agents", agents),
        ("/metrics/exporter", "metrics of the exporter itself"),
        ("/sd", "the targets, for Prometheus"),
        ("/status", "the state of each target: what is read, what is not, and why"),
        ("/-/healthy", "is the process running?"),
        ("/-/ready", "is it ready to be scraped?"),
    ] {
        // A link that answers 404 would read as a fault.
        if label != agents || shows_agents {
            // Writing to a String does not fail.
            let _ = writeln!(links, "<li><a href=\"{path}\">{path}</a>: {label}</li>");
        }
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{name}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n<p>{description}</p>\n\
         <p>Version {version}</p>\n<ul>\n{links}</ul>\n</body>\n</html>\n"
    )
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
