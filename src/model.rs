//! Domain types of a contact centre: plain data that every room may use.
//!
//! Does not belong here: reading from the API (`trio`), what happened between two readings
//! (`tally`), and how values are printed (`metrics`).

mod agent;
mod api;
mod board_token;
mod case;
mod closed_set;
mod goals;
mod keyed_hash;
mod selection;
mod service;
mod shard;
mod time;
mod wait_mismatch;
mod wallboard;

pub use agent::{Agent, AgentGroup, AgentState, AgentStatus};
pub use api::{
    AuthFailure, Cadence, CollectionCount, Collector, FieldSource, FieldUse, Property,
    RequestFailure, Resource, RetryReason, ServerFacts, ServerRole, ServerUse, Token,
};
pub use board_token::{BadBoardToken, BoardToken};
pub use case::{Case, CaseClass, CaseList, CaseState, all_edges_of, edges_of};
pub use closed_set::ClosedSet;
pub(crate) use closed_set::closed_set;
pub use goals::{ClassGoals, GivenClass, GivenGoals, Goals, NamesInGoals, Rule, ServiceGoals};
pub use keyed_hash::{KeyedHash, hexadecimal};
pub use selection::{GroupSelection, Pattern, Selection, ServiceMatch, ServiceNames};
pub use service::{
    ContactCenter, Service, ServiceGroup, ServiceGroups, ServiceSkills, ServiceStatus,
};
pub use shard::{NoShard, Shard};
pub use time::{Clock, ClockSkew, Moment, Stamp, seconds_between, unix_seconds};
pub use wait_mismatch::{WaitFactor, WaitMismatch};
pub use wallboard::{Language, WallAgents, WallColumn, Wallboard};

/// A Trio id or name. Shared, because the same few thousand texts are in every reading.
pub type Text = std::sync::Arc<str>;

/// Maximum length of a name, in characters. Longer names are cut: each is repeated in every series
/// of its service.
pub const NAME_LIMIT: usize = 200;

/// Character in the place of one that may not be shown.
const REPLACEMENT: char = '\u{fffd}';

/// Returns whether a character is invisible and changes how a text around it is shown: it moves the
/// cursor of a terminal, changes colours, ends a line, or turns the direction of writing around.
// With the direction turned a name can be made to look like another one, on a dashboard as in a log.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Returns a name whose unprintable characters are replaced, for labels and messages.
pub fn printable(name: Text) -> Text {
    if !name.contains(is_unprintable) {
        return name;
    }
    let shown = |c| if is_unprintable(c) { REPLACEMENT } else { c };
    name.chars().map(shown).collect::<String>().into()
}
