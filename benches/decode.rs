//! Time of decoding, relative to serde_json over the same bytes into bare structs of the same
//! fields.
#![allow(clippy::print_stdout, reason = "the numbers are the product")]
#![allow(clippy::unwrap_used, reason = "a benchmark may stop")]

mod answers;
mod ratio;

use answers::{AGENTS, Bare, BareAgent, BareService, SERVICES, agent_states, service_states};
use trio_exporter::trio::Dictionary;

const AIM: f64 = 2.0;

fn main() {
    let dictionary = Dictionary::builtin().unwrap();

    let body = agent_states();
    let ours = || dictionary.agent_states(&body).unwrap();
    let floor = || serde_json::from_slice::<Bare<BareAgent>>(&body).unwrap();
    let read = ours();
    // All fields must have been read: leaving one out would improve the ratio.
    assert!(
        read.iter()
            .all(|agent| agent.name.is_some() && agent.state.is_some() && agent.since.is_some())
    );
    assert_eq!((read.len(), floor().data.len()), (AGENTS, AGENTS));
    println!(
        "decode {AGENTS} agent states, {:.1} MB: {}",
        megabytes(&body),
        ratio::measure(ours, floor, AIM)
    );

    let body = service_states();
    let ours = || dictionary.service_states(&body).unwrap();
    let floor = || serde_json::from_slice::<Bare<BareService>>(&body).unwrap();
    assert_eq!((ours().len(), floor().data.len()), (SERVICES, SERVICES));
    println!(
        "decode {SERVICES} service states, {:.1} MB: {}",
        megabytes(&body),
        ratio::measure(ours, floor, AIM)
    );
}

fn megabytes(body: &[u8]) -> f64 {
    body.len() as f64 / 1e6
}
