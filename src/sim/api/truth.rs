//! `/sim/truth`: exact figures of the world as JSON. Not part of Trio's API, and only for callers
//! on this machine.

use std::time::{Duration, SystemTime};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::{Request, Trio, refuse};
use crate::sim::truth::{AgentTime, Flow, ServiceTruth, TARGETS};
use crate::sim::world::Activity;

/// Path of the truth.
pub(crate) const TRUTH_PATH: &str = "/sim/truth";

impl Trio {
    /// Answers GET with the figures since the last reset; POST resets them first.
    pub(crate) fn answer_truth(&mut self, request: &Request) -> Answer {
        const METHODS: [Method; 2] = [Method::GET, Method::POST];
        if !request.path.is_empty() {
            return refuse(StatusCode::NOT_FOUND, "there is nothing below /sim/truth");
        }
        if !METHODS.contains(&request.method) {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "/sim/truth has no such method")
                .with_allow(&METHODS);
        }
        if request.method == Method::POST {
            self.reset_truth();
        }
        let truth = self.truth();
        let services = truth.services.iter().map(|(id, service)| self::service(*id, service));
        let list = |key: &str, times: &std::collections::BTreeMap<u32, AgentTime>| -> Value {
            times.iter().map(|(id, time)| agents(key, *id, time)).collect()
        };
        Answer::ok(json!({
            "since": time(self.real_time(truth.since)),
            "now": time(self.real_time(truth.now)),
            "seconds": truth.length().as_secs_f64(),
            "services": services.collect::<Value>(),
            "agents": list("contact_center", &truth.agents),
            "agent_groups": list("agent_group", &truth.agent_groups),
        }))
    }
}

fn service(id: u32, service: &ServiceTruth) -> Value {
    let classes =
        service.classes.iter().map(|(class, flow)| (class.as_str().to_owned(), self::flow(flow)));
    json!({ "id": id, "name": service.name, "classes": classes.collect::<Map<_, _>>() })
}

fn flow(flow: &Flow) -> Value {
    let each = |value: &dyn Fn(Duration) -> Value| -> Map<String, Value> {
        TARGETS
            .iter()
            .map(|target| (target.to_string(), value(Duration::from_secs(*target))))
            .collect()
    };
    json!({
        "carried_in": flow.carried_in,
        "arrived": flow.arrived,
        "moved_in": flow.moved_in,
        "offered": flow.offered(),
        "answered": flow.answered,
        "left": flow.left,
        "moved_out": flow.moved_out,
        "removed": flow.removed,
        "waiting": flow.waiting,
        "handling": flow.handling,
        "passed_on": flow.passed_on,
        "answered_wait_seconds": flow.answered_wait.as_secs_f64(),
        "left_wait_seconds": flow.left_wait.as_secs_f64(),
        "queue_seconds": flow.queue_time.as_secs_f64(),
        "handling_seconds": flow.handling_time.as_secs_f64(),
        "answered_within": each(&|target| json!(flow.answered_within(target))),
        "left_before": each(&|target| json!(flow.left_before(target))),
        "service_level": each(&|target| json!(flow.service_level(target, Duration::ZERO))),
        "average_speed_of_answer_seconds": flow.mean_answered_wait(),
        "average_handling_seconds": flow.mean_handling(),
        "abandoned_ratio": flow.abandoned(),
    })
}

fn agents(key: &str, id: u32, time: &AgentTime) -> Value {
    let seconds = |activity: Activity| {
        (activity.as_str().to_owned(), json!(time.time_in(activity).as_secs_f64()))
    };
    json!({
        key: id,
        "seconds": Activity::ALL.map(seconds).into_iter().collect::<Map<_, _>>(),
        "occupancy": time.occupancy(),
    })
}

fn time(time: SystemTime) -> Value {
    Timestamp::try_from(time).map_or(Value::Null, |stamp| json!(stamp.to_string()))
}
