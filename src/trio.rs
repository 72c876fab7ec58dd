//! The client of the Trio API, and the only room that speaks HTTP to Trio: sessions, failover,
//! links, paging, and the field dictionary that turns members of an answer into the domain model.
//!
//! It only reads: besides GET it sends nothing but the two logins. Cadence is the concern of
//! `poller`.

mod client;
mod dictionary;
mod error;
mod read;
mod resources;
mod servers;
mod session;
mod settings;
mod wire;

pub use client::{Client, Root, Route};
pub use dictionary::{Dictionary, Judgement, is_no_time, meanings};
pub use error::Error;
pub use read::{
    collection::Listing,
    examine::{Examination, Member, Missing},
};
pub use resources::{body_decoding::CaseListDecoder, inventory::Inventory};
pub use servers::probe::{ApiAnswer, FirstPage};
pub use session::secret::Secret;
pub use settings::{Limits, Settings, latin1};
pub use wire::{
    certificates::ExtraRoots,
    exchange_log::{Exchange, ExchangeObserver, Outcome},
    links::names_a_resource,
    masked::masked,
};
