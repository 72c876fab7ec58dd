//! Form of the client key, before anything is sent: a wrong one costs a refused login.

use super::{CheckTarget, Report};
use crate::trio::ClientKeyForm;

/// Reports a client key that does not have the form of the vendor's manual.
pub(super) fn check(target: &CheckTarget, report: &mut Report) {
    let subject = "client key";
    match ClientKeyForm::of_key(&target.settings.client_key) {
        ClientKeyForm::NameAndSecret => {}
        ClientKeyForm::OtherBase64 => report.note(
            subject,
            "Base64, but not of a name, a colon and a secret, as Trio's client keys are",
            "compare `client_key` with the key that Enghouse provided, if the login is refused",
        ),
        ClientKeyForm::NotBase64 => report.fail(
            subject,
            "not Base64",
            "set `client_key` to the text that Enghouse provided; it is Base64 already",
        ),
        ClientKeyForm::HasScheme => report.fail(
            subject,
            "begins with `Basic `",
            "remove that word from `client_key`; the exporter adds it",
        ),
    }
}
