//! Metric families: their declaration (name, unit, type, HELP) and the writer of their samples.
//!
//! A family without a sample is not written: absent means unknown.

use std::{
    fmt::{self, Write},
    sync::LazyLock,
};

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet},
    metrics::MetricType,
    registry,
};

/// The prefix of every family but `process_*`.
pub(in crate::metrics) const PREFIX: &str = "trio";

/// A label: name and value.
// Arrays of borrowed pairs: a sample needs no allocation. `/metrics/agents` of 10,000 agents has
// 170,000 samples.
pub(super) type Label<'a> = (&'static str, &'a str);

/// The labels of a service. Up to the value of the last one they are text that was made once.
// A service has dozens of samples: label by label, the labels took more time than all else in an
// encoding.
#[derive(Debug)]
pub(in crate::metrics) struct ServiceLabels<'a> {
    /// All but the last value, with the key of the last label.
    start: String,
    name: &'a str,
}

impl<'a> ServiceLabels<'a> {
    /// Returns the labels `service_id` and `service_name` behind those of a contact centre.
    pub(in crate::metrics) fn new(center: [Label<'_>; 2], id: &str, name: &'a str) -> Self {
        let mut start = String::new();
        for (key, value) in [center[0], center[1], ("service_id", id)] {
            start.extend([key, "=\""]);
            for character in value.chars() {
                match character {
                    '\\' => start.push_str("\\\\"),
                    '"' => start.push_str("\\\""),
                    '\n' => start.push_str("\\n"),
                    other => start.push(other),
                }
            }
            start.push_str("\",");
        }
        start.push_str("service_name");
        Self { start, name }
    }
}

impl EncodeLabelSet for ServiceLabels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let mut label = encoder.encode_label();
        // The key is written as it is.
        let mut key = label.encode_label_key()?;
        key.write_str(&self.start)?;
        let mut value = key.encode_label_value()?;
        value.write_str(self.name)?;
        value.finish()
    }
}

impl EncodeLabelSet for &ServiceLabels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        (**self).encode(encoder)
    }
}

/// The unit of a family. The encoder appends it to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::metrics) enum Unit {
    None,
    Seconds,
    Bytes,
    Ratio,
}

/// The key of a family: name and unit.
// `trio_agent_state` and `trio_agent_state_seconds_total` differ in the unit alone.
pub(in crate::metrics) type Key = (&'static str, Unit);

/// The type of a family.
// Not `info`: prometheus-client writes `{,target=…}` for an info beside a family's labels, and
// Prometheus 2.42 drops the whole scrape for it. Families named `…_info` are gauges with the value
// 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gauge,
    Counter,
    Histogram,
}

/// The declaration of a family.
#[derive(Debug)]
pub(in crate::metrics) struct Spec {
    name: &'static str,
    unit: Unit,
    kind: Kind,
    help: &'static str,
}

impl Spec {
    /// Declares a gauge. `name` has no prefix, unit or `_total`: they are added when the family is
    /// written.
    pub(in crate::metrics) const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, unit: Unit::None, kind: Kind::Gauge, help }
    }

    /// Declares a counter.
    pub(in crate::metrics) const fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, unit: Unit::None, kind: Kind::Counter, help }
    }

    /// Declares a histogram.
    pub(in crate::metrics) const fn histogram(name: &'static str, help: &'static str) -> Self {
        Self { name, unit: Unit::None, kind: Kind::Histogram, help }
    }

    /// Sets the unit to seconds.
    pub(in crate::metrics) const fn seconds(mut self) -> Self {
        self.unit = Unit::Seconds;
        self
    }

    /// Sets the unit to bytes.
    pub(in crate::metrics) const fn bytes(mut self) -> Self {
        self.unit = Unit::Bytes;
        self
    }

    /// Sets the unit to a ratio, 0 to 1.
    pub(super) const fn ratio(mut self) -> Self {
        self.unit = Unit::Ratio;
        self
    }

    /// Returns the name that scrapers see; not for `process_*`.
    pub(in crate::metrics) fn scraped_name(&self) -> String {
        let unit = self.unit().map(|unit| format!("_{}", unit.as_str())).unwrap_or_default();
        let total = if self.kind == Kind::Counter { "_total" } else { "" };
        format!("{PREFIX}_{}{unit}{total}", self.name)
    }

    /// Returns the key of the family.
    pub(in crate::metrics) fn key(&self) -> Key {
        (self.name, self.unit)
    }

    fn unit(&self) -> Option<&'static registry::Unit> {
        // prometheus-client has no unit for ratios.
        static RATIO: LazyLock<registry::Unit> =
            LazyLock::new(|| registry::Unit::Other("ratio".to_owned()));
        match self.unit {
            Unit::None => None,
            Unit::Seconds => Some(&registry::Unit::Seconds),
            Unit::Bytes => Some(&registry::Unit::Bytes),
            Unit::Ratio => Some(&RATIO),
        }
    }

    fn kind(&self) -> MetricType {
        match self.kind {
            Kind::Gauge => MetricType::Gauge,
            Kind::Counter => MetricType::Counter,
            Kind::Histogram => MetricType::Histogram,
        }
    }
}

/// Writes the families of an encoding, or only counts their series.
pub(in crate::metrics) struct FamilyWriter<'p> {
    mode: Mode<'p>,
}

enum Mode<'p> {
    Write { encoder: DescriptorEncoder<'p>, dropped: Vec<&'static Spec> },
    Count { series: Vec<(Key, usize)> },
}

