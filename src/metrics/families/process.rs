//! The exporter's process as the operating system reports it, under the names that all Prometheus
//! clients use.

use std::{fmt, time::SystemTime};

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

use crate::model::unix_seconds;

/// The prefix of these families.
pub(in crate::metrics) const PREFIX: &str = "process";

/// The process now; a value is `None` if the system does not report it or has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Process {
    /// Processor time used, in seconds.
    pub cpu_seconds: Option<f64>,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
    /// Limit on open file descriptors.
    pub max_fds: Option<u64>,
    /// Virtual memory, in bytes.
    pub virtual_memory_bytes: Option<u64>,
    /// Limit on virtual memory, in bytes.
    pub virtual_memory_max_bytes: Option<u64>,
    /// Resident memory, in bytes.
    pub resident_memory_bytes: Option<u64>,
    /// Number of threads.
    pub threads: Option<u64>,
    /// Start of the process, in seconds since 1970.
    pub start_time_seconds: Option<f64>,
}

impl Process {
    /// Reads the process from the operating system. `started` is its start.
    pub fn read(started: SystemTime) -> Self {
        // The start is an argument: reading it needs files of /proc that the hardened service hides
        // (`ProcSubset=pid`).
        let read = metrics_process::collector::collect();
        // The crate reports 0 for "unlimited".
        let limited = |limit: Option<u64>| limit.filter(|limit| *limit > 0);
        Self {
            cpu_seconds: read.cpu_seconds_total,
            open_fds: read.open_fds,
            max_fds: limited(read.max_fds),
            virtual_memory_bytes: read.virtual_memory_bytes,
            virtual_memory_max_bytes: limited(read.virtual_memory_max_bytes),
            resident_memory_bytes: read.resident_memory_bytes,
            threads: read.threads,
            start_time_seconds: Some(unix_seconds(started)),
        }
    }

    /// Writes the families of the process.
    pub(in crate::metrics) fn write(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        if let Some(seconds) = self.cpu_seconds {
            let help = "Processor time that the exporter has used. Source: the operating system.";
            write(encoder, "cpu", help, Some(&Unit::Seconds), &ConstCounter::new(seconds))?;
        }
        if let Some(seconds) = self.start_time_seconds {
            let help = "Start of the exporter, in seconds since 1970: a jump is a restart. Source: the exporter.";
            write(encoder, "start_time", help, Some(&Unit::Seconds), &ConstGauge::new(seconds))?;
        }
        for (name, help, unit, value) in self.whole_numbers() {
            if let Some(value) = value {
                write(encoder, name, help, unit.as_ref(), &ConstGauge::new(value))?;
            }
        }
        Ok(())
    }

    /// Returns name, HELP, unit and value of the gauges that are whole numbers.
    #[rustfmt::skip]
    fn whole_numbers(&self) -> [(&'static str, &'static str, Option<Unit>, Option<u64>); 6] {
        [
            ("open_fds", "File descriptors in use: if it is near process_max_fds, connections fail. Source: the operating system.", None, self.open_fds),
            ("max_fds", "Limit on file descriptors; absent if there is none. Source: the operating system.", None, self.max_fds),
            ("virtual_memory", "Virtual memory of the exporter. Source: the operating system.", Some(Unit::Bytes), self.virtual_memory_bytes),
            ("virtual_memory_max", "Limit on virtual memory; absent if there is none. Source: the operating system.", Some(Unit::Bytes), self.virtual_memory_max_bytes),
            ("resident_memory", "Memory that the exporter holds: steady growth is a leak, report it. Source: the operating system.", Some(Unit::Bytes), self.resident_memory_bytes),
            ("threads", "Threads of the exporter. Source: the operating system.", None, self.threads),
        ]
    }
}

/// Writes a family with one sample.
fn write(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    metric: &impl EncodeMetric,
) -> fmt::Result {
    metric.encode(encoder.encode_descriptor(name, help, unit, metric.metric_type())?)
}
