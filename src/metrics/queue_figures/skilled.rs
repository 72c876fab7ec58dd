//! Agents by service for the wallboard: only numbers from which none about fewer people than the
//! smallest group can be computed.
//!
//! An agent serves several services, so the numbers of services overlap with each other and with
//! those of the whole contact centre: the difference of two large ones may be about one person. All
//! that sums and differences can tell is about people who are in the same shown services. So a
//! service is shown only if it leaves no such set of people that is smaller than the smallest
//! group.

use std::collections::HashMap;

use crate::model::{AgentState, AgentStatus, ServiceSkills};

/// The agents of a service who are logged on and have the skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkilledNow {
    /// Free ones, and those who work on a case.
    Known {
        /// They could take a case now.
        free: u64,
        /// They are reserved, busy or in wrap-up.
        working: u64,
    },
    /// They are not known.
    Unknown,
    /// Too few to show, or something about few people could be computed from them.
    Hidden,
}

/// Returns the agents of each service of a contact centre, by its id. A service without an entry is
/// unknown.
// Over all services, not only those of one wallboard: two wallboards of different services, laid beside
// each other, must not tell more than one.
pub(super) fn skilled_now<'a>(
    skills: &'a ServiceSkills,
    statuses: &[AgentStatus],
    min_group_size: usize,
) -> HashMap<&'a str, SkilledNow> {
    let least = min_group_size.max(1);
    let all = |now: SkilledNow| skills.services.iter().map(move |(id, _)| (&**id, now)).collect();
    // An agent whose state is not known may be free, busy or not there.
    let states: Option<Vec<(&str, AgentState)>> = statuses
        .iter()
        .map(|status| Some((&*status.id, status.state.filter(|it| *it != AgentState::Unknown)?)))
        .collect();
    let Some(states) = states else { return all(SkilledNow::Unknown) };
    let here: Vec<(&str, AgentState)> =
        states.into_iter().filter(|(_, state)| *state != AgentState::LoggedOut).collect();
    if here.len() < least {
        return all(SkilledNow::Hidden);
    }
    let places: HashMap<&str, usize> =
        here.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
    let mut services: Vec<(&str, Vec<usize>)> = skills
        .services
        .iter()
        .map(|(id, agents)| {
            let members = agents.iter().filter_map(|agent| places.get(&**agent).copied());
            let mut members: Vec<usize> = members.collect();
            members.sort_unstable();
            members.dedup();
            (&**id, members)
        })
        .collect();
    // The largest first, which says the most; by id where they are equally large, so that two
    // renderings show the same.
    services.sort_by(|(a, members_a), (b, members_b)| {
        members_b.len().cmp(&members_a.len()).then_with(|| a.cmp(b))
    });
    let mut sets = Sets { of: vec![0; here.len()], sizes: vec![here.len()] };
    let now = |(id, members): (&'a str, Vec<usize>)| {
        if members.len() < least || !sets.split(&members, least) {
            return (id, SkilledNow::Hidden);
        }
        let count = |states: &[AgentState]| {
            let members = members.iter().filter(|place| states.contains(&here[**place].1));
            u64::try_from(members.count()).unwrap_or(u64::MAX)
        };
        let free = count(&[AgentState::Available]);
        let working = count(&[AgentState::Reserved, AgentState::Busy, AgentState::WrapUp]);
        (id, SkilledNow::Known { free, working })
    };
    services.into_iter().map(now).collect()
}

/// People who are in the same shown services: the number of the set of each, and the size of each
/// set.
struct Sets {
    of: Vec<usize>,
    sizes: Vec<usize>,
}

