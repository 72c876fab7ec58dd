//! Exact figures of a simulated contact centre, which no client of its API can see: the reference
//! for what a client infers from polls, and their JSON at `/sim/truth`.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Activity, Class};

/// Wait limits in seconds for "answered within" and "left before", from the shortest service-level
/// target to a week for written cases.
pub const TARGETS: [u64; 18] = [
    5, 10, 15, 20, 30, 45, 60, 120, 300, 600, 1_800, 3_600, 14_400, 28_800, 86_400, 172_800,
    345_600, 604_800,
];

/// Exact figures from the last reset until now.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// World time of the reset.
    pub since: Duration,
    /// World time of these figures.
    pub now: Duration,
    /// By service id, including removed services.
    pub services: BTreeMap<u32, ServiceTruth>,
    /// Agent time by contact centre.
    pub agents: BTreeMap<u32, AgentTime>,
    /// Agent time by agent group. An agent counts in each of its groups.
    pub agent_groups: BTreeMap<u32, AgentTime>,
}

/// Figures of one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceTruth {
    /// Name of the service; `None` once it is removed.
    pub name: Option<String>,
    /// By class: those of its demand, and those that were rerouted to it.
    pub classes: BTreeMap<Class, Flow>,
}

/// Flow of the cases of one class at one service.
///
/// Invariant: carried in + arrived + moved in = answered + left + moved out + removed + waiting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Were waiting at the reset.
    pub carried_in: u64,
    /// Came from outside.
    pub arrived: u64,
    /// Were rerouted here from another service or class.
    pub moved_in: u64,
    /// Were answered by an agent; ringing does not count.
    pub answered: u64,
    /// Were abandoned.
    pub left: u64,
    /// Were rerouted to another service or class while they waited.
    pub moved_out: u64,
    /// Were waiting when their service was removed.
    pub removed: u64,
    /// Are waiting now, including those that ring.
    pub waiting: u64,
    /// Are being handled now.
    pub handling: u64,
    /// Were transferred to another service after an agent had answered them here; they count as
    /// answered, too.
    pub passed_on: u64,
    /// Sum of the waits of answered cases.
    pub answered_wait: Duration,
    /// Sum of the waits of abandoned cases.
    pub left_wait: Duration,
    /// Integral of the number waiting: case-seconds.
    pub queue_time: Duration,
    /// Integral of the number being handled: case-seconds.
    pub handling_time: Duration,
    within: [u64; TARGETS.len()],
    before: [u64; TARGETS.len()],
}

/// Agent time by activity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentTime([Duration; Activity::ALL.len()]);

impl Truth {
    /// Sum of the flows of all services and classes.
    pub fn total(&self) -> Flow {
        Flow::sum(self.services.values().flat_map(|service| service.classes.values()))
    }

    /// Sum of the flows of one class over all services.
    pub fn class(&self, class: Class) -> Flow {
        Flow::sum(self.services.values().filter_map(|service| service.classes.get(&class)))
    }

    /// Length of the period.
    pub fn length(&self) -> Duration {
        self.now.saturating_sub(self.since)
    }

    /// Returns the figures as JSON; `real_time` tells the real time of a world time.
    pub(super) fn to_json(&self, real_time: impl Fn(Duration) -> SystemTime) -> Value {
        let time = |world| {
            let stamp = Timestamp::try_from(real_time(world));
            stamp.map_or(Value::Null, |stamp| json!(stamp.to_string()))
        };
        let service = |(id, service): (&u32, &ServiceTruth)| {
            let classes = service.classes.iter();
            let classes = classes.map(|(class, flow)| (class.as_str().to_owned(), flow.to_json()));
            json!({ "id": id, "name": service.name, "classes": classes.collect::<Map<_, _>>() })
        };
        let list = |key: &str, times: &BTreeMap<u32, AgentTime>| -> Value {
            times.iter().map(|(id, time)| time.to_json(key, *id)).collect()
        };
        json!({
            "since": time(self.since),
            "now": time(self.now),
            "seconds": self.length().as_secs_f64(),
            "services": self.services.iter().map(service).collect::<Value>(),
            "agents": list("contact_center", &self.agents),
            "agent_groups": list("agent_group", &self.agent_groups),
        })
    }
}

impl Flow {
    /// Cases offered to this service: arrived + moved in.
    pub fn offered(&self) -> u64 {
        self.arrived + self.moved_in
    }

    /// Answered cases with a wait of at most `target`; `None` unless it is one of [`TARGETS`].
    pub fn answered_within(&self, target: Duration) -> Option<u64> {
        position(target).map(|at| self.within[at])
    }

    /// Abandoned cases with a wait below `limit`; `None` unless it is zero or one of [`TARGETS`].
    pub fn left_before(&self, limit: Duration) -> Option<u64> {
        if limit.is_zero() { Some(0) } else { position(limit).map(|at| self.before[at]) }
    }

    /// Service level: answered within `target` ÷ (answered + left, without those who left before
    /// `short`). `None` without concluded cases, or for a time that is not counted.
    pub fn service_level(&self, target: Duration, short: Duration) -> Option<f64> {
        let within = self.answered_within(target)?;
        let concluded = self.answered + self.left - self.left_before(short)?;
        (concluded > 0).then(|| within as f64 / concluded as f64)
    }

