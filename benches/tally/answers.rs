//! What a contact centre of any size answers from one reading to the next: cases come, are taken and end,
//! agents go from state to state.

use std::fmt::Write;

const STATES: [&str; 5] = ["Available", "Ringing", "Busy", "Wrap-up", "Paused"];
/// Readings for which an agent stays in a state, and of which a case lives.
const STAY: usize = 12;
const LIFE: usize = 30;
/// Readings for which a case waits.
const WAIT: usize = 4;

/// How much there is of everything.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) agents: usize,
    pub(crate) services: usize,
    pub(crate) cases: usize,
}

/// The bodies of one reading.
pub(crate) struct Bodies {
    pub(crate) agents: Vec<u8>,
    pub(crate) services: Vec<u8>,
    pub(crate) calls: Vec<u8>,
}

/// The answers to the reading number `reading`.
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
            let (life, age) = ((n + reading) / LIFE, (n + reading) % LIFE);
            let state = if age < WAIT { "Queued" } else { "Handled" };
            // Unevenly: equal numbers everywhere would look like a limit.
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