impl<'p> FamilyWriter<'p> {
    /// Returns a writer that writes each family except those in `dropped`.
    pub(in crate::metrics) fn new(
        encoder: DescriptorEncoder<'p>,
        dropped: Vec<&'static Spec>,
    ) -> Self {
        Self { mode: Mode::Write { encoder, dropped } }
    }

    /// Returns a writer that counts series and writes nothing.
    pub(in crate::metrics) fn counting() -> Self {
        Self { mode: Mode::Count { series: Vec::new() } }
    }

    /// Returns the number of series of each family, if they were counted.
    pub(in crate::metrics) fn into_counts(self) -> Vec<(Key, usize)> {
        match self.mode {
            Mode::Count { series } => series,
            Mode::Write { .. } => Vec::new(),
        }
    }

    /// Begins a family. Each family may be begun once in an encoding: a second HELP or TYPE is
    /// invalid.
    pub(in crate::metrics) fn family(&mut self, spec: &'static Spec) -> Family<'_, 'p> {
        let state = match &mut self.mode {
            Mode::Count { series } => {
                series.push((spec.key(), 0));
                series.last_mut().map_or(State::Dropped, |(_, count)| State::Counting(count))
            }
            Mode::Write { dropped, .. }
                if dropped.iter().any(|dropped| dropped.key() == spec.key()) =>
            {
                State::Dropped
            }
            Mode::Write { encoder, .. } => State::Pending(encoder),
        };
        Family { spec, state }
    }
}

/// A family that is being written.
pub(in crate::metrics) struct Family<'f, 'p> {
    spec: &'static Spec,
    state: State<'f, 'p>,
}

enum State<'f, 'p> {
    /// No sample yet, so HELP and TYPE are not written: without samples they would make an empty
    /// family.
    Pending(&'f mut DescriptorEncoder<'p>),
    /// HELP and TYPE are written.
    Open(MetricEncoder<'f>),
    /// Series are counted, and nothing is written.
    Counting(&'f mut usize),
    /// The family is left out.
    Dropped,
}

impl<'f> Family<'f, '_> {
    /// Adds a sample of a gauge: a whole number.
    pub(in crate::metrics) fn add_gauge(
        &mut self,
        labels: &impl EncodeLabelSet,
        value: u64,
    ) -> fmt::Result {
        self.add_samples(1, |encoder| encoder.encode_family(labels)?.encode_gauge(&value))
    }

    /// Adds a sample of a gauge. A value that is not finite counts as unknown and is left out.
    pub(super) fn add_gauge_f64(
        &mut self,
        labels: &impl EncodeLabelSet,
        value: f64,
    ) -> fmt::Result {
        if !value.is_finite() {
            return Ok(());
        }
        self.add_samples(1, |encoder| encoder.encode_family(labels)?.encode_gauge(&value))
    }

    /// Adds a sample of a counter: a whole number.
    pub(super) fn add_counter(&mut self, labels: &impl EncodeLabelSet, value: u64) -> fmt::Result {
        self.add_samples(1, |encoder| {
            encoder.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
        })
    }

    /// Adds the sample of a gauge that has no labels.
    pub(super) fn add_unlabelled_gauge(&mut self, value: f64) -> fmt::Result {
        self.add_samples(1, |encoder| encoder.encode_gauge(&value))
    }

    /// Adds the sample of a counter that has no labels.
    pub(super) fn add_unlabelled_counter(&mut self, value: u64) -> fmt::Result {
        self.add_samples(1, |encoder| encoder.encode_counter::<NoLabelSet, _, u64>(&value, None))
    }

    /// Adds a sample of a counter, for instance of seconds. A value that is not finite counts as
    /// unknown and is left out.
    pub(super) fn add_counter_f64(
        &mut self,
        labels: &impl EncodeLabelSet,
        value: f64,
    ) -> fmt::Result {
        if !value.is_finite() {
            return Ok(());
        }
        self.add_samples(1, |encoder| {
            encoder.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
        })
    }

    /// Adds a histogram. `buckets` are `(upper edge, observations in this bucket alone)`; the last
    /// edge is infinite.
    pub(super) fn add_histogram(
        &mut self,
        labels: &impl EncodeLabelSet,
        sum: f64,
        buckets: &[(f64, u64)],
    ) -> fmt::Result {
        let count = buckets.iter().map(|(_, count)| count).sum();
        // `_sum` and `_count` are series, too.
        self.add_samples(buckets.len() + 2, |encoder| {
            encoder.encode_family(labels)?.encode_histogram::<NoLabelSet>(sum, count, buckets, None)
        })
    }

    /// Adds `series` samples with `write`, after HELP and TYPE if they are the first.
    fn add_samples(
        &mut self,
        series: usize,
        write: impl FnOnce(&mut MetricEncoder<'f>) -> fmt::Result,
    ) -> fmt::Result {
        if let State::Pending(_) = self.state
            // If the descriptor cannot be written, the family stays dropped.
            && let State::Pending(encoder) = std::mem::replace(&mut self.state, State::Dropped)
        {
            let Spec { name, help, .. } = self.spec;
            self.state = State::Open(encoder.encode_descriptor(
                name,
                help,
                self.spec.unit(),
                self.spec.kind(),
            )?);
        }
        match &mut self.state {
            State::Open(encoder) => write(encoder),
            State::Counting(count) => {
                **count += series;
                Ok(())
            }
            State::Pending(_) | State::Dropped => Ok(()),
        }
    }
}