impl Sets {
    /// Splits each set into those who are among `members` and the others. Changes nothing and
    /// returns false if a set would be smaller than `least`.
    fn split(&mut self, members: &[usize], least: usize) -> bool {
        let mut inside = vec![0; self.sizes.len()];
        for member in members {
            inside[self.of[*member]] += 1;
        }
        let is_large = |size: usize| size == 0 || size >= least;
        if !inside
            .iter()
            .zip(&self.sizes)
            .all(|(in_it, all)| is_large(*in_it) && is_large(all - in_it))
        {
            return false;
        }
        let mut new = vec![None; self.sizes.len()];
        for member in members {
            let set = self.of[*member];
            // A set that is inside as a whole stays what it is.
            if inside[set] == self.sizes[set] && new[set].is_none() {
                continue;
            }
            let next = *new[set].get_or_insert_with(|| {
                self.sizes.push(0);
                self.sizes.len() - 1
            });
            self.of[*member] = next;
            self.sizes[next] += 1;
            self.sizes[set] -= 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const FREE: AgentState = AgentState::Available;
    const BUSY: AgentState = AgentState::Busy;

    /// The services of agents with these states, each service with its agents by their position.
    fn now(
        states: &[AgentState],
        services: &[(&'static str, &[usize])],
        least: usize,
    ) -> Vec<(&'static str, SkilledNow)> {
        let statuses: Vec<AgentStatus> = states
            .iter()
            .enumerate()
            .map(|(id, state)| AgentStatus::new(id.to_string(), Some(*state)))
            .collect();
        let skills = services.iter().map(|(id, agents)| {
            let agents = agents.iter().map(|agent| agent.to_string().into());
            ((*id).into(), agents.collect())
        });
        let skills = ServiceSkills { services: skills.collect(), skills: 1 };
        let now = skilled_now(&skills, &statuses, least);
        services.iter().map(|(id, _)| (*id, now[id])).collect()
    }

    fn known(free: u64, working: u64) -> SkilledNow {
        SkilledNow::Known { free, working }
    }

    #[test]
    fn free_and_working_are_counted_and_paused_is_neither() {
        let states = [
            FREE,
            BUSY,
            AgentState::WrapUp,
            AgentState::Reserved,
            AgentState::Paused,
            AgentState::LoggedOut,
        ];
        assert_eq!(now(&states, &[("all", &[0, 1, 2, 3, 4, 5])], 3), [("all", known(1, 3))]);
    }

    #[test]
    fn one_agent_per_service_shows_none() {
        let services: [(&str, &[usize]); 4] = [("a", &[0]), ("b", &[1]), ("c", &[2]), ("d", &[3])];
        let shown = now(&[FREE, BUSY, FREE, BUSY], &services, 3);
        assert!(shown.iter().all(|(_, now)| *now == SkilledNow::Hidden), "{shown:?}");
        assert_eq!(now(&[FREE, BUSY, FREE, BUSY], &services, 1)[0], ("a", known(1, 0)));
        let none: [(&str, &[usize]); 1] = [("none", &[])];
        assert_eq!(now(&[FREE; 5], &none, 3), [("none", SkilledNow::Hidden)], "nor zero of none");
    }

    #[test]
    fn rest_of_a_large_service_is_not_computable() {
        // Four of five have the skill: the fifth would be all minus the service.
        assert_eq!(now(&[FREE; 5], &[("most", &[0, 1, 2, 3])], 3), [("most", SkilledNow::Hidden)]);
        assert_eq!(now(&[FREE; 5], &[("all", &[0, 1, 2, 3, 4])], 3), [("all", known(5, 0))]);
        assert_eq!(now(&[FREE; 7], &[("four", &[0, 1, 2, 3])], 3), [("four", known(4, 0))]);
    }

    #[test]
    fn difference_of_two_services_is_not_computable() {
        let ten = [FREE; 10];
        let both: [(&str, &[usize]); 2] =
            [("wide", &[0, 1, 2, 3, 4, 5]), ("narrow", &[0, 1, 2, 3, 4])];
        assert_eq!(now(&ten, &both, 3), [("wide", known(6, 0)), ("narrow", SkilledNow::Hidden)]);
        let apart: [(&str, &[usize]); 2] = [("wide", &[0, 1, 2, 3, 4, 5]), ("narrow", &[0, 1, 2])];
        assert_eq!(now(&ten, &apart, 3), [("wide", known(6, 0)), ("narrow", known(3, 0))]);
        // Neither is inside the other, and two people are in both.
        let across: [(&str, &[usize]); 2] = [("one", &[0, 1, 2, 3, 4]), ("two", &[3, 4, 5, 6, 7])];
        assert_eq!(now(&ten, &across, 3), [("one", known(5, 0)), ("two", SkilledNow::Hidden)]);
    }

    #[test]
    fn sums_and_differences_of_shown_services_are_about_enough_people() {
        // Every set of people with the same shown services, over many made-up skills.
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        let names = ["a", "b", "c", "d", "e", "f"];
        let mut shown_in_all = 0;
        for _ in 0..500 {
            let agents = usize::try_from(next(30) + 1).expect("small");
            let members: Vec<Vec<usize>> =
                names.iter().map(|_| (0..agents).filter(|_| next(3) > 0).collect()).collect();
            let services: Vec<(&'static str, &[usize])> =
                names.iter().zip(&members).map(|(name, members)| (*name, &**members)).collect();
            let shown: Vec<&Vec<usize>> = now(&vec![FREE; agents], &services, 3)
                .iter()
                .zip(&members)
                .filter(|((_, now), _)| *now != SkilledNow::Hidden)
                .map(|(_, members)| members)
                .collect();
            shown_in_all += shown.len();
            let mut sets: HashMap<Vec<bool>, usize> = HashMap::new();
            for agent in 0..agents {
                let key = shown.iter().map(|members| members.contains(&agent)).collect();
                *sets.entry(key).or_default() += 1;
            }
            assert!(shown.is_empty() || sets.values().all(|size| *size >= 3), "{sets:?}");
        }
        assert!(shown_in_all > 200, "{shown_in_all}");
    }

    #[test]
    fn agent_without_a_known_state_makes_all_unknown() {
        let states = [FREE, BUSY, AgentState::Unknown, FREE];
        assert_eq!(now(&states, &[("all", &[0, 1, 2, 3])], 1), [("all", SkilledNow::Unknown)]);
    }
}
