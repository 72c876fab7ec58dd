//! Tests: agents and groups that go and come back, and how much of them is kept.

use pretty_assertions::assert_eq;

use super::*;

fn busy(ids: &[&str]) -> Vec<AgentStatus> {
    ids.iter().map(|id| status(id, AgentState::Busy)).collect()
}

#[test]
fn an_agent_that_comes_back_in_time_goes_on_counting_and_one_that_is_late_starts_anew() {
    let t = start();
    let seconds = |away: f64| {
        let readings = [
            (0.0, busy(&["a", "b"])),
            (5.0, busy(&["a", "b"])),
            (10.0, busy(&["b"])),
            (10.0 + away, busy(&["b", "a"])),
            (15.0 + away, busy(&["b", "a"])),
        ];
        let snapshots = readings.map(|(secs, statuses)| snapshot(&center(after(t, secs), statuses)));
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
fn who_is_gone_has_no_series() {
    let t = start();
    let totals = run(&[center(t, busy(&["a", "b"])), center(after(t, 5.0), busy(&["b"]))]);
    assert_eq!(totals.persons.iter().map(|person| &*person.id).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_hundred_thousand_agents_that_come_and_go_are_not_all_kept() {
    let (t, settings) = (start(), Settings { most_agents: 1500, ..settings() });
    let mut time = AgentTime::default();
    for reading in 0..100_u32 {
        let statuses = (0..1000).map(|n| status(&(reading * 1000 + n).to_string(), AgentState::Busy));
        let snapshot = snapshot(&center(after(t, f64::from(reading) * 5.0), statuses.collect()));
        time.step(&snapshot, &snapshot.centers[0], &settings);
        assert!(time.gone.len() <= 1500, "{}", time.gone.len());
    }
    assert_eq!(time.gone.len(), 1500);
    let nobody = snapshot(&center(after(t, 500.0), vec![]));
    time.step(&nobody, &nobody.centers[0], &Settings { keep: Duration::ZERO, ..settings });
    assert_eq!(time.gone.len(), 1000, "those who went just now");
}

#[test]
fn a_group_that_crosses_the_minimum_starts_anew_and_one_that_trio_forgot_goes_on() {
    let t = start();
    let both: &[(&str, &[&str])] = &[("g", &["a", "b"])];
    let one: &[(&str, &[&str])] = &[("g", &["a"])];
    let nobody: &[(&str, &[&str])] = &[("g", &[])];
    let seconds = |readings: &[&[(&str, &[&str])]]| {
        let centers: Vec<_> = readings
            .iter()
            .zip([0.0, 5.0, 10.0, 15.0])
            .map(|(groups, secs)| {
                with_groups(center(after(t, secs), busy(&["a", "b"])), after(t, secs), groups)
            })
            .collect();
        let groups = run(&centers).groups;
        groups.map(|groups| groups.iter().map(|group| (group.now[BUSY], group.seconds[BUSY])).collect())
    };
    let shown = |now, seconds| Some(vec![(now, seconds)]);
    assert_eq!(seconds(&[both, both, both]), shown(2, 20.0));
    assert_eq!(seconds(&[both, one]), Some(vec![]), "too small");
    assert_eq!(seconds(&[both, both, one, both]), shown(2, 0.0), "at zero one reading before it can count");
    assert_eq!(seconds(&[both, one, both, both]), shown(2, 10.0));
    assert_eq!(seconds(&[both, both, &[], both]), shown(2, 20.0), "Trio had forgotten it");
    assert_eq!(seconds(&[both, &[], one, both]), shown(2, 0.0), "it came back too small");
    assert_eq!(seconds(&[both, both, nobody]), None, "nobody is known to be in any group");
    assert_eq!(seconds(&[both, both, nobody, both]), shown(2, 20.0));
    let merged: &[(&str, &[&str])] = &[("g", &["a"]), ("h", &["b"])];
    assert_eq!(seconds(&[merged, merged, one, merged]), shown(2, 0.0), "the merged group crosses it, too");
}
