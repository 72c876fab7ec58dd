//! Negotiation with a client: the exposition format by `Accept` (the offer that it ranks first,
//! otherwise classic text), JSON or HTML, and compression by `Accept-Encoding`.

use crate::metrics::Format;

/// Format of an answer, and its `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// Format of the exposition.
    pub format: Format,
    /// Value of the header.
    pub content_type: &'static str,
}

// Prometheus 3 rejects a scrape without a valid Content-Type, so each format states its version.
const CLASSIC: Negotiated = Negotiated {
    format: Format::Classic,
    content_type: "text/plain; version=0.0.4; charset=utf-8",
};
const OPEN_METRICS: Negotiated = Negotiated {
    format: Format::OpenMetrics,
    content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};
/// OpenMetrics for clients that name an escaping scheme, as Prometheus 3 does. All names here are
/// ASCII without special characters, so each scheme leaves them unchanged and `underscores` is true
/// for all.
const OPEN_METRICS_ESCAPED: Negotiated = Negotiated {
    format: Format::OpenMetrics,
    content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
};

/// Chooses by q-value, then by the order of the header.
// Never 406: old scrapers and people with a browser send an Accept that names no exposition format,
// and can read classic text all the same.
pub fn negotiate(accept: &str) -> Negotiated {
    let mut best = (0.0, CLASSIC);
    for range in accept.split(',').map(MediaRange::parse) {
        if let Some(offer) = range.offer()
            // `>` keeps the first of equal weights, and leaves out a weight of 0, which means "not
            // this one".
            && range.quality > best.0
        {
            best = (range.quality, offer);
        }
    }
    best.1
}

/// Returns the q-value among the parameters of an entry: 1 without one, 0 for an invalid one.
fn quality<'a>(mut parameters: impl Iterator<Item = (&'a str, &'a str)>) -> f32 {
    let given = parameters.find(|(name, _)| name.eq_ignore_ascii_case("q"));
    let Some((_, value)) = given else { return 1.0 };
    value.parse().ok().filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(0.0)
}

/// Iterates over the `name=value` pairs after the first `;` of an entry.
fn parameters(entry: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = entry.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
}

/// Entry of an `Accept` header.
struct MediaRange<'a> {
    media_type: &'a str,
    version: Option<&'a str>,
    escaping: bool,
    quality: f32,
}

impl<'a> MediaRange<'a> {
    fn parse(entry: &'a str) -> Self {
        let named = |name| move |(given, _): &(&str, &str)| given.eq_ignore_ascii_case(name);
        Self {
            media_type: entry.split(';').next().unwrap_or_default().trim(),
            version: parameters(entry).find(named("version")).map(|(_, version)| version),
            escaping: parameters(entry).any(|pair| named("escaping")(&pair)),
            quality: quality(parameters(entry)),
        }
    }

    /// Returns the format that answers this range; `None` if it is not supported.
    fn offer(&self) -> Option<Negotiated> {
        let is = |media_type: &str| self.media_type.eq_ignore_ascii_case(media_type);
        // Without a version 1.0.0 is meant; 0.0.1 is the same text, and older Prometheus servers
        // name it alone.
        if is("application/openmetrics-text")
            && matches!(self.version, None | Some("1.0.0" | "0.0.1"))
        {
            Some(if self.escaping { OPEN_METRICS_ESCAPED } else { OPEN_METRICS })
        } else if is("*/*")
            || is("text/*")
            || (is("text/plain") && matches!(self.version, None | Some("0.0.4")))
        {
            Some(CLASSIC)
        } else {
            None
        }
    }
}

/// Returns true if `Accept` prefers JSON to HTML. `*/*` alone gets the page.
pub fn prefers_json(accept: &str) -> bool {
    let weight = |wanted: &str| {
        let ranges = accept.split(',').map(MediaRange::parse);
        let named = ranges.filter(|range| range.media_type.eq_ignore_ascii_case(wanted));
        named.map(|range| range.quality).fold(0.0, f32::max)
    };
    weight("application/json") > weight("text/html").max(weight("application/xhtml+xml"))
}

