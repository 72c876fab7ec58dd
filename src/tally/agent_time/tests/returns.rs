//! Tests: agents and groups that disappear and come back.

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
