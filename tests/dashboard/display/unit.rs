//! Numbers in units.

const SHORT: [&str; 5] = ["", " K", " Mil", " Bil", " Tri"];
const COUNT: [&str; 5] = ["", "K", "M", "B", "T"];

/// Returns a number with its unit, as Grafana writes it.
///
/// # Panics
/// A unit that none of our boards used when this was written.
pub(super) fn format(unit: &str, number: f64, decimals: Option<usize>) -> String {
    match unit {
        "" | "none" | "string" => fixed(number, decimals),
        "short" => scaled(number, decimals, &SHORT),
        "locale" => grouped(number, decimals.unwrap_or(3)),
        "percent" => fixed(number, decimals) + "%",
        "percentunit" => fixed(100.0 * number, decimals) + "%",
        "s" => seconds(number, decimals),
        "ms" => seconds(number / 1_000.0, decimals),
        "m" => {
            larger(number, decimals, &[(60.0, " min"), (24.0, " hour"), (f64::INFINITY, " day")])
        }
        "h" => {
            larger(number, decimals, &[(24.0, " hour"), (7.0, " day"), (f64::INFINITY, " week")])
        }
        "d" => {
            larger(number, decimals, &[(7.0, " day"), (52.0, " week"), (f64::INFINITY, " year")])
        }
        "dthms" => hours_minutes_seconds(number),
        "dtdhms" => {
            let days = (number / 86_400.0).floor();
            let rest = hours_minutes_seconds(number.rem_euclid(86_400.0));
            if days > 0.0 { format!("{days:.0} d {rest}") } else { rest }
        }
        "clocks" => clock(number, decimals),
        "reqps" => scaled(number, decimals, &COUNT) + " req/s",
        "reqpm" => scaled(number, decimals, &COUNT) + " req/m",
        "cps" => scaled(number, decimals, &COUNT) + " c/s",
        "bytes" => fixed(number, decimals) + " B",
        _ => match unit.split_once(':') {
            Some(("suffix", text)) => format!("{} {text}", fixed(number, decimals)),
            Some(("prefix", text)) => format!("{text}{}", fixed(number, decimals)),
            _ => panic!("no rule for the unit {unit}"),
        },
    }
}

/// With so many decimals; without a given number as many as its size needs, and no trailing zeros.
fn fixed(number: f64, decimals: Option<usize>) -> String {
    // Zero has no sign on a board.
    let number = if number == 0.0 { 0.0 } else { number };
    let Some(decimals) = decimals else {
        let text = format!("{number:.*}", needed(number));
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        return text.to_owned();
    };
    format!("{number:.decimals$}")
}

fn needed(number: f64) -> usize {
    if number.fract() == 0.0 || !number.is_finite() {
        return 0;
    }
    let digits = number.abs().log10().floor();
    // One more for 2.5 and the like.
    let more = if number.abs() / 10_f64.powf(digits - 1.0) > 22.5 { 2.0 } else { 1.0 };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 20")]
    let needed = (more - digits).clamp(0.0, 20.0) as usize;
    needed
}

fn scaled(number: f64, decimals: Option<usize>, names: &[&str]) -> String {
    let mut number = number;
    let mut names = names.iter();
    let mut name = names.next().unwrap_or(&"");
    while number.abs() >= 1_000.0 {
        let Some(next) = names.next() else { break };
        number /= 1_000.0;
        name = next;
    }
    fixed(number, decimals) + name
}

/// With a comma between thousands, and no trailing zeros.
fn grouped(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        out = format!("{out}.{fraction}");
    }
    if number < 0.0 && out.chars().any(|digit| ('1'..='9').contains(&digit)) {
        format!("-{out}")
    } else {
        out
    }
}

fn seconds(number: f64, decimals: Option<usize>) -> String {
    match number.abs() {
        0.0 => fixed(number, decimals) + " s",
        ..0.000_001 => fixed(number * 1e9, decimals) + " ns",
        ..0.001 => fixed(number * 1e6, decimals) + " µs",
        ..1.0 => fixed(number * 1e3, decimals) + " ms",
        ..60.0 => fixed(number, decimals) + " s",
        ..3_600.0 => fixed(number / 60.0, decimals) + " mins",
        ..86_400.0 => fixed(number / 3_600.0, decimals) + " hours",
        ..604_800.0 => fixed(number / 86_400.0, decimals) + " days",
        ..31_536_000.0 => fixed(number / 604_800.0, decimals) + " weeks",
        _ => fixed(number / 31_556_900.0, decimals) + " years",
    }
}

/// In the first unit of which there are fewer than its limit; each limit is the size of the next
/// unit.
fn larger(number: f64, decimals: Option<usize>, units: &[(f64, &str)]) -> String {
    let mut number = number;
    for (limit, name) in units {
        if number.abs() < *limit {
            return fixed(number, decimals) + name;
        }
        number /= limit;
    }
    fixed(number, decimals)
}

fn hours_minutes_seconds(number: f64) -> String {
    if number < 0.0 {
        return hours_minutes_seconds(-number) + " ago";
    }
    let (hours, minutes) = ((number / 3_600.0).floor(), (number % 3_600.0 / 60.0).floor());
    format!("{hours:02.0}:{minutes:02.0}:{:02.0}", (number % 60.0).floor())
}

fn clock(number: f64, decimals: Option<usize>) -> String {
    let (hours, minutes) = ((number / 3_600.0).floor(), (number % 3_600.0 / 60.0).floor());
    let parts = [
        format!("{hours:02.0}h"),
        format!("{minutes:02.0}m"),
        format!("{:02.0}s", (number % 60.0).floor()),
    ];
    let first = if hours > 0.0 { 0 } else { 1 + usize::from(minutes < 1.0) };
    let last = decimals.map_or(parts.len(), |decimals| (first + decimals + 1).min(parts.len()));
    parts[first..last].join(":")
}
