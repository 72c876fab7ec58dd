//! Messages about inferences and sums, in plain words with their numbers.

use std::time::Duration;

use super::{counts::Counts, line::Message};
use crate::{
    model::Text,
    tally::{AgeRange, Destination, Inference, LeftAge, TimeEvidence, UnclassifiedReason},
};

/// Returns the message about an inference for a case of the service `service_id`, from the list
/// that was read at `time`. `display_name` returns the name of a service for people.
pub(super) fn inference(
    inference: &Inference,
    service_id: &Text,
    time: &str,
    display_name: &dyn Fn(&Text) -> String,
) -> Message {
    match inference {
        Inference::Offered { arrived, time_evidence } => {
            let arrival = arrival_words(*arrived, *time_evidence);
            let words = format!("offered: first seen in the list of {time}, came {arrival}");
            with_arrival(Message::new("offered", words), *arrived)
                .with_fact("trio_time", evidence_word(*time_evidence))
        }
        Inference::CarriedIn { arrived, time_evidence, reason } => {
            carried_in(*arrived, *time_evidence, *reason)
        }
        Inference::InHand => Message::new(
            "in_hand",
            "with an agent already when it was first seen: counts neither as offered nor as answered",
        ),
        Inference::Answered { low, best, high, within, target, unseen, time_evidence } => {
            let between = if *unseen { " between two lists," } else { "" };
            let words = format!(
                "answered{between} after {}: within {}: {}",
                wait_words(*low, *best, *high, *time_evidence),
                format_seconds(*target),
                within_words(*within)
            );
            with_bounds(Message::new("answered", words), *low, *best, *high)
                .with_seconds("target", *target)
                .with_fact("within", *within)
                .with_fact("unseen", *unseen)
                .with_fact("trio_time", evidence_word(*time_evidence))
        }
        Inference::Left { low, best, high, age, chance, may_be_answered, short, target } => {
            let counted = match age {
                LeftAge::Short => format!("short (up to {})", format_seconds(*short)),
                LeftAge::Within => format!("left within the target of {}", format_seconds(*target)),
                LeftAge::Beyond => format!("left beyond the target of {}", format_seconds(*target)),
            };
            let counted = if *chance < 1.0 {
                format!("{counted}: {}", within_words(*chance))
            } else {
                counted
            };
            let answered = if *may_be_answered {
                "; it may have been answered and finished between two lists"
            } else {
                ""
            };
            // Trio states no time at which a caller hung up, so the wait is always between two
            // lists.
            let wait = wait_words(*low, *best, *high, TimeEvidence::Absent);
            let words = format!("left unanswered after {wait}: counted as {counted}{answered}");
            with_bounds(Message::new("left", words), *low, *best, *high)
                .with_fact("age", age.as_str())
                .with_fact("chance", *chance)
                .with_fact("may_be_answered", *may_be_answered)
                .with_seconds("short", *short)
                .with_seconds("target", *target)
        }
        Inference::Moved(to) => {
            let words = format!("moved: waits at {} now", destination_words(to, display_name));
            with_destination(Message::new("moved", words), to)
        }
        Inference::PassedOn(to) => {
            let words = if to.service_id == *service_id {
                "given back to the queue by its agent: what follows counts as a new case".to_owned()
            } else {
                let destination = destination_words(to, display_name);
                format!("passed on by its agent to {destination}: answered here, a new case there")
            };
            with_destination(Message::new("passed_on", words), to)
        }
        Inference::Unclassified(reason) => {
            let words = format!("unclassified: {} ({})", reason_words(*reason), reason.as_str());
            Message::new("unclassified", words).with_fact("reason", reason.as_str())
        }
        Inference::Finished => Message::new("finished", "finished: its agent has completed it"),
    }
}

