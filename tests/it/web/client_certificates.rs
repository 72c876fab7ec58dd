//! Certificates of clients: required, optional, and by the names in them.

use pretty_assertions::assert_eq;
use rustls::version::{TLS12, TLS13};

use super::{
    authority::Authority,
    connection::{Caller, caller},
    served::{Files, Served, settings},
};

/// True for callers that get in: without a certificate, with those of the authority for `scraper`
/// and `other`, and one of a stranger; by either version.
async fn welcome(more: &str) -> [bool; 4] {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let more = format!("  client_ca_file: ca\n{more}");
    let files = Files::secure(&authority, &authority.certify("localhost"), &more);
    let served = Served::start(settings(&files)).await;
    let shown = [
        authority.certify("scraper.example"),
        authority.certify("other.example"),
        stranger.certify("scraper.example"),
    ];
    let mut by_version = Vec::new();
    for only in [&TLS12, &TLS13].map(Some) {
        let mut welcome = Vec::new();
        for shows in std::iter::once(None).chain(shown.iter().map(Some)) {
            let caller = Caller { shows, only, ..caller(&authority) };
            welcome.push(
                caller
                    .status(served.address(), "/-/healthy")
                    .await
                    .is_ok_and(|status| status == 200),
            );
        }
        by_version.push(welcome);
    }
    assert_eq!(by_version[0], by_version[1], "{more}");
    by_version.swap_remove(0).try_into().expect("four")
}

#[tokio::test]
async fn a_required_certificate_must_be_shown_and_be_of_the_authority() {
    let more = "  client_auth_type: RequireAndVerifyClientCert\n";
    assert_eq!(welcome(more).await, [false, true, true, false]);
}

#[tokio::test]
async fn an_optional_one_is_verified_if_it_is_shown() {
    let more = "  client_auth_type: VerifyClientCertIfGiven\n";
    assert_eq!(welcome(more).await, [true, true, true, false]);
}

#[tokio::test]
async fn with_allowed_names_one_of_them_must_stand_in_the_certificate() {
    let names = "  client_allowed_sans: [scraper.example]\n";
    let more = format!("  client_auth_type: RequireAndVerifyClientCert\n{names}");
    assert_eq!(welcome(&more).await, [false, true, false, false]);
    let more = format!("  client_auth_type: VerifyClientCertIfGiven\n{names}");
    assert_eq!(welcome(&more).await, [true, true, false, false]);
}
