//! The least work of prometheus-client for the same samples.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};

pub(crate) struct Floor(Registry);

#[derive(Debug)]
struct Families(Vec<Family>);

#[derive(Debug)]
struct Family {
    name: String,
    help: String,
    counter: bool,
    samples: Vec<(Vec<(String, String)>, Number)>,
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Whole(u64),
    Float(f64),
}

impl Floor {
    /// Parses the samples of an exposition without quotes in label values; histograms count as
    /// gauges.
    pub(crate) fn parse(exposition: &str) -> Self {
        let mut families: Vec<Family> = Vec::new();
        let mut help = "";
        for line in exposition.lines() {
            if let Some(text) = line.strip_prefix("# HELP ") {
                help = text.split_once(' ').unwrap().1;
            } else if let Some(name_and_type) = line.strip_prefix("# TYPE ") {
                let (name, kind) = name_and_type.split_once(' ').unwrap();
                let counter = kind == "counter";
                let (name, help) = (name.to_owned(), help.to_owned());
                families.push(Family { name, help, counter, samples: Vec::new() });
            } else if !line.starts_with('#') {
                families.last_mut().unwrap().samples.push(sample(line));
            }
        }
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Families(families)));
        Self(registry)
    }

    pub(crate) fn encode(&self) -> String {
        let mut encoded = String::new();
        text::encode(&mut encoded, &self.0).unwrap();
        encoded
    }
}

fn sample(line: &str) -> (Vec<(String, String)>, Number) {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let labels = series.split_once('{').unwrap().1.trim_end_matches('}');
    let pairs = labels.split("\",").filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once("=\"").unwrap();
        (name.to_owned(), value.trim_end_matches('"').to_owned())
    });
    let number =
        value.parse().map_or_else(|_| Number::Float(value.parse().unwrap()), Number::Whole);
    (pairs.collect(), number)
}

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in &self.0 {
            let kind = if family.counter { MetricType::Counter } else { MetricType::Gauge };
            let mut encoder = encoder.encode_descriptor(&family.name, &family.help, None, kind)?;
            for (labels, number) in &family.samples {
                let encoder = encoder.encode_family(labels)?;
                match (family.counter, *number) {
                    (true, Number::Whole(value)) => ConstCounter::new(value).encode(encoder)?,
                    (true, Number::Float(value)) => ConstCounter::new(value).encode(encoder)?,
                    (false, Number::Whole(value)) => ConstGauge::new(value).encode(encoder)?,
                    (false, Number::Float(value)) => ConstGauge::new(value).encode(encoder)?,
                }
            }
        }
        Ok(())
    }
}
