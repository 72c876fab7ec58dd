//! Lengths of time as Prometheus and Grafana write them.

/// Returns the seconds of a length of time of one unit, such as `90s` or `4w`; `None` for any other
/// text.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let of_unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    Some(number.parse::<u64>().ok()? * of_unit)
}

#[test]
fn lengths_of_one_unit_are_read_others_are_not() {
    for (text, expected) in [
        ("90s", Some(90)),
        ("15m", Some(900)),
        ("4h", Some(14_400)),
        ("35d", Some(3_024_000)),
        ("2w", Some(1_209_600)),
        ("", None),
        ("m", None),
        ("1h30m", None),
        ("now/d", None),
        ("5ä", None),
    ] {
        assert_eq!(seconds(text), expected, "{text:?}");
    }
}