fn carried_in(
    arrived: Option<AgeRange>,
    time_evidence: TimeEvidence,
    reason: Option<UnclassifiedReason>,
) -> Message {
    let seen = match reason {
        None => "waited already in the first list",
        Some(UnclassifiedReason::Gap) => "first seen after a gap between the lists",
        Some(UnclassifiedReason::Failover) => "first seen after another server took over",
        Some(_) => "first seen while the list was truncated, or just after",
    };
    let message = Message::new("carried_in", "")
        .with_fact("reason", reason.map_or("first_list", UnclassifiedReason::as_str));
    let (since, message) = match arrived {
        Some(arrived) => (
            format!("came {}", arrival_words(arrived, time_evidence)),
            with_arrival(message, arrived),
        ),
        None => (
            "the begin of its wait is unknown, so its outcome will be unclassified".to_owned(),
            message,
        ),
    };
    message
        .with_words(format!("carried in: {seen}; {since}"))
        .with_fact("trio_time", evidence_word(time_evidence))
}

/// Returns the first line of a trace; `budget` is the largest number of requests a minute.
pub(super) fn introduction(target: &str, interval: Duration, budget: u32) -> Message {
    let every = interval.as_secs_f64();
    let words = format!(
        "tracing {target} every {} with a session of its own: beside a running exporter this doubles the requests to \
         Trio, by at most {budget} a minute. A random token replaces each case number, and is different in every run. \
         Ctrl-C ends the trace and prints the sums",
        format_seconds(every)
    );
    Message::new("start", words)
        .with_fact("target", target)
        .with_seconds("interval", every)
        .with_fact("max_requests_per_minute", budget)
}

/// Returns the message that nothing happened for this long, with the number of lists that were read
/// and of cases that wait; `waiting` is `None` while that is unknown.
pub(super) fn quiet(since: Duration, lists: usize, waiting: Option<u64>) -> Message {
    let lists_read = if lists == 1 { "1 list".to_owned() } else { format!("{lists} lists") };
    let waiting_words = waiting.map_or_else(
        || "the number waiting is unknown".to_owned(),
        |count| format!("{count} waiting"),
    );
    let time = format_seconds(since.as_secs_f64().round());
    let words = format!("nothing in {time}: {lists_read} read, {waiting_words}");
    let message = Message::new("quiet", words).with_fact("lists", lists);
    match waiting {
        Some(count) => message.with_fact("waiting", count),
        None => message,
    }
}

/// Returns the sums of one class of a service.
pub(super) fn summary(counts: &Counts) -> Message {
    let Counts {
        offered,
        carried_in,
        in_hand,
        answered,
        within,
        left,
        moved,
        passed_on,
        unclassified,
        finished,
    } = counts;
    let [short, in_time, beyond] = left;
    let waiting = counts.waiting();
    let reasons: Vec<(UnclassifiedReason, u64)> = UnclassifiedReason::ALL
        .into_iter()
        .zip(*unclassified)
        .filter(|(_, count)| *count > 0)
        .collect();
    let unknown = match reasons.as_slice() {
        [] => "0".to_owned(),
        all => {
            let each: Vec<String> =
                all.iter().map(|(reason, count)| format!("{} {count}", reason.as_str())).collect();
            format!("{} ({})", counts.total_unclassified(), each.join(", "))
        }
    };
    let words = format!(
        "in all: offered {offered}, carried in {carried_in}; answered {answered} (within the target {within:.1}), \
         left {} (short {short}, within the target {in_time}, beyond {beyond}), moved {moved}, \
         unclassified {unknown}, still waiting {waiting}",
        counts.total_left(),
    );
    // No counter of the exporter has these two; without such cases the line stays short.
    let words = match (in_hand, passed_on) {
        (0, 0) => words,
        _ => format!("{words}; with an agent from the start {in_hand}, passed on {passed_on}"),
    };
    let mut message = Message::new("summary", words);
    for (name, count) in [
        ("offered", offered),
        ("carried_in", carried_in),
        ("in_hand", in_hand),
        ("answered", answered),
        ("left_short", short),
        ("left_within", in_time),
        ("left_beyond", beyond),
        ("moved", moved),
        ("passed_on", passed_on),
        ("finished", finished),
        ("still_waiting", &waiting),
    ] {
        message = message.with_fact(name, *count);
    }
    message = message.with_fact("within", (within * 1000.0).round() / 1000.0);
    for (reason, count) in UnclassifiedReason::ALL.into_iter().zip(*unclassified) {
        message = message.with_fact(&format!("unclassified_{}", reason.as_str()), count);
    }
    message
}

