//! The contact centre in our own words: plain data that every room may name.
//!
//! Nothing here knows where a fact came from (that is `trio`), what happened between two readings
//! (that is `tally`) or how a fact is printed (that is `metrics`).

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
pub use api::{AuthFailure, Collector, RequestFailure, Resource, RetryReason, ServerRole, ServerUse, Token};
pub use case::{Case, CaseList, CaseState};
pub use fields::{FieldSource, FieldUse};
pub use goals::{
    ClassGoals, GivenClass, GivenGoals, Goals, Pattern, Rule, ServiceGoals, ServiceMatch, ServiceNames,
};
pub use group_selection::GroupSelection;
pub use inventory::{Holding, ServiceSkills};
pub use selection::Selection;
pub use service::{CaseClass, ContactCenter, Service, ServiceGroup, ServiceGroups, ServiceStatus};
pub use shard::{NoShard, Shard};
pub use time::{Clock, Stamp, unix_seconds};
pub use wait_edges::{all_edges_of, edges_of};
pub use wait_mismatch::{WaitFactor, WaitMismatch};

/// A Trio id or name as text. Shared, because the same few thousand stand in every reading.
pub type Text = std::sync::Arc<str>;

/// Longest name kept, in characters: what is longer is cut, so that one name cannot bloat every series.
pub const NAME_LIMIT: usize = 200;
