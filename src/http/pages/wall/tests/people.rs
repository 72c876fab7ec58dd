//! Of people the wallboard shows numbers of a contact centre, and only large ones.

use pretty_assertions::assert_eq;

use super::*;

/// The tile of free agents where a contact centre has these.
fn free(change: impl FnOnce(&mut CenterFigures)) -> String {
    let mut center = center(vec![queue("Phone")]);
    change(&mut center);
    tiles(&wall_of(vec![center])).remove(2)
}

fn agents(states: &[(AgentState, u64)]) -> Option<[u64; AgentState::COUNT]> {
    let mut agents = [0; AgentState::COUNT];
    for (state, count) in states {
        agents[state.index()] = *count;
    }
    Some(agents)
}

#[test]
fn free_agents_are_those_of_trio_agents() {
    assert_eq!(free(|_| ()), "3 of 11 logged on");
    assert_eq!(free(|center| center.agents = None), "?", "the states are not known");
    let unmapped = agents(&[(AgentState::Available, 3), (AgentState::Unknown, 1)]);
    assert_eq!(free(|center| center.agents = unmapped), "?", "a state word is not understood");
}

#[test]
fn fewer_people_than_the_minimum_are_not_shown() {
    for (logged_on, shown) in [
        (0, "– too few logged on to show"),
        (2, "– too few logged on to show"),
        (3, "3 of 3 logged on"),
    ] {
        let few = agents(&[(AgentState::Available, logged_on), (AgentState::LoggedOut, 50)]);
        assert_eq!(free(|center| center.agents = few), shown);
    }
    let one = agents(&[(AgentState::Available, 1)]);
    let shown = free(|center| (center.agents, center.min_group_size) = (one, 0));
    assert_eq!(shown, "1 of 1 logged on", "the operator allows it");
}

#[test]
fn hidden_center_makes_the_sum_a_lower_bound() {
    let mut small = center(vec![queue("Small")]);
    small.agents = agents(&[(AgentState::Available, 2)]);
    small.id = "2".into();
    let wall = wall_of(vec![center(vec![queue("Phone")]), small]);
    assert_eq!(tiles(&wall)[2], "≥ 3 of ≥ 11 logged on");
}

#[test]
fn busy_center_is_the_reason_only_where_someone_waits() {
    let busy = agents(&[(AgentState::Busy, 5), (AgentState::Paused, 2)]);
    let mut full = center(vec![
        changed("Late", |queue| queue.classes[0].waiting = waiting(2, 25.0)),
        changed("Calm", |queue| queue.classes[0].waiting = waiting(0, 0.0)),
    ]);
    full.agents = busy;
    let wall = wall_of(vec![full.clone()]);
    let words: Vec<bool> = wall.rows.iter().map(|row| row.all_busy).collect();
    assert_eq!((words, wall.is_no_one_free), (vec![true, false], true));
    assert!(lines(&wall)[0].contains("| WAITING ALL BUSY |"));
    full.agents = agents(&[(AgentState::Busy, 2)]);
    let hidden = wall_of(vec![full.clone()]);
    assert!(hidden.rows.iter().all(|row| !row.all_busy), "two people are not told of");
    full.agents = agents(&[(AgentState::Paused, 5)]);
    assert!(wall_of(vec![full]).rows.iter().all(|row| !row.all_busy), "all are away");
}
