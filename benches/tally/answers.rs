//! Answers of a contact centre of any size from one reading to the next: cases arrive, are answered
//! and end; agents change state.

use std::fmt::Write;

const STATES: [&str; 5] = ["Available", "Ringing", "Busy", "Wrap-up", "Paused"];
/// Number of readings that an agent stays in a state, and that a case lives.
const STAY: usize = 12;
const LIFE: usize = 30;
/// Number of readings that a case waits.
const WAIT: usize = 4;

/// Size of a contact centre.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) agents: usize,
    pub(crate) services: usize,
    pub(crate) cases: usize,
}

/// Bodies of one reading.
pub(crate) struct Bodies {
    pub(crate) agents: Vec<u8>,
    pub(crate) services: Vec<u8>,
    pub(crate) calls: Vec<u8>,
}

/// Returns the answers to the reading with this number.
pub(crate) fn answers(size: Size, reading: usize) -> Bodies {
    Bodies {
        agents: envelope((0..size.agents).map(|n| {
            let state = STATES[(n + (n + reading) / STAY) % STATES.len()];
            format!(r#"{{"agentId":{},"firstName":"Åsa","lastName":"Lindström {n}","state":"{state}"}}"#, 100_000 + n)
        })),
        services: envelope((0..size.services).map(|n| {
            format!(
                r#"{{"serviceId":{n},"serviceName":"Kundtjänst {n}","open":true,"queueLength":{},"longestWaitTime":{n},"agentsLoggedOn":{},"agentsAvailable":{}}}"#,
                (n + reading) % 13,
                n % 40,
                n % 5
            )
        })),
        calls: envelope((0..size.cases).map(|n| {
            // Each case starts at another reading, so that some arrive, are answered and end at
            // every one.
            let (life, age) = ((n + reading) / LIFE, (n + reading) % LIFE);
            let state = if age < WAIT { "Queued" } else { "Handled" };
            // Unevenly: equal numbers at every service would look like a limit of the list.
            let service = n * (n % 13 + 1) % size.services;
            format!(
                r#"{{"jobNo":{},"serviceId":{service},"caseClass":"Voice","caseState":"{state}","vid":"V{n}","cust":{n}}}"#,
                life * size.cases + n
            )
        })),
    }
}

fn envelope(rows: impl Iterator<Item = String>) -> Vec<u8> {
    let mut body = String::from(r#"{"links":[],"data":["#);
    for (n, row) in rows.enumerate() {
        let comma = if n > 0 { "," } else { "" };
        let _ = write!(body, "{comma}{row}");
    }
    body.push_str("]}");
    body.into_bytes()
}
