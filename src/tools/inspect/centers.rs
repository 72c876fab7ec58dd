//! The contact centres of a server whose list has no member that is known as their id: the member
//! whose values open the documented address of a contact centre.

use serde_json::Value;

use super::report::{Grade, Proof};
use crate::{
    model::{ContactCenter, Resource},
    trio::{Client, Error, Examination, Root, Selection, proof},
};

/// Members that are tried at most.
const MEMBERS: usize = 6;
/// Contact centres that are read at most.
const CENTERS: usize = 20;

/// The contact centres, and how they were found.
pub(super) struct Found {
    pub(super) centers: Vec<ContactCenter>,
    /// The member that holds their ids.
    pub(super) proof: Option<Proof>,
    /// A sentence if none was found.
    pub(super) problem: Option<String>,
}

/// Tries the values of each member in the address `cc/<value>/services`. Sends one request for each
/// member, and a few more for the one that answers.
///
/// # Errors
/// The server cannot be used at all.
pub(super) async fn find(
    client: &Client,
    root: &Root,
    examined: &Examination,
) -> Result<Found, Error> {
    let mut opening: Vec<(&str, Vec<String>)> = Vec::new();
    for (member, values) in candidates(examined) {
        if let Some(first) = values.first()
            && opens(client, root, first).await?
        {
            opening.push((member, values));
        }
    }
    let Some((member, values)) = opening.first() else {
        let problem = "cc: the id of the contact centres is not known: no value of a member opens the \
                       address cc/<value>/services, so nothing below it can be read";
        return Ok(Found { centers: Vec::new(), proof: None, problem: Some(problem.to_owned()) });
    };
    // A server that answers to any value shows nothing about the member.
    let mut is_exact = !opens(client, root, &absent(values)).await?;
    for value in &values[1..] {
        is_exact = is_exact && opens(client, root, value).await?;
    }
    let (grade, reason) = match (is_exact, opening.len()) {
        (true, 1) => (
            Grade::Proved,
            "the address cc/<value>/services answers for each of its values, and not for another \
             value or another member"
                .to_owned(),
        ),
        (true, _) => {
            let others: Vec<String> =
                opening[1..].iter().map(|(other, _)| format!("`{other}`")).collect();
            let others = others.join(", ");
            (Grade::Likely, format!("its values open cc/<value>/services, as those of {others} do"))
        }
        (false, _) => {
            (Grade::Likely, "cc/<value>/services answers for other values as well".to_owned())
        }
    };
    let proof = Proof {
        contact_center: String::new(),
        resource: Resource::ContactCenters.as_str().to_owned(),
        field: "id".to_owned(),
        parameter: "cc/<id>".to_owned(),
        grade,
        member: Some((*member).to_owned()),
        reason,
    };
    let center = |id: &String| ContactCenter { id: id.as_str().into(), name: None };
    let centers = values.iter().take(CENTERS).map(center).collect();
    Ok(Found { centers, proof: Some(proof), problem: None })
}

/// Members that could be the id, with their values: one for each contact centre. Numbers come
/// first, then names that end in "id".
fn candidates(examined: &Examination) -> Vec<(&str, Vec<String>)> {
    let mut found: Vec<(bool, bool, &str, Vec<String>)> = Vec::new();
    for member in &examined.members {
        let values: Option<Vec<String>> = member.values.iter().map(proof::text).collect();
        let Some(values) = values.filter(|it| it.len() == examined.looked_at && !it.is_empty())
        else {
            continue;
        };
        let is_text = !member.values.iter().all(Value::is_number);
        let has_id = member.name.to_lowercase().ends_with("id");
        found.push((is_text, !has_id, &member.name, values));
    }
    found.sort_by_key(|(is_text, no_id, ..)| (*is_text, *no_id));
    found.into_iter().take(MEMBERS).map(|(_, _, member, values)| (member, values)).collect()
}

/// Returns a value like these that none of them is.
fn absent(values: &[String]) -> String {
    let largest = values.iter().filter_map(|value| value.parse::<u64>().ok()).max();
    largest.map_or_else(|| "q7919x".to_owned(), |number| number.saturating_add(7_919).to_string())
}

/// Returns true if services are listed below this id.
async fn opens(client: &Client, root: &Root, id: &str) -> Result<bool, Error> {
    let center = ContactCenter { id: id.into(), name: None };
    let route = client.route(root, &center).await?;
    let selection = Selection { page: 1, ..Selection::default() };
    match client.selected_rows(&route, Resource::Services, selection).await {
        Ok(page) => Ok(!page.rows.is_empty()),
        Err(error) if error.is_total() => Err(error),
        // A user without the right to read services still has contact centres: 403 says that the
        // address is one.
        Err(Error::Status { status, .. }) => Ok(status == 403),
        Err(_) => Ok(false),
    }
}
