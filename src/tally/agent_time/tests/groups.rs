//! Tests: agents and groups that disappear and come back, and those that are shown when groups are
//! allowed or denied.

use pretty_assertions::assert_eq;

use super::*;

fn busy(ids: &[&str]) -> Vec<AgentStatus> {
    ids.iter().map(|id| status(id, AgentState::Busy)).collect()
}

#[test]
fn returning_agent_continues_until_keep_has_passed() {
    let t = start();
    let seconds = |away: f64| {
        let readings = [
            (0.0, busy(&["a", "b"])),
            (5.0, busy(&["a", "b"])),
            (10.0, busy(&["b"])),
            (10.0 + away, busy(&["b", "a"])),
            (15.0 + away, busy(&["b", "a"])),
        ];
        let snapshots =
            readings.map(|(secs, statuses)| snapshot(&center(after(t, secs), statuses)));
        let keep = Duration::from_secs(3600);
        let totals = walk(&snapshots, &Settings { keep, ..settings() }).totals().expect("read");
        let of_a = totals.persons.iter().find(|person| &*person.id == "a").expect("it is back");
        of_a.seconds[BUSY]
    };
    assert_eq!(seconds(5.0), 10.0, "5 s before it went and 5 s since it is back");
    assert_eq!(seconds(3600.0), 10.0);
    assert_eq!(seconds(3601.0), 5.0);
}

