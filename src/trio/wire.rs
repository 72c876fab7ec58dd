//! One request and its answer: transport, certificates, charset, waits, and the links in an answer.

pub(super) mod backoff;
pub(super) mod certificates;
pub(super) mod charset;
pub(super) mod clock_skew;
pub(super) mod exchange_log;
pub(super) mod links;
pub(super) mod masked;
pub(super) mod transport;
