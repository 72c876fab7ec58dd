//! Sends the requests of each collector and stores its answer, for the poller and for `check`.

use std::time::Duration;

use crate::{
    model::{Collector, Property, Stamp, Text},
    snapshot::{Center, Reading},
    trio::{Client, Error, Inventory, Listing, Route},
};

/// Puts data into its reading, with the start and the duration of the attempt.
type Store = Box<dyn FnOnce(&mut Center, Stamp, Duration) + Send>;

/// Data that a collector has read.
pub struct Answer {
    /// Number of items.
    pub items: usize,
    /// A simulator made the answers.
    pub simulated: bool,
    failure: Option<Error>,
    store: Store,
}

impl Answer {
    /// Creates the answer of a collector from its data; `count` returns the number of items in it.
    fn new<T: PartialEq + Send + 'static>(
        Listing { data, simulated }: Listing<T>,
        count: fn(&T) -> usize,
        reading: fn(&mut Center) -> &mut Reading<T>,
    ) -> Self {
        let items = count(&data);
        let store = move |center: &mut Center, taken: Stamp, took: Duration| {
            reading(center).store(taken, took, items, data);
        };
        Self { items, simulated, failure: None, store: Box::new(store) }
    }

    /// Stores the data in the reading of its collector. Returns the error because of which a part
    /// of it is missing; the rest is complete without that part.
    pub fn store(self, center: &mut Center, taken: Stamp, took: Duration) -> Option<Error> {
        (self.store)(center, taken, took);
        self.failure
    }
}

/// Reads a collector. `center` has the readings before, of which some collectors need ids.
///
/// # Errors
/// See [`Error`].
pub async fn read_collector(
    client: &Client,
    route: &Route,
    center: &Center,
    collector: Collector,
) -> Result<Answer, Error> {
    Ok(match collector {
        Collector::Services => {
            Answer::new(client.services(route).await?, Vec::len, |c| &mut c.services)
        }
        Collector::ServiceState => {
            Answer::new(client.service_state(route).await?, Vec::len, |c| &mut c.service_state)
        }
        Collector::ServiceGroups => Answer::new(
            client.service_groups(route).await?,
            |all| all.groups.len(),
            |c| &mut c.service_groups,
        ),
        Collector::Agents => Answer::new(client.agents(route).await?, Vec::len, |c| &mut c.agents),
        Collector::AgentState => {
            Answer::new(client.agent_state(route).await?, Vec::len, |c| &mut c.agent_state)
        }
        Collector::AgentGroups => {
            Answer::new(client.agent_groups(route).await?, Vec::len, |c| &mut c.agent_groups)
        }
        Collector::Calls => {
            Answer::new(client.calls(route).await?, |list| list.cases.len(), |c| &mut c.calls)
        }
        Collector::Cases => {
            Answer::new(client.cases(route).await?, |list| list.cases.len(), |c| &mut c.cases)
        }
        Collector::Skills => {
            let services = service_ids(center).unwrap_or_default();
            let skills = client.skills(route, &services).await?;
            Answer::new(skills, |all| all.skills, |c| &mut c.skills)
        }
        Collector::Inventory => {
            let Inventory { counts, failure, simulated } = client.collection_counts(route).await?;
            let counts = Listing { data: counts, simulated };
            Answer { failure, ..Answer::new(counts, Vec::len, |c| &mut c.inventory) }
        }
    })
}

/// Returns the ids of the known services, by configuration, else by their states; `None` before
/// either was read.
pub(super) fn service_ids(center: &Center) -> Option<Vec<Text>> {
    let configured = center.services.good.as_ref();
    let configured = configured.map(|good| good.data.iter().map(|s| s.id.clone()).collect());
    let present = || {
        let states = center.service_state.good.as_ref();
        states.map(|good| good.data.iter().map(|s| s.id.clone()).collect())
    };
    configured.or_else(present)
}

/// Returns true if the items of a collector are services, agents or their groups.
pub(super) fn lists_named_things(collector: Collector) -> bool {
    !collector.lists_cases() && !collector.has(Property::PerService)
}
