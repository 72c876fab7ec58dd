//! What was inferred, in plain words with their numbers.

use std::time::Duration;

use super::{account::Counts, line::Said};
use crate::{
    model::Text,
    tally::{AgeRange, Destination, Inference, LeftAge, TimeEvidence, UnclassifiedReason},
};

/// What was inferred of a case of the service `here` by the list that was read at `at`; `name` says what
/// a service is called.
pub(super) fn of(what: &Inference, here: &Text, at: &str, name: &dyn Fn(&Text) -> String) -> Said {
    match what {
        Inference::Offered { arrived: came, time_evidence: told } => {
            let words = format!("offered: first seen in the list of {at}, came {}", ago(*came, *told));
            with_ago(Said::new("offered", words), *came).with("trio_time", of_told(*told))
        }
        Inference::CarriedIn { arrived: came, time_evidence: told, reason: doubt } => {
            carried_in(*came, *told, *doubt)
        }
        Inference::InHand => Said::new(
            "in_hand",
            "with an agent already when it was first seen: counts neither as offered nor as answered",
        ),
        Inference::Answered { low, best, high, within, target, unseen, time_evidence: told } => {
            let between = if *unseen { " between two lists," } else { "" };
            let words = format!(
                "answered{between} after {}: within {}: {}",
                span(*low, *best, *high, *told),
                seconds(*target),
                share(*within)
            );
            let said = bounds(Said::new("answered", words), *low, *best, *high).seconds("target", *target);
            said.with("within", *within).with("unseen", *unseen).with("trio_time", of_told(*told))
        }
        Inference::Left { low, best, high, age, short, target } => {
            let counted = match age {
                LeftAge::Short => format!("short (up to {})", seconds(*short)),
                LeftAge::Within => format!("left within the target of {}", seconds(*target)),
                LeftAge::Beyond => format!("left beyond the target of {}", seconds(*target)),
            };
            let span = span(*low, *best, *high, TimeEvidence::Absent);
            let words = format!("left unanswered after {span}: counted as {counted}");
            let said = bounds(Said::new("left", words), *low, *best, *high).with("age", age.as_str());
            said.seconds("short", *short).seconds("target", *target)
        }
        Inference::Moved(to) => {
            let words = format!("moved: waits at {} now", place(to, name));
            going(Said::new("moved", words), to)
        }
        Inference::PassedOn(to) => {
            let words = if to.service_id == *here {
                "given back to the queue by its agent: what follows counts as a new case".to_owned()
            } else {
                format!("passed on by its agent to {}: answered here, a new case there", place(to, name))
            };
            going(Said::new("passed_on", words), to)
        }
        Inference::Unclassified(doubt) => {
            let words = format!("unclassified: {} ({})", why(*doubt), doubt.as_str());
            Said::new("unclassified", words).with("reason", doubt.as_str())
        }
        Inference::Finished => Said::new("finished", "finished: its agent is through with it"),
    }
}

fn carried_in(came: Option<AgeRange>, told: TimeEvidence, doubt: Option<UnclassifiedReason>) -> Said {
    let seen = match doubt {
        None => "waited already in the first list",
        Some(UnclassifiedReason::Gap) => "first seen after a gap between the lists",
        Some(UnclassifiedReason::Failover) => "first seen after another server took over",
        Some(_) => "first seen while the list was cut, or just after",
    };
    let said =
        Said::new("carried_in", "").with("reason", doubt.map_or("first_list", UnclassifiedReason::as_str));
    let (since, said) = match came {
        Some(came) => (format!("came {}", ago(came, told)), with_ago(said, came)),
        None => ("nobody knows since when, so its outcome will be unclassified".to_owned(), said),
    };
    said.saying(format!("carried in: {seen}; {since}")).with("trio_time", of_told(told))
}

/// What a trace does.
pub(super) fn introduction(target: &str, interval: Duration, budget: u32) -> Said {
    let every = interval.as_secs_f64();
    let words = format!(
        "tracing {target} every {} with a session of its own: beside a running exporter Trio is asked twice as \
         much, at most {budget} more requests a minute. What stands for a case number is drawn anew in every run. \
         Ctrl-C ends it and adds up",
        seconds(every)
    );
    let said = Said::new("start", words).with("target", target).seconds("interval", every);
    said.with("max_requests_per_minute", budget)
}

