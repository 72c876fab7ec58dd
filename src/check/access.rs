//! The login, tried once, and the contact centres that it opens.

use super::{CheckTarget, Report};
use crate::{
    model::{AuthFailure, ContactCenter, Resource},
    trio::{Client, Error, Root},
};

const LATER: &str = "rights, mapping, page cap, time zone, waits, limit of cases, load";

/// Logs in, and lists the contact centres that are read; `None` when nothing can be had.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    report: &mut Report,
) -> Option<(Root, Vec<ContactCenter>)> {
    let found = match client.root().await {
        Ok(root) => client.contact_centers(&root).await.map(|listing| (root, listing.items)),
        Err(error) => Err(error),
    };
    let error = match found {
        Ok((root, items)) => {
            report.ok("login", format!("accepted by {}", client.active_server()));
            let taken = centers(target, items, report);
            if taken.is_empty() {
                left_out("no contact centre is read", report);
                return None;
            }
            return Some((root, taken));
        }
        Err(error) => error,
    };
    if let Some(remedy) = login_remedy(&error) {
        report.fail("login", error.redacted(), remedy);
        left_out("no login succeeded", report);
        return None;
    }
    match error {
        Error::Request { resource: Resource::Api, .. } => {
            report.fail("login", error.redacted(), "repair the connection first");
        }
        _ => {
            report.ok("login", format!("accepted by {}", client.active_server()));
            report.fail(
                "contact centres",
                error.redacted(),
                "let the API user read `cc` in Trio Administrator",
            );
        }
    }
    left_out("the contact centres cannot be listed", report);
    None
}

fn left_out(why: &str, report: &mut Report) {
    report.unknown(LATER, format!("left out: {why}"), "repair what FAILs above first");
}

/// What to do about a login that failed; `None` for any other error.
fn login_remedy(error: &Error) -> Option<&'static str> {
    let Error::Auth { reason, .. } = error else {
        let of_login = matches!(
            error,
            Error::LoginWaits { .. }
                | Error::Redirected { resource: Resource::Login | Resource::RefreshLogin, .. }
                | Error::Busy { resource: Resource::Login | Resource::RefreshLogin, .. }
        );
        return of_login.then_some("wait, or configure the address of the active server; then check again");
    };
    Some(match reason {
        AuthFailure::ClientKey => {
            "correct `client_key`; it was tried once, so that no account gets locked, and not again"
        }
        AuthFailure::Credentials => {
            "correct `username` and `password`; they were tried once, so that no account gets locked"
        }
        AuthFailure::Forbidden => "let the API user use the API in Trio Administrator",
        AuthFailure::Network => "look at the network, and at Trio's web service",
        AuthFailure::Refresh | AuthFailure::Server | AuthFailure::Decode => {
            "look at Trio's web service, and that the address in `servers` ends with /te/api"
        }
    })
}

/// Of the contact centres that are seen those that are read.
fn centers(target: &CheckTarget, seen: Vec<ContactCenter>, report: &mut Report) -> Vec<ContactCenter> {
    let ids: Vec<String> = seen.iter().map(|center| center.id.to_string()).collect();
    for (list, entry) in target.contact_centers.unmatched(&seen) {
        let seen = format!("none is called `{entry}`, which contact_centers.{list} names");
        report.check("contact centres", seen, format!("name one of the ids {}", ids.join(", ")));
    }
    let count = seen.len();
    let taken: Vec<_> = seen.into_iter().filter(|center| target.contact_centers.takes(center)).collect();
    if count == 0 {
        report.fail("contact centres", "the API user sees none", "give it rights in Trio Administrator");
    } else if taken.is_empty() {
        let seen = format!("{count} seen, but `contact_centers` leaves all of them out");
        report.fail("contact centres", seen, format!("allow one of the ids {}", ids.join(", ")));
    } else {
        report.ok("contact centres", format!("{count} seen, {} read", taken.len()));
    }
    taken
}
