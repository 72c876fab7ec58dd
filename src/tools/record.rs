//! `record`: writes a server's answers over some cycles into a folder that may be given to others.
//!
//! The recorder keeps all exchanges in memory. They are written at the end, and pseudonymised: each
//! value that is not known to be harmless is replaced. `docs/dev/simulator.md` describes the
//! format; `sim::replay` reads it by that description and shares no code with this room.

mod address;
mod body;
mod folder;
mod header;
mod hosts;
mod kept_fields;
mod member_names;
mod pseudonyms;
mod recorder;
mod replacements;
mod write;

#[cfg(test)]
mod tests;

use crate::{
    model::{Resource, Selection},
    trio::{Client, Dictionary, Error},
};
pub use folder::{Folder, FolderError};
pub use kept_fields::{KeptFields, UnknownField};
pub use recorder::Recorder;
pub use write::{Summary, write};

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
    for center in client.contact_centers(&root).await?.data {
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
