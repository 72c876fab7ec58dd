//! The Helm chart as real programs see it: `helm` and `kubeconform`, then the exporter, promtool
//! and Prometheus with what the chart gives them.
//!
//! `helm` and `kubeconform` come by `go install` (`.ci/run` says which). The schemas of the kinds
//! are in `helm/schemas`, where a script says how they are made; nothing is asked of the network.

mod boards;
mod chart;
mod conform;
mod documented;
mod mounted;
mod pods;
mod refused;
mod rules;
mod scraped;
mod started;
