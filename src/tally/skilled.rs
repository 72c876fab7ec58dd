//! Agents who have the skill for each service, by their present state.

use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::StateCounts;
use crate::{
    model::{AgentState, AgentStatus, ServiceSkills, Text},
    snapshot::Center,
};

/// Skilled agents by state, by service id. A service without an entry is unknown.
pub type SkilledAgents = FxHashMap<Text, StateCounts>;

/// Counts of one contact centre, and the readings they were made from.
#[derive(Debug, Default)]
pub(super) struct Skilled {
    counted: Option<(Arc<ServiceSkills>, Arc<Vec<AgentStatus>>)>,
    agents: Option<Arc<SkilledAgents>>,
}

impl Skilled {
    /// Counts again if one of the two readings has changed.
    pub(super) fn step(&mut self, center: &Center) {
        let (Some(skills), Some(states)) = (&center.skills.good, &center.agent_state.good) else {
            *self = Self::default();
            return;
        };
        let skills = &skills.data;
        let states = &states.data;
        if self
            .counted
            .as_ref()
            .is_some_and(|(s, a)| Arc::ptr_eq(s, skills) && Arc::ptr_eq(a, states))
        {
            return;
        }
        self.counted = Some((skills.clone(), states.clone()));
        self.agents = count(skills, states).map(Arc::new);
    }

    pub(super) fn agents(&self) -> Option<Arc<SkilledAgents>> {
        self.agents.clone()
    }
}

/// Returns the skilled agents by state; `None` if an agent has no state.
pub(crate) fn count(skills: &ServiceSkills, statuses: &[AgentStatus]) -> Option<SkilledAgents> {
    // Each service looks up each of its agents, so a fast hash is worth it. Done at each encoding,
    // these look-ups made it 1.57 times slower.
    let mut states: FxHashMap<&str, AgentState> =
        FxHashMap::with_capacity_and_hasher(statuses.len(), FxBuildHasher);
    for status in statuses {
        states.insert(&*status.id, status.state?);
    }
    let of_service = |(service, agents): &(Text, Vec<Text>)| {
        let mut counts = StateCounts::default();
        for state in agents.iter().filter_map(|agent| states.get(&**agent)) {
            counts[state.index()] += 1;
        }
        (service.clone(), counts)
    };
    Some(skills.services.iter().map(of_service).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        model::{Clock, Collector, ContactCenter},
        snapshot::Good,
    };

    fn status(id: &str, state: Option<AgentState>) -> AgentStatus {
        AgentStatus::new(id, state)
    }

    fn skills(services: &[(&str, &[&str])]) -> ServiceSkills {
        let services = services.iter().map(|(service, agents)| {
            let agents = agents.iter().map(|&agent| agent.into());
            ((*service).into(), agents.collect())
        });
        ServiceSkills { services: services.collect(), skills: 0 }
    }

    fn center(skills: Option<ServiceSkills>, states: Option<Vec<AgentStatus>>) -> Center {
        let now = Clock::system().now();
        let contact_center = ContactCenter { id: "1".into(), name: None };
        let mut center = Center::new(contact_center, |_: Collector| Some(Duration::from_secs(5)));
        center.skills.good = skills.map(|skills| Good::new(now, 0, skills));
        center.agent_state.good = states.map(|states| Good::new(now, 0, states));
        center
    }

    #[test]
    fn skilled_agents_are_counted_by_state_without_the_gone() {
        let skills = skills(&[("s1", &["a", "b", "gone"]), ("s2", &["b"]), ("s3", &[])]);
        let statuses =
            [status("a", Some(AgentState::Available)), status("b", Some(AgentState::Busy))];
        let counts = count(&skills, &statuses).expect("known");
        let of = |service: &str| {
            let counts = counts[service];
            (
                counts[AgentState::Available.index()],
                counts[AgentState::Busy.index()],
                counts.iter().sum::<u64>(),
            )
        };
        assert_eq!((of("s1"), of("s2"), of("s3")), ((1, 1, 2), (0, 1, 1), (0, 0, 0)));
        assert!(!counts.contains_key("s4"));
    }

    #[test]
    fn without_agent_states_skilled_agents_are_unknown() {
        assert_eq!(count(&skills(&[("s1", &["a"])]), &[status("a", None)]), None);
        let mut skilled = Skilled::default();
        skilled.step(&center(Some(skills(&[("s1", &["a"])])), None));
        assert_eq!(skilled.agents(), None);
    }

    #[test]
    fn skilled_agents_are_counted_again_with_new_readings() {
        let busy = || vec![status("a", Some(AgentState::Busy))];
        let read = center(Some(skills(&[("s1", &["a"])])), Some(busy()));
        let mut skilled = Skilled::default();
        skilled.step(&read);
        let first = skilled.agents().expect("known");
        skilled.step(&read.clone());
        assert!(Arc::ptr_eq(&first, &skilled.agents().expect("known")), "nothing new was read");
        let mut other = read.clone();
        other.agent_state =
            center(None, Some(vec![status("a", Some(AgentState::Paused))])).agent_state;
        skilled.step(&other);
        assert_eq!(skilled.agents().expect("known")["s1"][AgentState::Paused.index()], 1);
        other.skills = center(Some(skills(&[])), None).skills;
        skilled.step(&other);
        assert!(skilled.agents().expect("known").is_empty());
        other.skills.good = None;
        skilled.step(&other);
        assert_eq!(skilled.agents(), None);
    }
}