    /// Average speed of answer: mean wait of answered cases, in seconds.
    pub fn mean_answered_wait(&self) -> Option<f64> {
        ratio(self.answered_wait.as_secs_f64(), self.answered as f64)
    }

    /// Average handling time: handling seconds ÷ answered.
    pub fn mean_handling(&self) -> Option<f64> {
        ratio(self.handling_time.as_secs_f64(), self.answered as f64)
    }

    /// Abandonment ratio: left ÷ (answered + left).
    pub fn abandoned(&self) -> Option<f64> {
        ratio(self.left as f64, (self.answered + self.left) as f64)
    }

    pub(super) fn count_answer(&mut self, wait: Duration) {
        self.answered += 1;
        self.answered_wait += wait;
        for (count, target) in self.within.iter_mut().zip(TARGETS) {
            // Inclusive here and exclusive for abandons: an answer at the target is within it.
            *count += u64::from(wait <= Duration::from_secs(target));
        }
    }

    pub(super) fn count_abandon(&mut self, wait: Duration) {
        self.left += 1;
        self.left_wait += wait;
        for (count, target) in self.before.iter_mut().zip(TARGETS) {
            *count += u64::from(wait < Duration::from_secs(target));
        }
    }

    fn sum<'f>(flows: impl Iterator<Item = &'f Self>) -> Self {
        let mut total = Self::default();
        flows.for_each(|flow| total.add(flow));
        total
    }

    fn to_json(&self) -> Value {
        let each = |value: &dyn Fn(Duration) -> Value| -> Map<String, Value> {
            TARGETS
                .iter()
                .map(|target| (target.to_string(), value(Duration::from_secs(*target))))
                .collect()
        };
        json!({
            "carried_in": self.carried_in,
            "arrived": self.arrived,
            "moved_in": self.moved_in,
            "offered": self.offered(),
            "answered": self.answered,
            "left": self.left,
            "moved_out": self.moved_out,
            "removed": self.removed,
            "waiting": self.waiting,
            "handling": self.handling,
            "passed_on": self.passed_on,
            "answered_wait_seconds": self.answered_wait.as_secs_f64(),
            "left_wait_seconds": self.left_wait.as_secs_f64(),
            "queue_seconds": self.queue_time.as_secs_f64(),
            "handling_seconds": self.handling_time.as_secs_f64(),
            "answered_within": each(&|target| json!(self.answered_within(target))),
            "left_before": each(&|target| json!(self.left_before(target))),
            "service_level": each(&|target| json!(self.service_level(target, Duration::ZERO))),
            "average_speed_of_answer_seconds": self.mean_answered_wait(),
            "average_handling_seconds": self.mean_handling(),
            "abandoned_ratio": self.abandoned(),
        })
    }

    fn add(&mut self, other: &Self) {
        self.carried_in += other.carried_in;
        self.arrived += other.arrived;
        self.moved_in += other.moved_in;
        self.answered += other.answered;
        self.left += other.left;
        self.moved_out += other.moved_out;
        self.removed += other.removed;
        self.waiting += other.waiting;
        self.handling += other.handling;
        self.passed_on += other.passed_on;
        self.answered_wait += other.answered_wait;
        self.left_wait += other.left_wait;
        self.queue_time += other.queue_time;
        self.handling_time += other.handling_time;
        self.within.iter_mut().zip(other.within).for_each(|(sum, count)| *sum += count);
        self.before.iter_mut().zip(other.before).for_each(|(sum, count)| *sum += count);
    }
}

impl AgentTime {
    /// Agent time in an activity.
    pub fn time_in(&self, activity: Activity) -> Duration {
        self.0[activity as usize]
    }

    /// Agent time in all activities, including logged out.
    pub fn total(&self) -> Duration {
        self.0.iter().sum()
    }

    /// Occupancy: (busy + wrap-up) ÷ (available + offered + busy + wrap-up).
    pub fn occupancy(&self) -> Option<f64> {
        let sum =
            |of: &[Activity]| of.iter().map(|it| self.time_in(*it).as_secs_f64()).sum::<f64>();
        let working = [Activity::Busy, Activity::WrapUp];
        ratio(sum(&working), sum(&working) + sum(&[Activity::Available, Activity::Offered]))
    }

    pub(super) fn credit(&mut self, activity: Activity, time: Duration) {
        self.0[activity as usize] += time;
    }

    /// Returns the times as JSON, where `key` names the id.
    fn to_json(&self, key: &str, id: u32) -> Value {
        let seconds = Activity::ALL.map(|activity| {
            (activity.as_str().to_owned(), json!(self.time_in(activity).as_secs_f64()))
        });
        json!({
            key: id,
            "seconds": Map::from_iter(seconds),
            "occupancy": self.occupancy(),
        })
    }
}

fn position(time: Duration) -> Option<usize> {
    TARGETS.into_iter().position(|target| Duration::from_secs(target) == time)
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
