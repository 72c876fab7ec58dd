//! Reading of collections: pages, envelopes, rows, and the query parameters of a reading.

pub(super) mod collection;
pub(super) mod counting;
pub(super) mod decode;
pub(super) mod examine;
pub(super) mod filtered_reading;
pub(super) mod help;
pub(super) mod hidden;
pub(super) mod paging;
pub(super) mod route;
pub(super) mod selection;
