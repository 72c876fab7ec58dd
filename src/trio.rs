//! The client of the Trio API, and the only room that speaks HTTP to Trio: sessions, failover,
//! links, paging, and the field dictionary that turns members of an answer into the domain model.
//!
//! It only reads: besides GET it sends nothing but the two logins. Cadence is the concern of
//! `poller`.

mod backoff;
mod body_decoding;
mod case_limits;
mod cases;
mod certificates;
mod charset;
mod client;
mod clock_skew;
mod collection;
mod decode;
mod denied_requests;
mod error;
mod examine;
mod exchange_log;
mod failover;
mod failure_streak;
mod field_coverage;
mod fields;
mod filtered_reading;
mod groups;
mod inventory;
mod links;
mod masked;
mod member_filter;
mod nodes;
mod paging;
mod probe;
mod row_filter;
mod rows;
mod secret;
mod server_names;
mod servers;
mod session;
mod settings;
mod single_case;
mod skills;
mod sorting;
mod transport;

pub use body_decoding::CaseListDecoder;
pub use certificates::ExtraRoots;
pub use client::{Client, Root, Route};
pub use collection::Listing;
pub use error::Error;
pub use examine::{Examination, Member, Missing};
pub use exchange_log::{Exchange, ExchangeObserver, Outcome};
pub use fields::{Dictionary, Judgement, is_no_time, meanings};
pub use inventory::Inventory;
pub use links::names_a_resource;
pub use masked::masked;
pub use probe::{ApiAnswer, FirstPage};
pub use secret::Secret;
pub use settings::{Limits, Settings, latin1};
