//! Tests of the limits of requests to a target.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn limits_and_authorities_of_a_target_are_read() {
    let authority =
        rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).expect("a certificate");
    fs::write(folder("limits").join("ca.pem"), authority.cert.pem()).expect("writable");
    let text = format!(
        "{VALID}    ca_file: ca.pem
    max_requests_per_minute: 120
    limits: {{connect: 2s, request: 20s, collector: 2m, body_mib: 8, follow_cases: 0}}
"
    );
    let config = load_text("limits", &text).expect("valid");
    let limits = config.targets[0].trio.limits;
    let secs = Duration::from_secs;
    assert_eq!((limits.connect, limits.request, limits.collector), (secs(2), secs(20), secs(120)));
    assert_eq!((limits.body, limits.requests_per_minute), (8 << 20, 120));
    assert_eq!(limits.follow_cases, 0);
    assert_eq!(limits.in_flight, trio::Limits::default().in_flight);
}

pub(super) fn mistakes() -> Vec<(String, String)> {
    let table = [
        (
            format!("{VALID}    ca_file: gone.pem\n"),
            "c.yml:7:14: targets[0].ca_file: cannot read gone.pem: No such file or directory (os error 2)",
        ),
        (
            format!("{VALID}    ca_file: key\n"),
            "c.yml:7:14: targets[0].ca_file: key holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----",
        ),
        (
            format!("{VALID}    max_requests_per_minute: 3\n"),
            "c.yml:7:30: targets[0].max_requests_per_minute: must be a whole number from 10 to 1000000",
        ),
        (
            format!("{VALID}    limits: {{connect: 5}}\n"),
            "c.yml:7:23: targets[0].limits.connect: must be a duration with its unit, such as 5s, 500ms, 2m or 1h",
        ),
        (
            format!("{VALID}    limits: {{request: 1ms}}\n"),
            "c.yml:7:23: targets[0].limits.request: must be at least 100ms",
        ),
        (
            format!("{VALID}    limits: {{body_mib: 0}}\n"),
            "c.yml:7:24: targets[0].limits.body_mib: must be a whole number from 1 to 4096",
        ),
        (
            format!("{VALID}    limits: {{follow_cases: many}}\n"),
            "c.yml:7:28: targets[0].limits.follow_cases: must be a whole number from 0 to 1000",
        ),
        (
            format!("{VALID}    limits: {{collector: 2s}}\n"),
            "c.yml:7:13: targets[0].limits.collector: must not be shorter than `request`, of which it needs several",
        ),
        (
            format!("{VALID}    limits: {{conect: 2s}}\n"),
            "c.yml:7:14: targets[0].limits.conect: unknown key; did you mean `connect`?",
        ),
    ];
    table.into_iter().map(|(text, message)| (text, message.to_owned())).collect()
}
