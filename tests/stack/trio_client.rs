//! A client of Trio's documented API that sets what agents do.

use base64::{Engine, engine::general_purpose::STANDARD};
use encoding_rs::WINDOWS_1252;
use reqwest::Method;
use serde_json::{Value, json};

use crate::http::{send_form, send_json};

/// Somebody who has logged in.
pub(crate) struct TrioClient {
    base: String,
    token: String,
}

impl TrioClient {
    /// Logs in.
    pub(crate) async fn login(base: &str, key: &str, user: &str, password: &str) -> Self {
        // ISO-8859-1 and Windows-1252 agree about letters.
        let encoded = |text: &str| STANDARD.encode(WINDOWS_1252.encode(text).0);
        let form = [("username", encoded(user)), ("password", encoded(password))];
        let answer = send_form(&format!("{base}/login"), &format!("Basic {key}"), &form).await;
        let answer: Value = serde_json::from_str(&answer.expect("a login")).expect("JSON");
        let token = answer["access_token"].as_str().or(answer["data"]["access_token"].as_str());
        Self {
            base: base.to_owned(),
            token: token.unwrap_or_else(|| panic!("{answer}")).to_owned(),
        }
    }

    /// The agents who have the skill for a service.
    pub(crate) async fn skilled(&self, center: &str, service: &str) -> Vec<String> {
        let path = format!("cc/{center}/skills?serviceId={service}&pageSize=100");
        let answer = self.send(Method::GET, &path, &json!({})).await;
        let rows = answer["data"].as_array().unwrap_or_else(|| panic!("{answer}"));
        rows.iter().map(|row| row["userId"].to_string().trim_matches('"').to_owned()).collect()
    }

    /// Logs an agent in and lets it pause.
    pub(crate) async fn pause(&self, center: &str, agent: &str) {
        let agent = format!("cc/{center}/agents/{agent}");
        self.send(Method::PATCH, &format!("{agent}/login"), &json!({"loggedIn": true})).await;
        self.send(
            Method::PATCH,
            &format!("{agent}/state"),
            &json!({"state": "Paused", "reason": "Möte"}),
        )
        .await;
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer =
            send_json(method, &format!("{}/{path}", self.base), Some(&self.token), body).await;
        serde_json::from_str(&answer.expect("an answer")).expect("JSON")
    }
}
