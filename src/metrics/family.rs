//! How a metric family is declared and written: name, unit, kind and HELP in one place.
//!
//! The numbers come from elsewhere; a family that gets no sample is not written at all.

use std::{fmt, sync::LazyLock};

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet},
    metrics::MetricType,
    registry,
};

/// The prefix of every family but `process_*`.
pub(super) const PREFIX: &str = "trio";

/// Labels are arrays of pairs, so that a sample costs no allocation.
pub(super) type Label<'a> = (&'static str, &'a str);

/// What a family measures in. The encoder appends it to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    None,
    Seconds,
    Bytes,
    Ratio,
}

/// What tells families apart.
pub(super) type Key = (&'static str, Unit);

/// The types of the families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gauge,
    Counter,
    Histogram,
}

/// The declaration of a family.
#[derive(Debug)]
pub(super) struct Spec {
    name: &'static str,
    unit: Unit,
    kind: Kind,
    help: &'static str,
}

impl Spec {
    /// `name` without prefix, unit and `_total`.
    pub(super) const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, unit: Unit::None, kind: Kind::Gauge, help }
    }

    pub(super) const fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, unit: Unit::None, kind: Kind::Counter, help }
    }

    pub(super) const fn histogram(name: &'static str, help: &'static str) -> Self {
        Self { name, unit: Unit::None, kind: Kind::Histogram, help }
    }

    pub(super) const fn seconds(mut self) -> Self {
        self.unit = Unit::Seconds;
        self
    }

    pub(super) const fn bytes(mut self) -> Self {
        self.unit = Unit::Bytes;
        self
    }

    pub(super) const fn ratio(mut self) -> Self {
        self.unit = Unit::Ratio;
        self
    }

    /// The name as scraped, for a family of ours.
    pub(super) fn scraped_name(&self) -> String {
        let unit = self.unit().map(|unit| format!("_{}", unit.as_str())).unwrap_or_default();
        let total = if self.kind == Kind::Counter { "_total" } else { "" };
        format!("{PREFIX}_{}{unit}{total}", self.name)
    }

    /// Tells families apart: two may differ in their unit alone.
    pub(super) fn key(&self) -> Key {
        (self.name, self.unit)
    }

    fn unit(&self) -> Option<&'static registry::Unit> {
        static RATIO: LazyLock<registry::Unit> = LazyLock::new(|| registry::Unit::Other("ratio".to_owned()));
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

/// What the families of an encoding are written with, or only counted with.
pub(super) struct Pen<'p> {
    mode: Mode<'p>,
}

enum Mode<'p> {
    Write { encoder: DescriptorEncoder<'p>, dropped: Vec<&'static Spec> },
    Count { series: Vec<(Key, usize)> },
}

impl<'p> Pen<'p> {
    /// Writes every family that is not in `dropped`.
    pub(super) fn writing(encoder: DescriptorEncoder<'p>, dropped: Vec<&'static Spec>) -> Self {
        Self { mode: Mode::Write { encoder, dropped } }
    }

    /// Counts series and writes nothing.
    pub(super) fn counting() -> Self {
        Self { mode: Mode::Count { series: Vec::new() } }
    }

    /// Series by family.
    pub(super) fn counted(self) -> Vec<(Key, usize)> {
        match self.mode {
            Mode::Count { series } => series,
            Mode::Write { .. } => Vec::new(),
        }
    }

    /// Begins a family. Each may be begun once in an encoding.
    pub(super) fn family(&mut self, spec: &'static Spec) -> Family<'_, 'p> {
        let state = match &mut self.mode {
            Mode::Count { series } => {
                series.push((spec.key(), 0));
                series.last_mut().map_or(State::Dropped, |(_, count)| State::Counting(count))
            }
            Mode::Write { dropped, .. } if dropped.iter().any(|dropped| dropped.key() == spec.key()) => {
                State::Dropped
            }
            Mode::Write { encoder, .. } => State::Pending(encoder),
        };
        Family { spec, state }
    }
}

/// A family being written.
pub(super) struct Family<'f, 'p> {
    spec: &'static Spec,
    state: State<'f, 'p>,
}

enum State<'f, 'p> {
    /// No sample so far: TYPE and HELP are not written yet.
    Pending(&'f mut DescriptorEncoder<'p>),
    Open(MetricEncoder<'f>),
    Counting(&'f mut usize),
    Dropped,
}

impl<'f> Family<'f, '_> {
    /// Adds a whole number.
    pub(super) fn gauge(&mut self, labels: &impl EncodeLabelSet, value: u64) -> fmt::Result {
        self.sample(1, |encoder| encoder.encode_family(labels)?.encode_gauge(&value))
    }

    /// Adds a number; one that is not finite says nothing and is left out.
    pub(super) fn measure(&mut self, labels: &impl EncodeLabelSet, value: f64) -> fmt::Result {
        if !value.is_finite() {
            return Ok(());
        }
        self.sample(1, |encoder| encoder.encode_family(labels)?.encode_gauge(&value))
    }

    /// Adds a count.
    pub(super) fn count(&mut self, labels: &impl EncodeLabelSet, value: u64) -> fmt::Result {
        self.sample(1, |encoder| {
            encoder.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
        })
    }

    /// Adds the number of which the whole process has one.
    pub(super) fn only_gauge(&mut self, value: f64) -> fmt::Result {
        self.sample(1, |encoder| encoder.encode_gauge(&value))
    }

    /// Adds the count of which the whole process has one.
    pub(super) fn only_count(&mut self, value: u64) -> fmt::Result {
        self.sample(1, |encoder| encoder.encode_counter::<NoLabelSet, _, u64>(&value, None))
    }

    /// Adds a sum of seconds; one that is not finite says nothing and is left out.
    pub(super) fn sum(&mut self, labels: &impl EncodeLabelSet, value: f64) -> fmt::Result {
        if !value.is_finite() {
            return Ok(());
        }
        self.sample(1, |encoder| {
            encoder.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
        })
    }

    /// Adds a histogram: `(upper edge, observations in the bucket)`, not cumulated, the last edge infinite.
    pub(super) fn buckets(
        &mut self,
        labels: &impl EncodeLabelSet,
        sum: f64,
        buckets: &[(f64, u64)],
    ) -> fmt::Result {
        let count = buckets.iter().map(|(_, count)| count).sum();
        self.sample(buckets.len() + 2, |encoder| {
            encoder.encode_family(labels)?.encode_histogram::<NoLabelSet>(sum, count, buckets, None)
        })
    }

    fn sample(
        &mut self,
        series: usize,
        write: impl FnOnce(&mut MetricEncoder<'f>) -> fmt::Result,
    ) -> fmt::Result {
        if let State::Pending(_) = self.state
            && let State::Pending(encoder) = std::mem::replace(&mut self.state, State::Dropped)
        {
            let Spec { name, help, .. } = self.spec;
            self.state =
                State::Open(encoder.encode_descriptor(name, help, self.spec.unit(), self.spec.kind())?);
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
