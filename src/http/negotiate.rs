//! Which text format a scraper gets: what it ranks first of what we have, classic text in doubt.

use crate::metrics::Format;

/// The format of an answer and the header that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Negotiated {
    pub(super) format: Format,
    pub(super) content_type: &'static str,
}

const CLASSIC: Negotiated =
    Negotiated { format: Format::Classic, content_type: "text/plain; version=0.0.4; charset=utf-8" };
const OPEN_METRICS: Negotiated = Negotiated {
    format: Format::OpenMetrics,
    content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};
/// For clients that name an escaping: all our names are plain, so any escaping leaves them as they are.
const OPEN_METRICS_ESCAPED: Negotiated = Negotiated {
    format: Format::OpenMetrics,
    content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
};

/// Judges an `Accept` header by q-value, then by the client's order. Never refuses: a scraper that names
/// only what we do not have gets classic text.
pub(super) fn negotiate(accept: &str) -> Negotiated {
    let mut best = (0.0, CLASSIC);
    for range in accept.split(',').map(MediaRange::parse) {
        if let Some(offer) = range.offer()
            && range.quality > best.0
        {
            best = (range.quality, offer);
        }
    }
    best.1
}

/// The q-value among the parameters of an entry: 1 when there is none, 0 when it makes no sense.
pub(super) fn quality<'a>(mut parameters: impl Iterator<Item = (&'a str, &'a str)>) -> f32 {
    let given = parameters.find(|(name, _)| name.eq_ignore_ascii_case("q"));
    let Some((_, value)) = given else { return 1.0 };
    value.parse().ok().filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(0.0)
}

/// The `name=value` pairs after the first `;` of an entry.
pub(super) fn parameters(entry: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = entry.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
}

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

    fn offer(&self) -> Option<Negotiated> {
        let is = |media_type: &str| self.media_type.eq_ignore_ascii_case(media_type);
        if is("application/openmetrics-text") && matches!(self.version, None | Some("1.0.0" | "0.0.1")) {
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

#[cfg(test)]
#[rustfmt::skip]
mod tests {
    use super::*;

    /// The exact headers of scrapers and people.
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
    fn every_client_gets_what_it_can_read() {
        for (client, accept, expected) in CLIENTS {
            assert_eq!(negotiate(accept), *expected, "{client}");
        }
    }

    #[test]
    fn quality_rules_then_the_clients_order() {
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
    fn what_we_do_not_have_and_nonsense_get_classic_text() {
        for accept in [
            "application/openmetrics-text;version=2.0.0", "application/json", "application/*", ",;=,;q", "text/plain;q=2",
            "application/openmetrics-text;q=high", "application/openmetrics-text;q=NaN", "application/vnd.google.protobuf",
        ] {
            assert_eq!(negotiate(accept), CLASSIC, "{accept}");
        }
    }
}
