//! The shipped rules in a hurry, for tests that cannot wait: every duration (how long an alert must
//! last, how long it goes on, ranges, intervals) is divided by one number, and nothing else is
//! changed. The real durations are proved by the unit tests of the rules.

use std::time::Duration;

use crate::{durations::seconds, promql::rule_files::RuleFile};

/// Shorter ranges would hold too few scrapes to tell what a counter grew by.
const SHORTEST_RANGE: Duration = Duration::from_secs(5);

/// The same rules, `divisor` times as fast.
pub(crate) fn shortened(file: &RuleFile, divisor: u32) -> RuleFile {
    let mut file = file.clone();
    if divisor == 1 {
        return file;
    }
    let shorter = |duration: &mut Option<String>| {
        *duration = duration.as_deref().map(|text| written(parsed(text) / divisor));
    };
    for group in &mut file.groups {
        shorter(&mut group.interval);
        for rule in &mut group.rules {
            shorter(&mut rule.lasting);
            shorter(&mut rule.keep_firing_for);
            rule.expr = with_shorter_ranges(&rule.expr, divisor);
        }
    }
    file
}

fn with_shorter_ranges(expr: &str, divisor: u32) -> String {
    let mut parts = expr.split('[');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (range, rest) = part.split_once(']').expect("a range ends");
        let (range, step) =
            range.split_once(':').map_or((range, None), |(range, step)| (range, Some(step)));
        let range = (parsed(range) / divisor).max(SHORTEST_RANGE);
        // The step of a subquery is divided as well, so that it holds as many points as before.
        let step =
            step.map(|step| format!(":{}", written(parsed(step) / divisor))).unwrap_or_default();
        out += &format!("[{}{step}]{rest}", written(range));
    }
    out
}

fn parsed(text: &str) -> Duration {
    let seconds = seconds(text).unwrap_or_else(|| panic!("{text} is no length of time"));
    Duration::from_secs(seconds)
}

fn written(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

#[test]
fn every_duration_is_shorter_and_nothing_else_is_other() {
    let text = r#"
groups:
  - name: a
    interval: 1m
    rules:
      - alert: A
        expr: increase(x_total{le="30.0"}[30m]) > 900 unless count_over_time(y[1m])[15m:1m] == 0
        for: 10m
        keep_firing_for: 5m
        labels: {severity: warning}
        annotations: {summary: "in 5m"}
      - record: b:c:increase30m
        expr: increase(c_total[4h])
"#;
    let file: RuleFile = serde_saphyr::from_str(text).expect("rules");
    let expected = text
        .replace("interval: 1m", "interval: 2000ms")
        .replace("[30m]", "[60000ms]")
        .replace("[1m]", "[5000ms]")
        .replace("[15m:1m]", "[30000ms:2000ms]")
        .replace("[4h]", "[480000ms]")
        .replace("for: 10m", "for: 20000ms")
        .replace("_for: 5m", "_for: 10000ms");
    let expected: RuleFile = serde_saphyr::from_str(&expected).expect("rules");
    let json = |file: &RuleFile| serde_json::to_value(file).expect("JSON");
    assert_eq!(json(&shortened(&file, 30)), json(&expected));
    assert_eq!(json(&shortened(&file, 1)), json(&file));
}
