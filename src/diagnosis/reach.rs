//! Reasons why nothing of a target can be read: no step yet, no login, no answer, no contact
//! centre.

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::{list_names, name_and_id},
};
use crate::{
    model::AuthFailure,
    snapshot::{Outcome, Problem, ProblemKind, Snapshot},
};

pub(super) fn not_read_yet() -> Finding {
    Finding::new(
        FindingKind::NotReadYet,
        Severity::Warning,
        Subject::FirstStep,
        "has not finished",
        "wait half a minute, then look at the log",
    )
}

/// Returns the reason why the last step could read nothing at all.
pub(super) fn trouble(snapshot: &Snapshot) -> Option<Finding> {
    let trouble = snapshot.notes.trouble.as_ref()?;
    if let Some(remedy) = login_remedy(trouble) {
        let (kind, said) = (FindingKind::LoginFailed, trouble.said.to_string());
        return Some(Finding::new(kind, Severity::Broken, Subject::Login, said, remedy));
    }
    let is_refused = matches!(trouble.kind, ProblemKind::Forbidden | ProblemKind::Absent(_));
    if is_refused && snapshot.contact_centers.problem.as_ref() == Some(trouble) {
        return Some(Finding::new(
            FindingKind::CannotBeRead,
            Severity::Broken,
            Subject::ContactCenters,
            trouble.said.to_string(),
            "allow the API user to read `cc`, in Trio Administrator",
        ));
    }
    let subject = Subject::Server(snapshot.server.clone());
    Some(cannot_be_read(subject, &format!("cannot be read: {}", trouble.said)))
}

/// Returns a finding if no current state could be read.
pub(super) fn no_state(snapshot: &Snapshot) -> Option<Finding> {
    let subject = Subject::Server(snapshot.server.clone());
    let is_down = !snapshot.up;
    is_down.then(|| cannot_be_read(subject, "cannot be read: no current state could be read"))
}

fn cannot_be_read(subject: Subject, sentence: &str) -> Finding {
    let remedy = "repair the first FAIL that `trio-exporter check` prints";
    Finding::new(FindingKind::CannotBeRead, Severity::Broken, subject, sentence, remedy)
}

/// Returns the remedy for a login that failed; `None` if the login is not the problem.
fn login_remedy(trouble: &Problem) -> Option<&'static str> {
    let reason = match trouble.kind {
        // A passive server redirects logins, and a busy one asks to wait: the credentials may be
        // right.
        ProblemKind::LoginWaits => {
            return Some(
                "wait, or configure the address of the active server, then run `trio-exporter check`",
            );
        }
        ProblemKind::LoginFailed(reason) => reason,
        _ => return None,
    };
    Some(match reason {
        AuthFailure::ClientKey => {
            "correct `client_key`: a refused login is not repeated at once, so that the account is not locked"
        }
        AuthFailure::Credentials => {
            "correct `username` and `password`: a refused login is not repeated at once, so that the account is not locked"
        }
        AuthFailure::Forbidden => "allow the API user to use the API, in Trio Administrator",
        AuthFailure::Network => "check the network, and Trio's web service",
        AuthFailure::Refresh | AuthFailure::Server | AuthFailure::Decode => {
            "check Trio's web service, and that the address in `servers` ends with /te/api"
        }
    })
}

/// Returns findings about contact centres that are not read.
pub(super) fn contact_centers(snapshot: &Snapshot) -> Option<Finding> {
    let left_out = &snapshot.notes.passed_over;
    let attempt = snapshot.contact_centers.attempt;
    let is_listed = attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete);
    let ids = || list_names(left_out.iter().map(|center| &*center.id));
    let broken = |sentence: String, remedy: String| {
        let (kind, subject) = (FindingKind::NoContactCenter, Subject::ContactCenters);
        Finding::new(kind, Severity::Broken, subject, sentence, remedy)
    };
    match (snapshot.centers.is_empty() && is_listed, left_out.len()) {
        (true, 0) => Some(broken(
            "the API user sees none".to_owned(),
            "give it rights in Trio Administrator".to_owned(),
        )),
        (true, seen) => Some(broken(
            format!("{seen} seen, but `contact_centers` leaves all of them out"),
            format!("allow one of the ids {}", ids()),
        )),
        (false, 0) => None,
        (false, _) => {
            let names: Vec<String> = left_out
                .iter()
                .map(|center| name_and_id(&center.id, center.name.as_deref()))
                .collect();
            Some(Finding::new(
                FindingKind::ContactCentersLeftOut,
                Severity::Note,
                Subject::ContactCenters,
                format!("not read: {}", list_names(names.iter().map(String::as_str))),
                "allow them in `contact_centers` if they should be read",
            ))
        }
    }
}
