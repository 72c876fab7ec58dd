//! The client of the Trio API, and the only room that speaks HTTP to Trio: sessions, failover,
//! links, paging, and the field dictionary that turns members of an answer into the domain model.
//!
//! It only reads: besides GET it sends nothing but the two logins. Cadence is the concern of
//! `poller`.

mod client;
mod client_key;
mod dictionary;
mod error;
mod learned;
mod read;
mod resources;
mod secret;
mod servers;
mod session;
mod settings;
mod wire;

pub use client::Client;
pub use client_key::ClientKeyForm;
pub use dictionary::{
    AlreadyFed, BUILTIN_FIELDS, Dictionary, ExportedMember, FieldEntry, FieldShape, fields_of,
    help::{
        description::{
            DocumentedMember, DocumentedType, EnumValue, Help, ResourceHelp, SampleForm,
        },
        mapping::{FieldHelp, ValueHelp},
    },
    judge::{Judgement, is_no_time},
    meanings, proof,
};
pub use error::{Error, StatusHint};
pub use read::{
    collection::Listing,
    examine::{Examination, FirstPage, Member, Missing},
    help::{HelpError, HelpLimits},
    hidden::HiddenItems,
    route::{Root, Route},
    selection::{RowPage, Selection},
};
pub use resources::{contact_centers::ApiAnswer, inventory::Inventory};
pub use secret::{Secret, SecretError};
pub use settings::{Limits, Settings, latin1};
pub use wire::{
    answer::masked,
    certificates::{ExtraRoots, RootsError},
    exchange_log::{Exchange, ExchangeObserver, Outcome},
    links::names_a_resource,
    responder::{NoAnswer, Responder},
    tls_problem::TlsProblem,
};