#[test]
fn gone_agent_has_no_series() {
    let t = start();
    let totals = run(&[center(t, busy(&["a", "b"])), center(after(t, 5.0), busy(&["b"]))]);
    assert_eq!(totals.persons.iter().map(|person| &*person.id).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn number_of_kept_agents_is_limited() {
    let (t, settings) = (start(), Settings { max_agents: 1500, ..settings() });
    let mut time = AgentTime::default();
    for reading in 0..100_u32 {
        let statuses =
            (0..1000).map(|n| status(&(reading * 1000 + n).to_string(), AgentState::Busy));
        let snapshot = snapshot(&center(after(t, f64::from(reading) * 5.0), statuses.collect()));
        time.step(&snapshot, &snapshot.centers[0], &settings);
        assert!(time.gone.len() <= 1500, "{}", time.gone.len());
    }
    assert_eq!(time.gone.len(), 1500);
    let empty = snapshot(&center(after(t, 500.0), vec![]));
    time.step(&empty, &empty.centers[0], &Settings { keep: Duration::ZERO, ..settings });
    assert_eq!(time.gone.len(), 1000, "those who went just now");
}

#[test]
fn group_restarts_after_being_too_small() {
    let t = start();
    let both: &[(&str, &[&str])] = &[("g", &["a", "b"])];
    let one: &[(&str, &[&str])] = &[("g", &["a"])];
    let empty: &[(&str, &[&str])] = &[("g", &[])];
    let seconds = |readings: &[&[(&str, &[&str])]]| {
        let centers: Vec<_> = readings
            .iter()
            .zip([0.0, 5.0, 10.0, 15.0])
            .map(|(groups, secs)| {
                with_groups(center(after(t, secs), busy(&["a", "b"])), after(t, secs), groups)
            })
            .collect();
        let groups = run(&centers).groups;
        groups.map(|groups| {
            groups.iter().map(|group| (group.now[BUSY], group.seconds[BUSY])).collect()
        })
    };
    let shown = |now, seconds| Some(vec![(now, seconds)]);
    assert_eq!(seconds(&[both, both, both]), shown(2, 20.0));
    assert_eq!(seconds(&[both, one]), Some(vec![]), "too small");
    assert_eq!(
        seconds(&[both, both, one, both]),
        shown(2, 0.0),
        "at zero one reading before it can count"
    );
    assert_eq!(seconds(&[both, one, both, both]), shown(2, 10.0));
    assert_eq!(seconds(&[both, both, &[], both]), shown(2, 20.0), "Trio had forgotten it");
    assert_eq!(seconds(&[both, &[], one, both]), shown(2, 0.0), "it came back too small");
    assert_eq!(seconds(&[both, both, empty]), None, "no agent is known to be in any group");
    assert_eq!(seconds(&[both, both, empty, both]), shown(2, 20.0));
    let merged: &[(&str, &[&str])] = &[("g", &["a"]), ("h", &["b"])];
    assert_eq!(
        seconds(&[merged, merged, one, merged]),
        shown(2, 0.0),
        "the merged group crosses it, too"
    );
}

fn selection(allow: &[&str], deny: &[&str]) -> Settings {
    let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
    let groups = GroupSelection { allow: patterns(allow), deny: patterns(deny) };
    Settings { groups: Arc::new(groups), ..settings() }
}

fn agent(id: &str, groups: &[&str]) -> Agent {
    Agent {
        id: id.into(),
        name: None,
        group_ids: groups.iter().map(|&group| group.into()).collect(),
    }
}

/// Agents 0 to 7: 0, 1 and 2 are in A, 2, 3 and 4 in B, 5 in C, 6 in a group that Trio does not
/// list, 7 in none.
fn center_with_groups() -> Center {
    let mut center = center(start(), crowd(8, AgentState::Busy));
    center =
        with_groups(center, start(), &[("A", &["0", "1", "2"]), ("B", &["2", "3"]), ("C", &[])]);
    let agents = vec![agent("4", &["B"]), agent("5", &["C"]), agent("6", &["Z"]), agent("7", &[])];
    center.agents.good = good(start(), agents);
    center
}

/// The agents that may be shown, and the groups that have series, with how many of them are busy.
fn shown_agents_and_groups(center: &Center, settings: &Settings) -> (Vec<u32>, Vec<(String, u64)>) {
    let time = walk(&[snapshot(center)], settings);
    let shown = time.visibility(settings);
    let agents = (0..9).filter(|id: &u32| shown.has_agent(&id.to_string())).collect();
    let groups = time.totals().and_then(|totals| totals.groups).unwrap_or_default();
    (agents, groups.iter().map(|group| (group.key.id.to_string(), group.now[BUSY])).collect())
}

fn groups(groups: &[(&str, u64)]) -> Vec<(String, u64)> {
    groups.iter().map(|(id, agents)| ((*id).to_owned(), *agents)).collect()
}

#[test]
fn agents_of_denied_or_unknown_groups_are_hidden() {
    for (allow, deny, agents, shown) in [
        (&[][..], &[][..], vec![0, 1, 2, 3, 4, 5, 6, 7, 8], groups(&[("A", 3), ("B", 3)])),
        (&["a"], &[], vec![0, 1, 2], groups(&[("A", 3)])),
        // Deny wins: agent 2 is not even counted in A.
        (&[], &["group b"], vec![0, 1, 5, 7], groups(&[("A", 2)])),
        (&["A", "C"], &["B"], vec![0, 1, 5], groups(&[("A", 2)])),
        (&["A"], &["A"], vec![], groups(&[])),
        (&[], &["*"], vec![7], groups(&[])),
        (&["*"], &[], vec![0, 1, 2, 3, 4, 5], groups(&[("A", 3), ("B", 3)])),
        (&["nothing"], &[], vec![], groups(&[])),
        (&[], &["nothing"], vec![0, 1, 2, 3, 4, 5, 7], groups(&[("A", 3), ("B", 3)])),
    ] {
        assert_eq!(
            shown_agents_and_groups(&center_with_groups(), &selection(allow, deny)),
            (agents, shown),
            "{allow:?} {deny:?}"
        );
    }
}

#[test]
fn hidden_agents_do_not_count_for_group_size() {
    let three = |settings: Settings| Settings { min_group_size: 3, ..settings };
    let (_, all) = shown_agents_and_groups(&center_with_groups(), &three(selection(&[], &[])));
    assert_eq!(all, groups(&[("A", 3), ("B", 3)]));
    // Without agent 2 two are left in A, and with the one of C they are three again.
    let (_, left) = shown_agents_and_groups(&center_with_groups(), &three(selection(&[], &["B"])));
    assert_eq!(left, groups(&[("", 3)]));
    let (_, left) =
        shown_agents_and_groups(&center_with_groups(), &three(selection(&["A"], &["B"])));
    assert_eq!(left, groups(&[]), "two alone have no series");
}

#[test]
fn unknown_membership_hides_every_agent() {
    let lone = center(start(), crowd(8, AgentState::Busy));
    let empty = with_groups(lone.clone(), start(), &[("A", &[])]);
    for center in [lone, empty] {
        for (allow, deny) in [(&["A"][..], &[][..]), (&[], &["B"])] {
            assert_eq!(
                shown_agents_and_groups(&center, &selection(allow, deny)),
                (vec![], vec![]),
                "{allow:?} {deny:?}"
            );
        }
        assert_eq!(
            shown_agents_and_groups(&center, &settings()).0.len(),
            9,
            "without a selection everybody is"
        );
    }
}

#[test]
fn hidden_agents_count_in_the_totals() {
    let time = walk(&[snapshot(&center_with_groups())], &selection(&["A"], &["B"]));
    assert_eq!(time.totals().expect("read").now[BUSY], 8);
}

#[test]
fn visibility_follows_the_groups() {
    let settings = selection(&["A"], &[]);
    let before = center_with_groups();
    let mut after = with_groups(
        center_with_groups(),
        after(start(), 5.0),
        &[("A", &["7"]), ("B", &[]), ("C", &[])],
    );
    after.agent_state.good = good(super::after(start(), 5.0), crowd(8, AgentState::Busy));
    let time = walk(&[snapshot(&before), snapshot(&after)], &settings);
    let shown = time.visibility(&settings);
    assert_eq!([shown.has_agent("0"), shown.has_agent("7")], [false, true]);
    assert_eq!([shown.has_group("A"), shown.has_group("B")], [true, false]);
    assert_eq!(Visibility::default(), Visibility::All);
}
