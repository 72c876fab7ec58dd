//! Grafana's variables, which are no PromQL.

/// Grafana's variables for lengths of time, each with a value.
const DURATIONS: [(&str, &str); 4] =
    [("__rate_interval", "5m"), ("__interval", "5m"), ("__range", "1h"), ("__range_s", "3600")];

/// Any value will do for all others, which stand in matchers by regular expression.
const ANY: &str = ".+";

/// An expression or a part of one with every variable replaced by what Grafana might put there:
/// `$name`, `${name}` and `${name:format}`.
pub(crate) fn without_variables(text: &str) -> String {
    with_variables(text, |name| value(name).to_owned())
}

/// The same with the value that `value` gives for each name.
pub(crate) fn with_variables(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, after) = variable(after);
        // A sign that begins no variable ends a regular expression, or names a group of
        // `label_replace`.
        match name {
            "" => out.push('$'),
            name if is_group(name) => out.extend(["$", name]),
            name => out.push_str(&value(name)),
        }
        rest = after;
    }
    out + rest
}

fn variable(text: &str) -> (&str, &str) {
    if let Some((inside, after)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        return (inside.split(':').next().unwrap_or_default(), after);
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    text.split_at(end.unwrap_or(text.len()))
}

/// True for `1` in `$1`, which Grafana leaves as it is: it has no variable of that name.
pub(crate) fn is_group(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

fn value(name: &str) -> &'static str {
    DURATIONS.iter().find(|(variable, _)| *variable == name).map_or(ANY, |(_, value)| value)
}
