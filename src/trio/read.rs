//! Reading of collections: pages, envelopes and rows, and what a server was seen to do with
//! parameters.

pub(super) mod collection;
pub(super) mod decode;
pub(super) mod denied_requests;
pub(super) mod examine;
pub(super) mod field_coverage;
pub(super) mod filtered_reading;
pub(super) mod member_filter;
pub(super) mod paging;
pub(super) mod row_filter;
pub(super) mod sorting;
