//! The look before the first cycle: reads every resource as `inspect` does, plainly and once asking
//! for every member name of the dictionary. The exporter itself does the latter only now and then,
//! so the cycles may not show it.

use crate::{
    model::{Resource, Selection},
    trio::{Client, Dictionary, Error},
};

/// Reads every resource that the dictionary knows, in the selected contact centres.
///
/// # Errors
/// The server gives no data at all: no connection, no login, no contact centre.
pub async fn look(
    client: &Client,
    dictionary: &Dictionary,
    selection: &Selection,
) -> Result<(), Error> {
    let root = client.root().await?;
    client.examine_contact_centers(&root).await?;
    for center in client.contact_centers(&root).await?.items {
        if !selection.takes(&center) {
            continue;
        }
        let route = client.route(&root, &center).await?;
        for resource in
            dictionary.resources().filter(|resource| *resource != Resource::ContactCenters)
        {
            match client.examine(&route, resource).await {
                // A refusal is recorded as one: that, too, can be what the bug report is about.
                Err(error) if error.is_total() => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
