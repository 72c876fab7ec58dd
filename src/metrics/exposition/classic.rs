//! The classic text format 0.0.4, made from the OpenMetrics text line by line; samples stay as they
//! are.
//!
//! prometheus-client writes OpenMetrics only.

/// Converts the lines of an OpenMetrics exposition, block by block.
#[derive(Debug, Default)]
pub(super) struct Converter {
    /// HELP of the family whose type comes next.
    // HELP comes first, but its name depends on the type: `_total` belongs to counters.
    help: Option<String>,
    /// The last block.
    classic: String,
}

impl Converter {
    /// Returns the classic form of some lines, each of which is whole.
    pub(super) fn convert(&mut self, lines: &str) -> &str {
        self.classic.clear();
        // By line: newlines in label values are escaped, so a newline always ends a line.
        for line in lines.split_inclusive('\n') {
            if let Some(comment) = line.strip_prefix("# ") {
                if comment.starts_with("HELP ") {
                    self.help = Some(comment.to_owned());
                } else if let Some(name_and_type) = comment.strip_prefix("TYPE ") {
                    let help = self.help.take();
                    push_descriptor(&mut self.classic, help.as_deref(), name_and_type.trim_end());
                }
            } else {
                push_sample(&mut self.classic, line);
            }
        }
        &self.classic
    }
}

/// Converts a whole OpenMetrics exposition into classic text.
#[cfg(test)]
pub(in crate::metrics) fn from_open_metrics(text: &str) -> String {
    Converter::default().convert(text).to_owned()
}

/// Appends HELP and TYPE of a family.
fn push_descriptor(classic: &mut String, help: Option<&str>, name_and_type: &str) {
    let (name, kind) = name_and_type.split_once(' ').unwrap_or((name_and_type, "unknown"));
    let (suffix, kind) = match kind {
        "counter" => ("_total", kind),
        "info" => ("_info", "gauge"),
        "stateset" => ("", "gauge"),
        "unknown" => ("", "untyped"),
        _ => ("", kind),
    };
    let help =
        help.and_then(|help| help.strip_prefix("HELP ")).and_then(|help| help.strip_prefix(name));
    if let Some(help) = help {
        classic.extend(["# HELP ", name, suffix, help]);
    }
    classic.extend(["# TYPE ", name, suffix, " ", kind, "\n"]);
}

/// Appends a sample. The encoder writes `inf`, the classic format has `+Inf` and `-Inf`.
fn push_sample(classic: &mut String, line: &str) {
    let infinite = line.strip_suffix("inf\n").and_then(|line| {
        let signed = line.strip_suffix(" -").map(|line| (line, " -Inf\n"));
        signed.or_else(|| {
            line.strip_suffix(" +").or(line.strip_suffix(' ')).map(|line| (line, " +Inf\n"))
        })
    });
    match infinite {
        Some((series, value)) => classic.extend([series, value]),
        None => classic.push_str(line),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn only_comments_and_infinities_differ() {
        let open_metrics = r##"# HELP a_seconds Help: of a counter.
# TYPE a_seconds counter
# UNIT a_seconds seconds
a_seconds_total{x="# TYPE a inf"} 1.5
# HELP b Gauge.
# TYPE b gauge
b inf
b{x="-inf"} -inf
b{x="+"} +inf
b{x=" inf"} NaN
# HELP c Info.
# TYPE c info
c_info{v="1"} 1
# HELP d Unknown.
# TYPE d unknown
d 7
# HELP e Histogram.
# TYPE e histogram
e_bucket{le="+Inf"} 3
# EOF
"##;
        let classic = r##"# HELP a_seconds_total Help: of a counter.
# TYPE a_seconds_total counter
a_seconds_total{x="# TYPE a inf"} 1.5
# HELP b Gauge.
# TYPE b gauge
b +Inf
b{x="-inf"} -Inf
b{x="+"} +Inf
b{x=" inf"} NaN
# HELP c_info Info.
# TYPE c_info gauge
c_info{v="1"} 1
# HELP d Unknown.
# TYPE d untyped
d 7
# HELP e Histogram.
# TYPE e histogram
e_bucket{le="+Inf"} 3
"##;
        assert_eq!(from_open_metrics(open_metrics), classic);
    }

    #[test]
    fn empty_exposition_stays_empty() {
        assert_eq!(from_open_metrics("# EOF\n"), "");
    }
}
