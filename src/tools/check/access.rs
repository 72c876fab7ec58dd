//! The login, and the contact centres that the API user sees.

use super::{CheckTarget, Report};
use crate::{
    model::{AuthFailure, ContactCenter, Resource},
    trio::{Client, Error, Root},
};

/// Checks that need a contact centre.
const SKIPPED: &str = "rights, mapping, page cap, time zone, waits, limit of cases, load";

/// Logs in and returns the contact centres that are read; `None` if there is none.
// One attempt for the whole command: a server may lock the account after a few wrong passwords.
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
            let selected = select_centers(target, items, report);
            if selected.is_empty() {
                report_skipped("no contact centre is read", report);
                return None;
            }
            return Some((root, selected));
        }
        Err(error) => error,
    };
    if let Some(remedy) = login_remedy(&error) {
        report.fail("login", error.redacted(), remedy);
        report_skipped("no login succeeded", report);
        return None;
    }
    match error {
        // Without an answer of the Api resource no login was tried.
        Error::Request { resource: Resource::Api, .. } => {
            report.fail("login", error.redacted(), "repair the connection first");
        }
        _ => {
            report.ok("login", format!("accepted by {}", client.active_server()));
            report.fail(
                "contact centres",
                error.redacted(),
                "allow the API user to read `cc`, in Trio Administrator",
            );
        }
    }
    report_skipped("the contact centres cannot be listed", report);
    None
}

/// Reports the checks that are left out.
fn report_skipped(reason: &str, report: &mut Report) {
    report.unknown(SKIPPED, format!("left out: {reason}"), "repair what FAILs above first");
}

/// Returns the remedy for a login that failed; `None` if the login is not the problem.
fn login_remedy(error: &Error) -> Option<&'static str> {
    let Error::Auth { reason, .. } = error else {
        // A passive server redirects logins, and a busy one asks to wait: the credentials may be
        // right.
        let is_about_login = matches!(
            error,
            Error::LoginWaits { .. }
                | Error::Redirected { resource: Resource::Login | Resource::RefreshLogin, .. }
                | Error::Busy { resource: Resource::Login | Resource::RefreshLogin, .. }
        );
        return is_about_login
            .then_some("wait, or configure the address of the active server; then check again");
    };
    Some(match reason {
        AuthFailure::ClientKey => {
            "correct `client_key`; only one login was tried, so that the account is not locked"
        }
        AuthFailure::Credentials => {
            "correct `username` and `password`; only one login was tried, so that the account is not locked"
        }
        AuthFailure::Forbidden => "allow the API user to use the API, in Trio Administrator",
        AuthFailure::Network => "check the network, and Trio's web service",
        AuthFailure::Refresh | AuthFailure::Server | AuthFailure::Decode => {
            "check Trio's web service, and that the address in `servers` ends with /te/api"
        }
    })
}

/// Returns those of the contact centres in `seen` that the configuration selects.
fn select_centers(
    target: &CheckTarget,
    seen: Vec<ContactCenter>,
    report: &mut Report,
) -> Vec<ContactCenter> {
    let ids: Vec<String> = seen.iter().map(|center| center.id.to_string()).collect();
    for (list, entry) in target.contact_centers.unmatched(&seen) {
        let seen = format!("none has the id or name `{entry}` in contact_centers.{list}");
        report.check("contact centres", seen, format!("name one of the ids {}", ids.join(", ")));
    }
    let count = seen.len();
    let selected: Vec<_> =
        seen.into_iter().filter(|center| target.contact_centers.takes(center)).collect();
    if count == 0 {
        report.fail(
            "contact centres",
            "the API user sees none",
            "give it rights in Trio Administrator",
        );
    } else if selected.is_empty() {
        let seen = format!("{count} seen, but `contact_centers` leaves all of them out");
        report.fail("contact centres", seen, format!("allow one of the ids {}", ids.join(", ")));
    } else {
        report.ok("contact centres", format!("{count} seen, {} read", selected.len()));
    }
    selected
}