/// Nothing happened for this long.
pub(super) fn quiet(since: Duration, lists: usize, waiting: Option<u64>) -> Said {
    let lists_read = if lists == 1 { "1 list".to_owned() } else { format!("{lists} lists") };
    let wait =
        waiting.map_or_else(|| "who waits is not known".to_owned(), |count| format!("{count} waiting"));
    let words = format!("nothing in {}: {lists_read} read, {wait}", seconds(since.as_secs_f64().round()));
    let said = Said::new("quiet", words).with("lists", lists);
    match waiting {
        Some(count) => said.with("waiting", count),
        None => said,
    }
}

/// Everything that was told of one class of a service.
pub(super) fn sum(counts: &Counts) -> Said {
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
    let doubts: Vec<(UnclassifiedReason, u64)> =
        UnclassifiedReason::ALL.into_iter().zip(*unclassified).filter(|(_, count)| *count > 0).collect();
    let unknown = match doubts.as_slice() {
        [] => "0".to_owned(),
        all => {
            let each: Vec<String> =
                all.iter().map(|(doubt, count)| format!("{} {count}", doubt.as_str())).collect();
            format!("{} ({})", counts.unclassified_in_all(), each.join(", "))
        }
    };
    let words = format!(
        "in all: offered {offered}, carried in {carried_in}; answered {answered} (within the target {within:.1}), \
         left {} (short {short}, within the target {in_time}, beyond {beyond}), moved {moved}, \
         unclassified {unknown}, still waiting {waiting}",
        counts.left_in_all(),
    );
    let words = match (in_hand, passed_on) {
        (0, 0) => words,
        _ => format!("{words}; with an agent from the start {in_hand}, passed on {passed_on}"),
    };
    let mut said = Said::new("summary", words);
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
        said = said.with(name, *count);
    }
    said = said.with("within", (within * 1000.0).round() / 1000.0);
    for (doubt, count) in UnclassifiedReason::ALL.into_iter().zip(*unclassified) {
        said = said.with(&format!("unclassified_{}", doubt.as_str()), count);
    }
    said
}

/// The sum of nothing.
pub(super) fn nothing() -> Said {
    Said::new("summary", "in all: nothing happened at what was traced")
}

/// Seconds for people: whole ones without a fraction.
pub(super) fn seconds(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0} s") } else { format!("{tenths:.1} s") }
}

fn ago(came: AgeRange, told: TimeEvidence) -> String {
    let AgeRange { low: least, high: most } = came;
    match told {
        TimeEvidence::Used => format!("{most:.1} s before by Trio's own time"),
        TimeEvidence::Absent => format!("{least:.1}–{most:.1} s before"),
        TimeEvidence::Rejected => {
            format!("{least:.1}–{most:.1} s before (Trio's own time contradicts the lists and is not used)")
        }
    }
}

fn span(low: f64, best: f64, high: f64, told: TimeEvidence) -> String {
    let span =
        if low == high { format!("{best:.1} s") } else { format!("{low:.1}–{high:.1} s (best {best:.1})") };
    match told {
        TimeEvidence::Absent => span,
        TimeEvidence::Used => format!("{span} by Trio's own time"),
        TimeEvidence::Rejected => format!("{span} (Trio's own time contradicts the lists and is not used)"),
    }
}

fn share(within: f64) -> String {
    if within >= 1.0 {
        "yes".to_owned()
    } else if within <= 0.0 {
        "no".to_owned()
    } else {
        format!("maybe ({:.0} %)", (within * 100.0).clamp(1.0, 99.0))
    }
}

fn why(doubt: UnclassifiedReason) -> &'static str {
    match doubt {
        UnclassifiedReason::Gap => "it ended between lists that were too far apart",
        UnclassifiedReason::Failover => "it ended while another server took over",
        UnclassifiedReason::MassVanish => "it vanished together with most of the others",
        UnclassifiedReason::Truncated => "it ended while the list was cut",
        UnclassifiedReason::CarriedIn => "it waited when it was first seen, nobody knows since when",
        UnclassifiedReason::Unknown => "the answers do not tell answered cases from others",
    }
}

fn of_told(told: TimeEvidence) -> &'static str {
    match told {
        TimeEvidence::Absent => "none",
        TimeEvidence::Used => "used",
        TimeEvidence::Rejected => "rejected",
    }
}

fn place(to: &Destination, name: &dyn Fn(&Text) -> String) -> String {
    format!("{} as {}", name(&to.service_id), to.class.as_str())
}

fn going(said: Said, to: &Destination) -> Said {
    said.with("to_service_id", &*to.service_id).with("to_class", to.class.as_str())
}

fn bounds(said: Said, low: f64, best: f64, high: f64) -> Said {
    said.seconds("low", low).seconds("best", best).seconds("high", high)
}

fn with_ago(said: Said, came: AgeRange) -> Said {
    said.seconds("came_least", came.low).seconds("came_most", came.high)
}
