//! A reload with other groups: agents who may no longer be shown are gone with its answer.

use std::{fs, time::Duration};

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::{model::Clock, sim::Options};

use crate::{
    process::{exporter, folder, until},
    support::{Samples, Simulated, reqwest_client},
};

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn newly_denied_agents_vanish_at_once_even_during_outage() {
    for state_file in ["", "state_file: counters\n"] {
        let options = Options { agents: 60, services: 2, ..Options::default() };
        let trio = Simulated::start(options.clone(), Clock::system()).await;
        let folder = folder();
        let file = folder.path().join("trio-exporter.yml");
        let configure = |groups: &str| {
            let Options { client_key, username, password, .. } = &options;
            let url = trio.url();
            let text = format!(
                "targets:\n  - {{servers: \"{url}\", client_key: {client_key}, username: {username}, password: {password}}}\n\
                 poll: {{state: 1s}}\nagents: {{identity: id{groups}}}\n{state_file}"
            );
            fs::write(&file, text).expect("a configuration");
        };
        configure("");
        let arguments =
            ["--config.file", file.to_str().expect("UTF-8"), "--web.listen-address", "127.0.0.1:0"];
        let mut process = exporter(&arguments);
        let address = process.serves().await;
        let persons = async || {
            let page =
                reqwest_client().get(format!("http://{address}/metrics/agents")).send().await;
            let page = Samples::parse(&page.expect("an answer").text().await.expect("a body"));
            page.find("trio_agent_info", &[]).len()
        };
        let shows = async |expected: usize| {
            until("the agents to be shown", LIMIT, async || match persons().await {
                shown if shown == expected => Ok(()),
                shown => Err(format!("{shown} are")),
            })
            .await;
        };
        shows(60).await;
        trio.order("answering", &json!({"answering": false})).await;
        configure(", groups: {deny: [Specialister*]}");
        let answer = reqwest_client().post(format!("http://{address}/-/reload")).send().await;
        assert_eq!(answer.expect("an answer").text().await.expect("a body"), "changed: trio\n");
        assert_eq!(persons().await, 0, "what was read before may hold them");
        trio.order("answering", &json!({"answering": true})).await;
        shows(57).await;
    }
}
