//! Balance of the counters over random lists: each case that came in ends exactly once, and no
//! counter falls.

use proptest::prelude::*;

use super::*;

/// Event before a list is read.
#[derive(Clone, Debug)]
enum Change {
    Read { rows: Vec<(u8, u8, u8, u8)>, truncated: bool, source: bool, queue: Option<u8> },
    Fails,
    Hangs(u16),
    Failover,
    ClockIsSet(i16),
    Restarts(u16),
}

fn change() -> impl Strategy<Value = Change> {
    let row = (0..12u8, 0..2u8, 0..4u8, 0..3u8);
    prop_oneof![
        12 => (
            prop::collection::vec(row, 0..12),
            prop::bool::weighted(0.15),
            prop::bool::weighted(0.8),
            prop::option::of(0..4u8),
        )
            .prop_map(|(rows, truncated, source, queue)| Change::Read { rows, truncated, source, queue }),
        1 => Just(Change::Fails),
        1 => (0..120u16).prop_map(Change::Hangs),
        1 => Just(Change::Failover),
        1 => any::<i16>().prop_map(Change::ClockIsSet),
        1 => (0..600u16).prop_map(Change::Restarts),
    ]
}

fn rows(rows: &[(u8, u8, u8, u8)], now: SystemTime) -> Vec<Case> {
    let mut cases: Vec<Case> = rows
        .iter()
        .map(|(id, service, state, class)| Case {
            service_id: Some(format!("{}", service + 1).into()),
            class: Some(
                [CaseClass::Voice, CaseClass::Callback, CaseClass::Email][usize::from(*class)],
            ),
            created: (id % 3 == 0).then(|| now - Duration::from_secs(u64::from(*id) * 7)),
            ..case(&id.to_string(), CaseState::ALL[usize::from(*state)])
        })
        .collect();
    // Each row once, as in real lists, but a number may be in both services.
    cases.sort_by(|a, b| (&a.id, &a.service_id).cmp(&(&b.id, &b.service_id)));
    cases.dedup_by(|a, b| (&a.id, &a.service_id) == (&b.id, &b.service_id));
    cases
}

/// All numbers of a class that may only grow.
fn counters(counts: &ClassCounts) -> Vec<f64> {
    let whole = [counts.offered, counts.carried_in, counts.answered, counts.moved]
        .into_iter()
        .chain(counts.left)
        .chain(counts.unclassified)
        .chain([counts.within_low, counts.within_high])
        .chain(counts.waits.buckets.iter().copied())
        .map(|count| count as f64);
    whole.chain([counts.within, counts.waits.sum, counts.handling_seconds]).collect()
}

proptest! {
    #[test]
    fn every_case_ends_once_and_no_counter_falls(
        changes in prop::collection::vec(change(), 1..60)
    ) {
        let mut trio = TestCenter::unread(Settings::default());
        let mut earlier = Duration::ZERO;
        let mut before: Vec<((usize, CaseClass), Vec<f64>)> = Vec::new();
        let mut time = Vec::new();
        for change in changes {
            match change {
                Change::Read { rows: shown, truncated, source, queue } => {
                    let cases = rows(&shown, trio.now().wall);
                    trio.clock.advance(POLL);
                    if let Some(length) = queue.map(f64::from) {
                        trio.queues(&[("1", Some(length)), ("2", Some(length))]);
                    }
                    let source = if source { Source::Calls } else { Source::Cases };
                    trio.read(source, &cases, if truncated { &["1"] } else { &[] });
                    trio.step();
                }
                Change::Fails => { trio.fail(); }
                Change::Hangs(seconds) => trio.clock.advance(Duration::from_secs(u64::from(seconds))),
                Change::ClockIsSet(seconds) => trio.wall_offset += i64::from(seconds),
                Change::Failover => {
                    let other = if *trio.snapshot.server == *"a" { "b" } else { "a" };
                    trio.snapshot.server = other.into();
                }
                Change::Restarts(seconds) => {
                    let away = Duration::from_secs(u64::from(seconds));
                    earlier += trio.clock.now().mono + away;
                    trio = trio.restart(away, Settings::default());
                }
            }
            trio.assert_balanced();
            let services = trio.totals.flow.services.iter().enumerate();
            let classes = services.flat_map(|(n, service)| {
                service.classes.iter().map(move |class| ((n, class.class), counters(&class.counts)))
            });
            let now: Vec<_> = classes.collect();
            for (key, counted) in &before {
                let found = now.iter().find(|(other, _)| other == key);
                let (_, still) = found.expect("a class that was shown is shown for ever");
                prop_assert!(counted.iter().zip(still).all(|(was, is)| is >= was), "{key:?}");
            }
            before = now;
            for service in &trio.totals.flow.services {
                for class in &service.classes {
                    let longest = class.counts.waits.sum / class.counts.answered.max(1) as f64;
                    prop_assert!(longest <= 86_400.0, "a mean wait of {longest} s");
                }
            }
            let service = trio.service("1").time;
            let all: Vec<f64> =
                service.measured.into_iter().chain(service.unmeasured).collect();
            prop_assert!(time.iter().sum::<f64>() <= all.iter().sum::<f64>() + 1e-9);
            prop_assert!(all.iter().all(|seconds| *seconds >= 0.0));
            time = all;
        }
        let total: f64 = time.iter().sum();
        let passed = (earlier + trio.clock.now().mono).as_secs_f64();
        prop_assert!(total <= passed + 1e-6, "{total} of {passed} s");
    }
}
