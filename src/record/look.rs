//! A look at every resource before the first cycle, as `inspect` takes it: as it is, and once asking for
//! every name that the dictionary knows. The exporter itself does the second only now and then.

use crate::{
    model::{Resource, Selection},
    trio::{Client, Dictionary, Error},
};

/// Looks at whatever the dictionary knows, in the contact centres that are read. What is refused is
/// seen as refused.
///
/// # Errors
/// Nothing can be had from the server: no connection, no login, no contact centre.
pub async fn look(client: &Client, dictionary: &Dictionary, selection: &Selection) -> Result<(), Error> {
    let root = client.root().await?;
    client.examine_contact_centers(&root).await?;
    for center in client.contact_centers(&root).await?.items {
        if !selection.takes(&center) {
            continue;
        }
        let route = client.route(&root, &center).await?;
        for resource in dictionary.resources().filter(|resource| *resource != Resource::ContactCenters) {
            match client.examine(&route, resource).await {
                Err(error) if error.is_total() => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