/// Returns true if the header prefers gzip to plain text, or likes both the same.
pub fn wants_gzip(accept_encoding: &str) -> bool {
    let entries =
        || accept_encoding.split(',').map(|entry| (coding(entry), quality(parameters(entry))));
    let named = |name: &str| {
        entries().find(|(coding, _)| coding.eq_ignore_ascii_case(name)).map(|(_, q)| q)
    };
    // `x-gzip` is the old name of the same coding (RFC 9110). `identity` counts 0 when not named: a
    // client that lists gzip at all wants it, at any weight.
    let gzip = named("gzip").or_else(|| named("x-gzip")).or_else(|| named("*")).unwrap_or(0.0);
    gzip > 0.0 && gzip >= named("identity").unwrap_or(0.0)
}

fn coding(entry: &str) -> &str {
    entry.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
#[rustfmt::skip]
mod tests {
    use super::*;

    /// The exact headers that scrapers and browsers send.
    const CLIENTS: &[(&str, &str, Negotiated)] = &[
        ("Prometheus 2.42", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPEN_METRICS),
        ("Prometheus 2.42, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPEN_METRICS),
        ("Prometheus 3", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OPEN_METRICS_ESCAPED),
        ("Prometheus 3, underscores", "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OPEN_METRICS_ESCAPED),
        ("Prometheus 3, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", OPEN_METRICS_ESCAPED),
        ("Prometheus 3, classic text only", "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", CLASSIC),
        ("nothing (promtool check metrics, nri-prometheus's old versions)", "", CLASSIC),
        ("curl", "*/*", CLASSIC),
        ("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", CLASSIC),
        ("Chrome", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7", CLASSIC),
        ("Telegraf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3", CLASSIC),
        ("older Telegraf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", CLASSIC),
        ("Datadog, New Relic", "text/plain", CLASSIC),
        ("Datadog with use_latest_spec", "application/openmetrics-text; version=1.0.0; charset=utf-8", OPEN_METRICS),
        ("vmagent", "text/plain;version=0.0.4;q=1,*/*;q=0.1", CLASSIC),
    ];

    #[test]
    fn clients_get_a_format_they_can_read() {
        for (client, accept, expected) in CLIENTS {
            assert_eq!(negotiate(accept), *expected, "{client}");
        }
    }

    #[test]
    fn quality_decides_then_order() {
        for (accept, expected) in [
            ("text/plain;q=0.9, application/openmetrics-text;q=0.8", CLASSIC),
            ("text/plain;q=0.8, application/openmetrics-text;q=0.9", OPEN_METRICS),
            ("text/plain, application/openmetrics-text", CLASSIC),
            ("application/openmetrics-text, text/plain", OPEN_METRICS),
            ("application/openmetrics-text;q=0", CLASSIC),
            ("application/openmetrics-text;q=0.000, */*;q=0.1", CLASSIC),
            ("APPLICATION/OpenMetrics-Text; VERSION=\"1.0.0\"; Q=1", OPEN_METRICS),
        ] {
            assert_eq!(negotiate(accept), expected, "{accept}");
        }
    }

    #[test]
    fn unsupported_or_malformed_accept_gets_classic_text() {
        for accept in [
            "application/openmetrics-text;version=2.0.0", "application/json", "application/*", ",;=,;q", "text/plain;q=2",
            "application/openmetrics-text;q=high", "application/openmetrics-text;q=NaN", "application/vnd.google.protobuf",
        ] {
            assert_eq!(negotiate(accept), CLASSIC, "{accept}");
        }
    }

    #[test]
    fn gzip_needs_at_least_the_weight_of_identity() {
        for (header, expected) in [
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("deflate, GZIP;q=0.5", true),
            ("x-gzip", true),
            ("*", true),
            ("gzip;q=1.0, identity; q=0.5, *;q=0", true),
            ("", false),
            ("identity", false),
            ("deflate, br", false),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("*;q=0", false),
            ("gzip;q=0.5, identity", false),
            ("gzip;q=nonsense", false),
        ] {
            assert_eq!(wants_gzip(header), expected, "{header}");
        }
    }
}
