//! The number of requests of a command that learns: all kinds count together.

use std::{sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use trio_exporter::{
    model::{Clock, Resource},
    trio::{Client, HelpLimits},
};

use super::trio::{Trio, contact_center};
use crate::support::target;

#[tokio::test]
async fn logins_readings_and_help_pages_share_one_limit() {
    let trio = Trio::small().await;
    let target = target(&trio.url());
    let client = Client::new(target.trio, target.dictionary, Arc::default(), Clock::system());
    let client = client.expect("a client").with_allowance(6, Duration::ZERO);
    let root = client.root().await.expect("the Api resource");
    let route = client.route(&root, &contact_center()).await.expect("a contact centre");
    let mut refused = Vec::new();
    for resource in [Resource::Agents, Resource::Services, Resource::Calls] {
        refused.extend(client.examine(&route, resource).await.err());
    }
    let help = client.read_help(HelpLimits::default(), &mut |_| {}).await;
    assert_eq!(trio.requests().await.len(), 6, "{:?}", trio.requests().await);
    assert_eq!(client.requests_left().await, Some(0));
    let expected = "services/calls: not asked, because the limit of 6 requests is reached";
    let last = refused.last().map(ToString::to_string);
    assert_eq!(last.as_deref(), Some(expected));
    let help = help.expect_err("no help").to_string();
    assert_eq!(help, "the limit of 6 requests is reached: no more is read");
}
