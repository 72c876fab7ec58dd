//! The only room that speaks to Trio: it asks, follows pages and links, keeps the session, and turns
//! answers into the model by way of a field dictionary.
//!
//! It only reads: besides GET it sends nothing but the two logins. When to ask is `poller`'s business.

mod bodies;
mod case_limits;
mod cases;
mod certificates;
mod charset;
mod client;
mod clock_skew;
mod collection;
mod decode;
mod denied;
mod error;
mod examine;
mod failing;
mod failover;
mod fields;
mod groups;
mod inventory;
mod links;
mod masked;
mod members;
mod names;
mod nodes;
mod observed;
mod paging;
mod patience;
mod probe;
mod reading;
mod row_filter;
mod rows;
mod secret;
mod servers;
mod session;
mod settings;
mod single_case;
mod skills;
mod sorting;
mod transport;
mod witness;

pub use bodies::CaseBodies;
pub use certificates::ExtraRoots;
pub use client::{Client, Root, Route};
pub use collection::Listing;
pub use error::Error;
pub use examine::{Examination, Member, Missing};
pub use fields::{Dictionary, Judgement, is_no_time};
pub use inventory::Inventory;
pub use links::names_a_resource;
pub use masked::masked;
pub use probe::{ApiAnswer, FirstPage};
pub use secret::Secret;
pub use settings::{Limits, Settings, latin1};
pub use witness::{Exchange, Outcome, Witness};
