//! Which resource a collector reads.

use crate::model::{Collector, Resource};

/// The resource that stands for `collector` in messages and counts.
pub(super) fn resource(collector: Collector) -> Resource {
    match collector {
        Collector::Services => Resource::Services,
        Collector::ServiceState => Resource::ServiceState,
        Collector::ServiceGroups => Resource::ServiceGroups,
        Collector::Agents => Resource::Agents,
        Collector::AgentState => Resource::AgentState,
        Collector::AgentGroups => Resource::AgentGroups,
        Collector::Calls => Resource::Calls,
        Collector::Cases => Resource::Cases,
        Collector::Skills => Resource::Skills,
        Collector::Inventory => Resource::Api,
    }
}