/// Returns the summary of a trace without events.
pub(super) fn empty_summary() -> Message {
    Message::new("summary", "in all: nothing happened in the traced services")
}

/// Formats seconds with at most one decimal.
pub(super) fn format_seconds(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0} s") } else { format!("{tenths:.1} s") }
}

/// Returns the time from the arrival to the list that showed the case first.
fn arrival_words(arrived: AgeRange, time_evidence: TimeEvidence) -> String {
    let AgeRange { low, high } = arrived;
    match time_evidence {
        TimeEvidence::Used if low == high => format!("{high:.1} s before by Trio's own time"),
        TimeEvidence::Used => format!("{low:.1}–{high:.1} s before by Trio's own time"),
        TimeEvidence::Absent => format!("{low:.1}–{high:.1} s before"),
        TimeEvidence::Rejected => {
            format!(
                "{low:.1}–{high:.1} s before (Trio's own time contradicts the lists and is not used)"
            )
        }
    }
}

/// Returns the bounds of a wait and its best estimate.
fn wait_words(low: f64, best: f64, high: f64, time_evidence: TimeEvidence) -> String {
    let wait = if low == high {
        format!("{best:.1} s")
    } else {
        format!("{low:.1}–{high:.1} s (best {best:.1})")
    };
    match time_evidence {
        TimeEvidence::Absent => wait,
        TimeEvidence::Used => format!("{wait} by Trio's own time"),
        TimeEvidence::Rejected => {
            format!("{wait} (Trio's own time contradicts the lists and is not used)")
        }
    }
}

/// Returns the answer to "within the target?"; `within` is the share of the possible waits.
fn within_words(within: f64) -> String {
    if within >= 1.0 {
        "yes".to_owned()
    } else if within <= 0.0 {
        "no".to_owned()
    } else {
        // Rounded to 0 or 100 % it would look certain.
        format!("maybe ({:.0} %)", (within * 100.0).clamp(1.0, 99.0))
    }
}

fn reason_words(reason: UnclassifiedReason) -> &'static str {
    match reason {
        UnclassifiedReason::Gap => "it ended between lists that were too far apart",
        UnclassifiedReason::Failover => "it ended while another server took over",
        UnclassifiedReason::MassVanish => "it disappeared together with most of the others",
        UnclassifiedReason::Truncated => "it ended while the list was truncated",
        UnclassifiedReason::CarriedIn => {
            "it waited when it was first seen, and the begin of its wait is unknown"
        }
        UnclassifiedReason::Unknown => "the answers do not distinguish answered cases from others",
    }
}

fn evidence_word(time_evidence: TimeEvidence) -> &'static str {
    match time_evidence {
        TimeEvidence::Absent => "none",
        TimeEvidence::Used => "used",
        TimeEvidence::Rejected => "rejected",
    }
}

fn destination_words(to: &Destination, display_name: &dyn Fn(&Text) -> String) -> String {
    format!("{} as {}", display_name(&to.service_id), to.class.as_str())
}

fn with_destination(message: Message, to: &Destination) -> Message {
    message.with_fact("to_service_id", &*to.service_id).with_fact("to_class", to.class.as_str())
}

fn with_bounds(message: Message, low: f64, best: f64, high: f64) -> Message {
    message.with_seconds("low", low).with_seconds("best", best).with_seconds("high", high)
}

fn with_arrival(message: Message, arrived: AgeRange) -> Message {
    message.with_seconds("came_least", arrived.low).with_seconds("came_most", arrived.high)
}
