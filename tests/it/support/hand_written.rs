//! A Trio that gives hand-written answers.

use std::path::Path;

use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param},
};

/// An address without a listener.
pub(crate) const NOBODY: &str = "127.0.0.1:1";

/// The server's own date: five seconds after the clock of the tests starts.
const DATE: (&str, &str) = ("date", "Thu, 15 Jan 2026 08:00:05 GMT");

/// A server that answers what the test puts there.
pub(crate) struct HandWritten {
    pub(crate) server: MockServer,
}

impl HandWritten {
    /// A server that knows the login and nothing else.
    pub(crate) async fn start() -> Self {
        // Not from wiremock's pool: requests that a client gave up may arrive late, and would be
        // counted as those of the next test that gets the same server.
        let this = Self { server: MockServer::builder().start().await };
        Mock::given(wiremock::matchers::any())
            .respond_with(ResponseTemplate::new(404).insert_header(DATE.0, DATE.1))
            .with_priority(255)
            .mount(&this.server)
            .await;
        let token =
            json!({"access_token": "token-1", "refresh_token": "refresh-1", "expires_in": 3600});
        Mock::given(method("POST"))
            .and(path("/te/api/login"))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(token).insert_header(DATE.0, DATE.1),
            )
            .mount(&this.server)
            .await;
        this
    }

    /// The base of its API.
    pub(crate) fn url(&self) -> String {
        format!("{}/te/api", self.server.uri())
    }

    /// Answers GET on `resource` below the base with a body, as it is.
    pub(crate) async fn answer(&self, resource: &str, body: impl Into<Vec<u8>>) {
        self.respond(resource, ResponseTemplate::new(200).set_body_raw(body, "application/json"))
            .await;
    }

    /// Answers GET on `resource` with this query parameter; mount it before the answer without.
    pub(crate) async fn answer_query(&self, resource: &str, query: (&str, &str), body: &str) {
        Mock::given(method("GET"))
            .and(path(format!("/te/api/{resource}")))
            .and(query_param(query.0, query.1))
            .respond_with(
                ResponseTemplate::new(200)
                    .set_body_raw(body, "application/json")
                    .insert_header(DATE.0, DATE.1),
            )
            .mount(&self.server)
            .await;
    }

    /// Answers GET on `resource` below the base.
    pub(crate) async fn respond(&self, resource: &str, response: ResponseTemplate) {
        let path_there =
            if resource.is_empty() { "/te/api".to_owned() } else { format!("/te/api/{resource}") };
        let response = response.insert_header(DATE.0, DATE.1);
        Mock::given(method("GET"))
            .and(path(path_there))
            .respond_with(response)
            .mount(&self.server)
            .await;
    }

    /// Answers with every file of a folder: `cc_1_agents_state.json` is served at
    /// `cc/1/agents/state`, `root.json` at the base.
    pub(crate) async fn serve_folder(&self, folder: &Path) {
        let entries = std::fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let file = entry.expect("a file").path();
            let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            let resource = if name == "root" { String::new() } else { name.replace('_', "/") };
            let body = std::fs::read_to_string(&file).expect("text");
            // Its own name is its address; the other server's is one without a listener.
            let body = body.replace("http://trio.example", &self.server.uri());
            let body = body.replace("trio.example", &self.server.address().to_string());
            let body = body.replace("trio2.example", NOBODY);
            self.answer(&resource, body).await;
        }
    }
}
