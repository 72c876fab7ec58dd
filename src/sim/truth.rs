//! What really happened: the exact account of a simulated contact centre, which no client of its API
//! can see. What a client infers from polls is judged by it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::world::{Activity, Class};

/// The waits that are counted, in seconds: "answered within", "left before".
pub const TARGETS: [u64; 18] = [
    5, 10, 15, 20, 30, 45, 60, 120, 300, 600, 1_800, 3_600, 14_400, 28_800, 86_400, 172_800, 345_600, 604_800,
];

/// The account from a marked moment until now.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// World time at which the account began.
    pub since: Duration,
    /// World time at which it was asked for.
    pub now: Duration,
    /// By service id, services that were taken away included.
    pub services: BTreeMap<u32, ServiceTruth>,
    /// Agent time by contact centre.
    pub agents: BTreeMap<u32, AgentTime>,
    /// Agent time by agent group. An agent counts in each of its groups.
    pub agent_groups: BTreeMap<u32, AgentTime>,
}

/// What happened at one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceTruth {
    /// Its name, unless it was taken away.
    pub name: Option<String>,
    /// By class: those that come to the service, and those that have come.
    pub classes: BTreeMap<Class, Flow>,
}

/// What happened to the cases of one class at one service.
///
/// Always: carried in + arrived + moved in = answered + left + moved out + removed + waiting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Waited already when the account began.
    pub carried_in: u64,
    /// Came from outside.
    pub arrived: u64,
    /// Came from another service or class, to wait here anew.
    pub moved_in: u64,
    /// Were taken by an agent; ringing is not answering.
    pub answered: u64,
    /// Gave up waiting.
    pub left: u64,
    /// Went, waiting, to another service or class.
    pub moved_out: u64,
    /// Waited when their service was taken away.
    pub removed: u64,
    /// Wait now, those that ring included.
    pub waiting: u64,
    /// Are being handled now.
    pub handling: u64,
    /// Went to another service after an agent had handled them here: answered as well.
    pub passed_on: u64,
    /// Waits of those answered, together.
    pub answered_wait: Duration,
    /// Waits of those who left, together.
    pub left_wait: Duration,
    /// Integral of the number waiting: case-seconds.
    pub queue_time: Duration,
    /// Integral of the number being handled: case-seconds.
    pub handling_time: Duration,
    within: [u64; TARGETS.len()],
    before: [u64; TARGETS.len()],
}

/// Agent-seconds by what the agents did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentTime([Duration; Activity::ALL.len()]);

impl Truth {
    /// The flow of all services and classes together.
    pub fn total(&self) -> Flow {
        let mut total = Flow::default();
        self.services.values().flat_map(|service| service.classes.values()).for_each(|flow| total.add(flow));
        total
    }

    /// The flow of one class over all services.
    pub fn class(&self, class: Class) -> Flow {
        let mut total = Flow::default();
        self.services.values().filter_map(|service| service.classes.get(&class)).for_each(|it| total.add(it));
        total
    }

    /// How long the account is.
    pub fn length(&self) -> Duration {
        self.now.saturating_sub(self.since)
    }
}

impl Flow {
    /// Came to wait here, from wherever.
    pub fn offered(&self) -> u64 {
        self.arrived + self.moved_in
    }

    /// How many of those answered had waited at most `target`, which must be one of [`TARGETS`].
    pub fn answered_within(&self, target: Duration) -> Option<u64> {
        position(target).map(|at| self.within[at])
    }

    /// How many of those who left had waited less than `limit`: zero, or one of [`TARGETS`].
    pub fn left_before(&self, limit: Duration) -> Option<u64> {
        if limit.is_zero() { Some(0) } else { position(limit).map(|at| self.before[at]) }
    }

    /// Answered within `target` ÷ (answered + left, without those who left before `short`). `None`
    /// where nothing was concluded, or where a time is none that is counted.
    pub fn service_level(&self, target: Duration, short: Duration) -> Option<f64> {
        let within = self.answered_within(target)?;
        let concluded = self.answered + self.left - self.left_before(short)?;
        (concluded > 0).then(|| within as f64 / concluded as f64)
    }

    /// Average speed of answer: mean wait of those answered, in seconds.
    pub fn mean_answered_wait(&self) -> Option<f64> {
        ratio(self.answered_wait.as_secs_f64(), self.answered as f64)
    }

    /// Average handling time: seconds of handling ÷ answered.
    pub fn mean_handling(&self) -> Option<f64> {
        ratio(self.handling_time.as_secs_f64(), self.answered as f64)
    }

    /// Left ÷ (answered + left).
    pub fn abandoned(&self) -> Option<f64> {
        ratio(self.left as f64, (self.answered + self.left) as f64)
    }

    pub(super) fn count_answer(&mut self, wait: Duration) {
        self.answered += 1;
        self.answered_wait += wait;
        for (count, target) in self.within.iter_mut().zip(TARGETS) {
            *count += u64::from(wait <= Duration::from_secs(target));
        }
    }

    pub(super) fn count_leaving(&mut self, wait: Duration) {
        self.left += 1;
        self.left_wait += wait;
        for (count, target) in self.before.iter_mut().zip(TARGETS) {
            *count += u64::from(wait < Duration::from_secs(target));
        }
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
    /// Agent-seconds in a state.
    pub fn of(&self, activity: Activity) -> Duration {
        self.0[activity as usize]
    }

    /// Agent-seconds in all states, logged out included.
    pub fn total(&self) -> Duration {
        self.0.iter().sum()
    }

    /// Busy and wrap-up ÷ (available, offered, busy and wrap-up).
    pub fn occupancy(&self) -> Option<f64> {
        let sum = |of: &[Activity]| of.iter().map(|it| self.of(*it).as_secs_f64()).sum::<f64>();
        let working = [Activity::Busy, Activity::WrapUp];
        ratio(sum(&working), sum(&working) + sum(&[Activity::Available, Activity::Offered]))
    }

    pub(super) fn credit(&mut self, activity: Activity, time: Duration) {
        self.0[activity as usize] += time;
    }
}

fn position(time: Duration) -> Option<usize> {
    TARGETS.into_iter().position(|target| Duration::from_secs(target) == time)
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
