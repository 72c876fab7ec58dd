//! The figures of the day: bounds, few cases, unmeasured time, days that were not observed whole.

use pretty_assertions::assert_eq;

use super::*;

/// The service level, offered, answered and lost of a row.
fn day(change: impl FnOnce(&mut QueueFigures)) -> String {
    let line = lines(&wall(vec![changed("Phone", change)])).remove(0);
    line.split(" | ").skip(4).take(4).collect::<Vec<_>>().join(" | ")
}

fn concluded(queue: &mut QueueFigures, answered: u64, within: u64) {
    let missed = answered - within;
    let detail = DayDetail {
        within_low: within,
        within_high: within,
        missed_low: missed,
        missed_high: missed,
        ..DayDetail::default()
    };
    queue.classes[0].day = Some(DayCounts {
        offered: answered,
        answered,
        within: within as f64,
        left: 0,
        detail: Some(detail),
    });
}

#[test]
fn bounds_are_rounded_outwards() {
    let level = day(|queue| {
        let detail = queue.classes[0].day.as_mut().and_then(|day| day.detail.as_mut());
        let detail = detail.expect("there");
        (detail.within_low, detail.missed_high) = (777, 223);
        (detail.within_high, detail.missed_low) = (831, 169);
    });
    // 77.7 % and 83.1 %.
    assert_eq!(level, "80% (77–84) | 104 | 95 | 5");
}

#[test]
fn few_cases_have_no_level_and_some_a_muted_one() {
    assert_eq!(day(|queue| concluded(queue, 9, 9)), "– | 9 | 9 | 0");
    assert_eq!(day(|queue| concluded(queue, 10, 9)), "90% | 10 | 10 | 0");
    let muted = |answered| {
        let queue = changed("Phone", |queue| concluded(queue, answered, 9));
        html(&wall(vec![queue])).contains("class=\"v muted\"")
    };
    assert_eq!([10, 29, 30].map(muted), [true, true, false]);
}

#[test]
fn unmeasured_time_is_marked_then_hides_the_figures() {
    let unmeasured = |seconds: f64| {
        day(|queue| {
            queue.day_time = Some(DayTime { measured: 1000.0 - seconds, unmeasured: seconds });
        })
    };
    assert_eq!(unmeasured(50.0), "80% (78–83) | 104 | 95 | 5");
    assert_eq!(unmeasured(51.0), "≈ 80% (78–83) | ≈ 104 | ≈ 95 | ≈ 5");
    assert_eq!(unmeasured(200.0), "≈ 80% (78–83) | ≈ 104 | ≈ 95 | ≈ 5");
    assert_eq!(unmeasured(201.0), "? | ? | ? | ?");
    assert_eq!(day(|queue| queue.day_time = None), "? | ? | ? | ?");
}

#[test]
fn total_level_is_cases_within_by_concluded_cases() {
    let one = changed("One", |queue| concluded(queue, 30, 30));
    let other = changed("Other", |queue| concluded(queue, 90, 30));
    assert_eq!(
        tiles(&wall(vec![one.clone(), other.clone()]))[3],
        "50% target 80% in 20 s · 120 cases",
        "not the mean of 100 % and 33 %"
    );
    let unknown = changed("Unknown", |queue| queue.classes[0].is_measurable = false);
    let five = || vec![one.clone(), one.clone(), other.clone(), other.clone(), unknown.clone()];
    assert_eq!(
        tiles(&wall(five()))[3],
        "≈ 50% target 80% in 20 s · 240 cases",
        "one of five is not known"
    );
    let half = tiles(&wall(vec![one, unknown]));
    assert_eq!(half[3], "? target 80% in 20 s");
}

#[test]
fn different_goals_are_not_shown_as_one() {
    let slow = changed("Slow", |queue| {
        queue.classes[0].goals =
            ClassGoals::with_wait_target(CaseClass::Voice, Duration::from_secs(120));
    });
    assert_eq!(tiles(&wall(vec![queue("Phone"), slow]))[3], "80% (78–83) 200 cases");
}

#[test]
fn counts_of_a_part_of_the_day_say_since_when() {
    let part = |at: f64| Some(DayStart { at, is_whole: false });
    let mut center = center(vec![queue("Phone")]);
    let heading = |wall: &Wall| {
        let html = html(wall);
        let heading = html.split("Service level <span class=\"quiet\">").nth(1).expect("a heading");
        heading.split('<').next().expect("text").to_owned()
    };
    assert_eq!(heading(&wall_of(vec![center.clone()])), "today");
    center.day_start = part(37_920.0);
    assert_eq!(heading(&wall_of(vec![center.clone()])), "since 10:32");
    center.time_zone = TimeZone::get("Europe/Stockholm").expect("a zone");
    assert_eq!(heading(&wall_of(vec![center.clone()])), "since 11:32");
    center.time_zone = TimeZone::UTC;
    let whole = super::center(vec![queue("Phone")]);
    let mixed = wall_of(vec![whole, center]);
    assert_eq!(heading(&mixed), "today, partly since 10:32");
    let since = mixed.rows.iter().map(|row| row.since.as_ref().map(|since| since.at));
    let since: Vec<Option<f64>> = since.collect();
    assert_eq!(since, [None, Some(37_920.0)], "each row says it for itself");
}
