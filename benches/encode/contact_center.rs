//! A large contact centre as its poller publishes it.

use std::{sync::Arc, time::Duration};

use trio_exporter::{
    metrics::View,
    model::{
        Agent, AgentGroup, AgentState, AgentStatus, ContactCenter, Service, ServiceSkills,
        ServiceStatus, Stamp, Text,
    },
    snapshot::{Center, Good, Reading, Snapshot},
    tally::{self, Published, Tally},
};

const STATE: Duration = Duration::from_secs(5);
const CONFIGURATION: Duration = Duration::from_secs(300);
const GROUPS: usize = 50;

pub(crate) fn view(services: usize, agents: usize, now: Stamp) -> View {
    let contact_center = ContactCenter { id: "1".into(), name: Some("Kundtjänst".into()) };
    let earlier = Stamp { mono: now.mono.saturating_sub(STATE), wall: now.wall - STATE };
    let before = center(&contact_center, services, agents, earlier);
    let center = center(&contact_center, services, agents, now);
    let [before, snapshot] = [(before, earlier), (center, now)].map(|(center, taken)| Snapshot {
        up: true,
        contact_centers: reading(vec![contact_center.clone()], 1, CONFIGURATION, taken),
        centers: vec![center],
        inventory: Reading::none(CONFIGURATION),
        ..Snapshot::new("main", "trio.example", taken)
    });
    let mut tally = Tally::new(tally::Settings::default());
    tally::step(&mut tally, &before);
    let totals = Arc::new(tally::step(&mut tally, &snapshot));
    let published = Some(Arc::new(Published { snapshot: Arc::new(snapshot), totals }));
    View { name: "main".into(), stats: Arc::default(), published, goals: Arc::default() }
}

fn center(contact_center: &ContactCenter, services: usize, agents: usize, taken: Stamp) -> Center {
    let text = |prefix: &str, number: usize| Text::from(format!("{prefix}{number}"));
    let service =
        |n| Service { id: text("", n), name: Some(text("Kundtjänst ", n)), group_ids: vec![] };
    let status = |n| ServiceStatus {
        open: Some(n % 7 > 0),
        queue_length: Some((n % 13) as f64),
        longest_wait: Some(n as f64),
        estimated_wait: Some(30.0),
        agents_logged_on: Some((n % 40) as f64),
        agents_available: Some((n % 5) as f64),
        agents_busy: Some((n % 20) as f64),
        ..ServiceStatus::new(text("", n))
    };
    let group =
        |n| AgentGroup { id: text("g", n), name: Some(text("Grupp ", n)), agent_ids: vec![] };
    let agent = |n| Agent {
        id: text("", 100_000 + n),
        name: Some(text("Åsa Lindström ", n)),
        group_ids: vec![text("g", n % GROUPS)],
    };
    let agent_status = |n| AgentStatus {
        since: Some(taken.wall),
        ..AgentStatus::new(text("", 100_000 + n), Some(AgentState::ALL[n % AgentState::COUNT]))
    };
    Center {
        services: reading((0..services).map(service).collect(), services, CONFIGURATION, taken),
        service_state: reading((0..services).map(status).collect(), services, STATE, taken),
        agents: reading((0..agents).map(agent).collect(), agents, CONFIGURATION, taken),
        agent_state: reading((0..agents).map(agent_status).collect(), agents, STATE, taken),
        agent_groups: reading((0..GROUPS).map(group).collect(), GROUPS, CONFIGURATION, taken),
        skills: reading(
            ServiceSkills {
                services: (0..services).map(|n| skilled(n, agents)).collect(),
                skills: agents,
            },
            agents,
            CONFIGURATION,
            taken,
        ),
        ..Center::new(contact_center.clone(), |collector| {
            Some(if collector.is_fast() { STATE } else { CONFIGURATION })
        })
    }
}

/// A service with its skilled agents: one in a hundred.
fn skilled(service: usize, agents: usize) -> (Text, Vec<Text>) {
    let near = (service % 100..agents).step_by(100).map(|n| Text::from((100_000 + n).to_string()));
    (Text::from(service.to_string()), near.collect())
}

fn reading<T>(data: T, items: usize, interval: Duration, taken: Stamp) -> Reading<T> {
    Reading { good: Some(Good::new(taken, items, data)), ..Reading::none(interval) }
}
