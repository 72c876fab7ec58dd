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
    fn new<T: PartialEq + Send + 'static>(
        data: T,
        items: usize,
        simulated: bool,
        reading: fn(&mut Center) -> &mut Reading<T>,
    ) -> Self {
        let store = move |center: &mut Center, taken: Stamp, took: Duration| {
            reading(center).store(taken, took, items, data);
        };
        Self { items, simulated, failure: None, store: Box::new(store) }
    }

    /// Creates the answer of a collector whose data is a list.
    fn list<T: PartialEq + Send + 'static>(
        Listing { items, simulated }: Listing<T>,
        reading: fn(&mut Center) -> &mut Reading<Vec<T>>,
    ) -> Self {
        let count = items.len();
        Self::new(items, count, simulated, reading)
    }

    /// Creates the answer of a collector whose data is one value; `count` returns the number of
    /// items in it.
    fn single<T: PartialEq + Default + Send + 'static>(
        Listing { mut items, simulated }: Listing<T>,
        count: fn(&T) -> usize,
        reading: fn(&mut Center) -> &mut Reading<T>,
    ) -> Self {
        let data = items.pop().unwrap_or_default();
        let count = count(&data);
        Self::new(data, count, simulated, reading)
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
        Collector::Services => Answer::list(client.services(route).await?, |c| &mut c.services),
        Collector::ServiceState => {
            Answer::list(client.service_state(route).await?, |c| &mut c.service_state)
        }
        Collector::ServiceGroups => Answer::single(
            client.service_groups(route).await?,
            |all| all.groups.len(),
            |c| &mut c.service_groups,
        ),
        Collector::Agents => Answer::list(client.agents(route).await?, |c| &mut c.agents),
        Collector::AgentState => {
            Answer::list(client.agent_state(route).await?, |c| &mut c.agent_state)
        }
        Collector::AgentGroups => {
            Answer::list(client.agent_groups(route).await?, |c| &mut c.agent_groups)
        }
        Collector::Calls => {
            Answer::single(client.calls(route).await?, |list| list.cases.len(), |c| &mut c.calls)
        }
        Collector::Cases => {
            Answer::single(client.cases(route).await?, |list| list.cases.len(), |c| &mut c.cases)
        }
        Collector::Skills => {
            let services = service_ids(center).unwrap_or_default();
            let skills = client.skills(route, &services).await?;
            Answer::single(skills, |all| all.skills, |c| &mut c.skills)
        }
        Collector::Inventory => {
            let Inventory { counts, failure, simulated } = client.collection_counts(route).await?;
            let items = counts.len();
            Answer { failure, ..Answer::new(counts, items, simulated, |c| &mut c.inventory) }
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
