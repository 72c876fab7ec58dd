//! Domain types of a contact centre: plain data that every room may use.
//!
//! Does not belong here: reading from the API (`trio`), what happened between two readings
//! (`tally`), and how values are printed (`metrics`).

mod agent;
mod api;
mod case;
mod fields;
mod goals;
mod group_selection;
mod inventory;
mod selection;
mod service;
mod shard;
mod time;
mod wait_edges;
mod wait_mismatch;

pub use agent::{Agent, AgentGroup, AgentState, AgentStatus};
pub use api::{
    AuthFailure, Collector, RequestFailure, Resource, RetryReason, ServerRole, ServerUse, Token,
};
pub use case::{Case, CaseList, CaseState};
pub use fields::{FieldSource, FieldUse};
pub use goals::{
    ClassGoals, GivenClass, GivenGoals, Goals, Pattern, Rule, ServiceGoals, ServiceMatch,
    ServiceNames,
};
pub use group_selection::GroupSelection;
pub use inventory::{CollectionCount, ServiceSkills};
pub use selection::Selection;
pub use service::{CaseClass, ContactCenter, Service, ServiceGroup, ServiceGroups, ServiceStatus};
pub use shard::{NoShard, Shard};
pub use time::{Clock, Stamp, unix_seconds};
pub use wait_edges::{all_edges_of, edges_of};
pub use wait_mismatch::{WaitFactor, WaitMismatch};

/// A Trio id or name. Shared, because the same few thousand texts are in every reading.
pub type Text = std::sync::Arc<str>;

/// Maximum length of a name, in characters. Longer names are cut: each is repeated in every series
/// of its service.
pub const NAME_LIMIT: usize = 200;
