//! `check` on simulated, hand-written, secure and absent servers.

mod mapping;
#[cfg(unix)]
mod terminal;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use pretty_assertions::assert_eq;
use serde_json::json;
use trio_exporter::{
    config::Target,
    model::{Clock, Collector},
    poller,
    sim::Options,
    stats::Stats,
    tools::check::{self, CheckTarget, Level, Line, Report, Show},
    trio::{Client, ExtraRoots},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::{
    process::{command, ended, folder, run},
    support::{
        HandWritten, NOBODY, Simulated, configure, secure, secure_until, still_clock, target,
    },
};

async fn examined_at(target: Target, clock: Clock) -> Report {
    let settings = poller::Settings::default();
    examined_with(target, clock, Collector::ALL.map(|collector| settings.interval(collector))).await
}

/// The same with these intervals; a collector without one is switched off.
async fn examined_with(
    target: Target,
    clock: Clock,
    intervals: [Option<Duration>; Collector::COUNT],
) -> Report {
    let stats = Arc::new(Stats::default());
    let client = Client::new(target.trio.clone(), target.dictionary, stats.clone(), clock.clone());
    let target = CheckTarget {
        show: Show::default(),
        name: target.name,
        settings: target.trio,
        contact_centers: target.contact_centers,
        intervals,
        configuration: poller::Settings::default().configuration,
        limits: target.poll,
        wallboards: Vec::new(),
    };
    check::check(&target, &client.expect("a client"), &stats, &clock).await
}

async fn examined(target: Target) -> Report {
    examined_at(target, Clock::system()).await
}

/// Returns the only finding whose subject begins with this text, after the name of the target.
fn finding<'r>(report: &'r Report, subject: &str) -> &'r Line {
    let subject = format!("test, {subject}");
    let begins = |finding: &&Line| format!("{}:", finding.subject).starts_with(&subject);
    let mut found = report.lines.iter().filter(begins);
    match (found.next(), found.next()) {
        (Some(finding), None) => finding,
        _ => panic!("not one {subject}:\n{report}"),
    }
}

/// Asserts level and words of a finding.
fn assert_finding(report: &Report, subject: &str, level: Level, words: &str) {
    let finding = finding(report, subject);
    assert_eq!(finding.level, level, "{finding}");
    assert!(finding.to_string().contains(words), "{words}: {finding}");
}

fn failures(report: &Report) -> Vec<&str> {
    let failed = report.lines.iter().filter(|finding| finding.level == Level::Fail);
    failed.map(|finding| finding.subject.trim_start_matches("test, ")).collect()
}

#[tokio::test]
async fn healthy_server_passes_every_check() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let report = examined(trio.target(true)).await;
    assert_eq!(failures(&report), Vec::<&str>::new(), "{report}");
    assert_eq!(report.count(Level::Check), 0, "{report}");
    for (subject, words) in [
        ("DNS", "an address, nothing to look up"),
        ("TCP", "connected in "),
        ("TLS", "no TLS"),
        ("Api", "names primary 127.0.0.1:"),
        ("clock", "within 5 s of ours"),
        ("login", "accepted by 127.0.0.1:"),
        ("contact centres", "1 seen, 1 read"),
        ("right cc 1 services/state", "readable, 8 items"),
        ("right cc 1 agents/state", "readable, 40 items"),
        ("right cc 1 services/calls", "readable, "),
        ("right cc 1 services/cases", "readable, "),
        ("right cc 1 roles", "readable, "),
        ("right directory/titles", "readable, "),
        ("page cap", "none seen: asked for 1000, given all 40"),
        ("time zone", "every time seen states its zone"),
        (
            "load",
            "requests a minute, up to 240 more while lists of cases are truncated, 600 allowed",
        ),
    ] {
        assert_finding(&report, subject, Level::Ok, words);
    }
    for (subject, words) in [("limit of cases cc 1", "service "), ("waits", "in this reading")] {
        let finding = finding(&report, subject);
        assert!(
            matches!(finding.level, Level::Ok | Level::Unknown),
            "as the queues are now: {finding}"
        );
        assert!(finding.seen.contains(words), "{finding}");
    }
    assert!(
        report.lines.iter().all(|finding| finding.level != Level::Ok || finding.remedy.is_empty())
    );
}

#[tokio::test]
async fn load_is_estimated_and_excess_is_a_finding() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let mut target = trio.target(true);
    target.poll.requests_per_minute = 10;
    let report = examined(target).await;
    // Another line of the load names what is not measured then.
    let mut lines = report.lines.iter();
    let finding = lines.find(|line| line.seen.starts_with("about ")).expect("the load");
    assert_eq!((&*finding.subject, finding.level), ("test, load", Level::Check), "{finding}");
    // Four fast readings of one page each, twelve times a minute, and a little of the rest.
    let number =
        finding.seen.split(' ').nth(1).and_then(|word| word.parse::<u32>().ok()).expect("a number");
    assert!((48..=58).contains(&number), "{finding}");
    assert!(finding.remedy.contains("max_requests_per_minute"), "{finding}");
}

/// The words about figures that are not measured, in both pages and in `check`.
const NOT_MEASURED: &str = "above 15 s the service level, waits and handling times of calls and cases, and the times of \
                            agents in each state, are no longer measured reliably";

#[tokio::test]
async fn flow_beyond_15_s_names_what_is_not_measured() {
    // By the load that the limit allows: 40 pages of agents at 60 a minute.
    let options = Options { agents: 400, page_cap: 10, ..Options::default() };
    let trio = Simulated::start(options, Clock::system()).await;
    let mut tight = trio.target(true);
    tight.poll.requests_per_minute = 60;
    let report = examined(tight).await;
    let words = |report: &Report| {
        let found = report.lines.iter().filter(|line| line.seen.contains(NOT_MEASURED));
        found.map(|line| (line.level, line.remedy.clone())).collect::<Vec<_>>()
    };
    let found = words(&report);
    assert_eq!((found.len(), found[0].0), (1, Level::Check), "{report}");
    assert!(found[0].1.contains("max_requests_per_minute"), "{report}");
    assert_eq!(words(&examined(trio.target(true)).await), [], "600 a minute are enough");
    // By the configuration.
    for (seconds, count) in [(15, 0), (16, 1)] {
        let settings = poller::Settings {
            flow: Some(Duration::from_secs(seconds)),
            ..poller::Settings::default()
        };
        let intervals = Collector::ALL.map(|collector| settings.interval(collector));
        let small = Simulated::small().await;
        let report = examined_with(small.target(true), Clock::system(), intervals).await;
        assert_eq!(words(&report).len(), count, "{seconds} s: {report}");
    }
}

#[tokio::test]
async fn key_of_another_licence_is_a_finding_and_no_failure() {
    let trio = HandWritten::start().await;
    trio.answer("", r#"{"data":[{"links":[]}]}"#).await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    for node in ["directory", "security"] {
        trio.respond(node, ResponseTemplate::new(401)).await;
    }
    let report = examined(target(&trio.url())).await;
    let lines: Vec<&Line> =
        report.lines.iter().filter(|line| line.to_string().contains("API_CD")).collect();
    assert!(!lines.is_empty(), "{report}");
    for line in lines {
        assert_ne!(line.level, Level::Fail, "{line}");
        let words = line.to_string();
        assert!(words.contains("API_CC") && words.contains("licence"), "{line}");
    }
    let about_login = finding(&report, "login");
    assert_eq!(about_login.level, Level::Ok, "{about_login}");
    let requests = trio.server.received_requests().await.expect("recorded");
    let logins = requests.iter().filter(|request| request.url.path().ends_with("/login")).count();
    assert_eq!(logins, 1, "a refused licence is no reason to log in again");
}

/// The recommendation to read cases and agents more often, if there is one.
fn flow(report: &Report) -> Option<&Line> {
    report.lines.iter().find(|line| line.subject == "test, flow")
}

#[tokio::test]
async fn shorter_flow_is_recommended_where_it_fits() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let report = examined(trio.target(true)).await;
    let found = flow(&report).unwrap_or_else(|| panic!("no recommendation:\n{report}"));
    assert_eq!((found.level, report.count(Level::Check)), (Level::Note, 0));
    assert!(found.remedy.contains("`poll: {flow: 2s}`"), "{found}");
    let words: Vec<&str> = found.seen.split(' ').collect();
    let of = |before: &str| -> u32 {
        let place = words.iter().position(|word| *word == before).expect(before);
        words[place + 1].parse().expect("a number")
    };
    let (then, now) = (of("about"), of("of"));
    // Three lists of one page, 30 in place of 12 times a minute.
    assert_eq!(then - now, 3 * 18, "{found}");
    let mut tight = trio.target(true);
    tight.poll.requests_per_minute = then - 1;
    let report = examined(tight).await;
    assert_eq!(flow(&report), None, "the budget does not allow it");
    assert_eq!(finding(&report, "load").level, Level::Ok);
}

#[tokio::test]
async fn shorter_flow_is_not_recommended_for_slow_servers_or_twice() {
    let latency = Duration::from_millis(150);
    let slow = Simulated::start(Options { latency, ..Options::default() }, Clock::system()).await;
    assert_eq!(flow(&examined(slow.target(true)).await), None, "a cycle takes 0.6 s");
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let flow_is_set =
        poller::Settings { flow: Some(Duration::from_secs(2)), ..poller::Settings::default() };
    let intervals = Collector::ALL.map(|collector| flow_is_set.interval(collector));
    let report = examined_with(trio.target(true), Clock::system(), intervals).await;
    assert_eq!(flow(&report), None, "it is set");
}

#[tokio::test]
async fn closed_port_fails_once_and_rest_is_left_out() {
    let report = examined(target(&format!("http://{NOBODY}/te/api"))).await;
    assert_eq!(failures(&report), [format!("TCP {NOBODY}")], "{report}");
    assert_finding(&report, "TCP", Level::Fail, "firewall");
    assert_finding(&report, "TLS, Api, clock", Level::Unknown, "left out");
    assert_finding(&report, "login, rights", Level::Unknown, "left out: no server answers");
    assert_finding(&report, "client key", Level::Note, "not of a name, a colon and a secret");
    assert_eq!(report.lines.len(), 5, "{report}");
}

#[tokio::test]
async fn client_key_of_wrong_form_is_reported_before_login() {
    for (key, level, words) in [
        ("TkFNRTpTRUNSRVQ=", None, ""),
        ("TkFNRQ==", Some(Level::Note), "compare `client_key` with the key"),
        ("NAME:SECRET", Some(Level::Fail), "not Base64"),
        ("Basic TkFNRTpTRUNSRVQ=", Some(Level::Fail), "remove that word"),
    ] {
        let mut target = target(&format!("http://{NOBODY}/te/api"));
        target.trio.client_key = key.to_owned().into();
        let report = examined(target).await;
        match level {
            Some(level) => assert_finding(&report, "client key", level, words),
            None => assert!(!report.to_string().contains("client key"), "{report}"),
        }
        assert!(!report.to_string().contains(key), "{report}");
    }
}

#[tokio::test]
async fn directory_closed_to_contact_centre_key_is_a_note() {
    let forbidden = vec!["directory".to_owned()];
    let trio = Simulated::start(Options { forbidden, ..Options::default() }, Clock::system()).await;
    let report = examined(trio.target(true)).await;
    assert_eq!(failures(&report), Vec::<&str>::new(), "{report}");
    assert_eq!(report.count(Level::Check), 0, "{report}");
    assert_finding(&report, "rights", Level::Note, "a licence and a key of its own (API_CD)");
}

#[tokio::test]
async fn unknown_host_fails_before_any_request() {
    let mut target = target("http://trio.invalid/te/api");
    target.trio.limits.connect = Duration::from_secs(2);
    let report = examined(target).await;
    assert_eq!(failures(&report), ["DNS trio.invalid:80"], "{report}");
}

#[tokio::test]
async fn lost_server_does_not_hide_findings_of_the_other() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let mut target = trio.target(true);
    target.trio.servers.insert(0, format!("http://{NOBODY}/te/api").parse().expect("a URL"));
    let report = examined(target).await;
    assert_eq!(failures(&report), [format!("TCP {NOBODY}")], "{report}");
    assert_finding(&report, "login", Level::Ok, &trio.addr.to_string());
    assert_finding(&report, "right cc 1 agents/state", Level::Ok, "readable");
}

/// A server whose login answers with this; the number of logins it saw.
async fn refusing(status: u16) -> (Report, usize) {
    let server = MockServer::start().await;
    let echo = json!({"error": "lösenord Y2xpZW50LWtleQ== exporter"});
    let answer = ResponseTemplate::new(status).set_body_json(echo);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let api = ResponseTemplate::new(200).set_body_json(json!({"data": {}}));
    Mock::given(method("GET")).and(path("/te/api")).respond_with(api).mount(&server).await;
    let report = examined(target(&format!("{}/te/api", server.uri()))).await;
    let requests = server.received_requests().await.expect("recorded");
    (report, requests.iter().filter(|request| request.method.as_str() == "POST").count())
}

#[tokio::test]
async fn refused_login_is_tried_once_and_has_a_remedy() {
    for (status, remedy) in [
        (401, "correct `client_key`"),
        (400, "correct `username` and `password`"),
        (403, "correct `username` and `password`"),
        (200, "correct `username` and `password`"),
        (500, "Trio's web service"),
    ] {
        let (report, logins) = refusing(status).await;
        assert_eq!(logins, 1, "{status}");
        assert_eq!(failures(&report), ["login"], "{status}: {report}");
        assert_finding(&report, "login", Level::Fail, remedy);
        assert_finding(&report, "rights", Level::Unknown, "left out: no login succeeded");
        for secret in ["lösenord", "Y2xpZW50LWtleQ==", "exporter"] {
            assert!(!report.to_string().contains(secret), "{report}");
        }
    }
}

#[tokio::test]
async fn missing_right_is_named_and_check_continues() {
    let forbidden = ["services/calls", "services/cases", "roles", "directory/titles"]
        .map(str::to_owned)
        .to_vec();
    let trio = Simulated::start(Options { forbidden, ..Options::default() }, Clock::system()).await;
    let report = examined(trio.target(true)).await;
    assert_eq!(failures(&report), Vec::<&str>::new(), "{report}");
    assert_finding(
        &report,
        "right cc 1 services/calls",
        Level::Check,
        "right to read `services/calls`",
    );
    assert_finding(&report, "right cc 1 services/calls", Level::Check, "without it no trio_calls");
    assert_finding(
        &report,
        "right cc 1 services/cases",
        Level::Check,
        "right to read `services/cases`",
    );
    assert_finding(
        &report,
        "limit of cases cc 1",
        Level::Unknown,
        "cannot be determined: services/cases cannot be read",
    );
    // No metric but their number depends on them.
    let closed = "not accessible to the API user: directory/titles, roles; grant the right";
    assert_finding(&report, "rights", Level::Note, closed);
    assert_eq!(report.count(Level::Check), 2, "{report}");
    assert_finding(&report, "right cc 1 skillprofiles", Level::Ok, "readable");
}

#[tokio::test]
async fn skills_are_read_by_states_without_services() {
    let forbidden = vec!["services".to_owned()];
    let trio = Simulated::start(Options { forbidden, ..Options::default() }, Clock::system()).await;
    let report = examined(trio.target(true)).await;
    assert_finding(&report, "right cc 1 services:", Level::Check, "answered 403");
    assert_finding(&report, "right cc 1 skills:", Level::Ok, "readable, ");
}

#[tokio::test]
async fn small_pages_are_seen() {
    let trio =
        Simulated::start(Options { page_cap: 10, ..Options::default() }, Clock::system()).await;
    assert_finding(
        &examined(trio.target(true)).await,
        "page cap",
        Level::Check,
        "given 10 of 40 items",
    );
    let trio =
        Simulated::start(Options { page_cap: 15, ..Options::default() }, Clock::system()).await;
    assert_finding(
        &examined(trio.target(true)).await,
        "page cap",
        Level::Ok,
        "given 15 of 40 items",
    );
}

/// A Trio with one agent whose state has lasted since `since`.
async fn one_agent(since: &str) -> HandWritten {
    let trio = HandWritten::start().await;
    trio.answer("", r#"{"data":{}}"#).await;
    trio.answer("cc", r#"{"data":[{"id":1,"name":"Kundtjänst"}]}"#).await;
    let agents = json!({"data": [{"agentId": 1, "name": "Åsa Öberg", "state": "Busy", "stateSince": since}]});
    trio.answer("cc/1/agents/state", agents.to_string()).await;
    trio
}

#[tokio::test]
async fn times_without_zone_are_a_finding_until_configured() {
    let trio = one_agent("1901-01-01 00:59:07").await;
    assert_finding(&examined(target(&trio.url())).await, "time zone", Level::Unknown, "no time");
    // Local time of an hour ago: an agent's state of more than a week ago would be rejected.
    let stockholm = jiff::tz::TimeZone::get("Europe/Stockholm").expect("bundled");
    let hour_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let trio =
        one_agent(&stockholm.to_datetime(hour_ago).strftime("%Y-%m-%dT%H:%M:%S").to_string()).await;
    let mut target = target(&trio.url());
    assert_finding(&examined(target.clone()).await, "time zone", Level::Check, "set `time_zone`");
    target.trio.time_zone = Some(stockholm);
    assert_finding(&examined(target).await, "time zone", Level::Ok, "are read as Europe/Stockholm");
}

#[tokio::test]
async fn rows_without_a_key_are_a_finding() {
    let trio = one_agent("").await;
    assert_finding(
        &examined(target(&trio.url())).await,
        "rows",
        Level::Ok,
        "every row has its required id and service",
    );
    let calls = json!({"data": [
        {"jobNo": 1, "serviceId": 11, "state": "queued"}, {"serviceId": 11, "state": "queued"},
        {"jobNo": null, "serviceId": 11}, {"jobNo": 4, "state": "queued"},
    ]});
    trio.answer("cc/1/services/calls", calls.to_string()).await;
    let report = examined(target(&trio.url())).await;
    assert_finding(
        &report,
        "rows services/calls id",
        Level::Check,
        "2 rows have no id, so they are left out of the counts",
    );
    assert_finding(
        &report,
        "rows services/calls service_id",
        Level::Check,
        "1 row has no service_id",
    );
}

#[tokio::test]
async fn no_line_shows_a_person_or_secret() {
    let trio = one_agent("2026-01-15T08:00:00").await;
    // Neither an answer that breaks off nor one without ids may be quoted.
    trio.answer("cc/1/agents", r#"{"data":[{"name":"Åsa Öberg","phone":"+4670123456"#).await;
    trio.answer("cc/1/agentgroups", r#"{"data":[{"name":"Bosse","x":"token-1 lösenord"}]}"#).await;
    trio.answer("cc/1/services/state", "lösenord Y2xpZW50LWtleQ== refresh-1").await;
    let report = examined(target(&trio.url())).await;
    let text = report.to_string();
    for private in [
        "Åsa",
        "Öberg",
        "4670123456",
        "Bosse",
        "token-1",
        "refresh-1",
        "lösenord",
        "Y2xpZW50",
        "exporter",
    ] {
        let shown = text.replace("trio-exporter", "").replace("the exporter's", "");
        assert!(!shown.contains(private), "{private}: {text}");
    }
    assert_finding(&report, "right cc 1 agents/state", Level::Ok, "readable, 1 item");
    assert_finding(&report, "right cc 1 skills:", Level::Unknown, "left out: no service is known");
    assert_finding(&report, "right cc 1 agents:", Level::Fail, "not what the API describes");
    assert_eq!(text.lines().count(), report.lines.len(), "one line for each finding");
}

#[tokio::test]
async fn wrong_api_resource_is_a_finding() {
    for (response, level, words) in [
        (ResponseTemplate::new(200).set_body_string("<html>"), Level::Check, "not with JSON"),
        (ResponseTemplate::new(404), Level::Check, "/te/api"),
        (ResponseTemplate::new(500), Level::Fail, "answered 500"),
    ] {
        let trio = HandWritten::start().await;
        trio.respond("", response).await;
        assert_finding(&examined(target(&trio.url())).await, "Api", level, words);
    }
}

#[tokio::test]
async fn leaving_out_all_contact_centres_fails() {
    let trio = one_agent("").await;
    let mut target = target(&trio.url());
    target.contact_centers.allow = vec!["Växeln".into()];
    let report = examined(target).await;
    assert_eq!(failures(&report), ["contact centres"], "{report}");
    assert!(report.to_string().contains("none has the id or name `Växeln`"), "{report}");
}

#[tokio::test]
async fn certificate_needs_ca_file_and_warns_before_its_end() {
    let (authority, url) = secure(Some("Thu, 15 Jan 2026 08:01:30 GMT")).await;
    let untrusted = examined(target(&url)).await;
    assert_eq!(failures(&untrusted).len(), 1, "{untrusted}");
    assert_finding(&untrusted, "TLS localhost", Level::Fail, "`ca_file`");
    assert_finding(
        &untrusted,
        "Api, clock",
        Level::Unknown,
        "left out: there is no secure connection",
    );
    let mut trusted = target(&url);
    trusted.trio.extra_roots = ExtraRoots::from_pem(authority.as_bytes()).expect("valid");
    let report = examined_at(trusted.clone(), still_clock()).await;
    assert_finding(&report, "TLS localhost", Level::Ok, "expires in 1844 days");
    // The still clock says 08:00:00.
    assert_finding(
        &report,
        "clock localhost",
        Level::Check,
        "ahead of the exporter's; synchronise",
    );
    assert_finding(&report, "DNS localhost", Level::Ok, "127.0.0.1");
    // Ten days before the end.
    let late = Clock::still(SystemTime::UNIX_EPOCH + Duration::from_secs(1_927_843_200 - 864_000));
    let report = examined_at(trusted, late).await;
    assert_finding(&report, "TLS localhost", Level::Check, "expires in 10 days; renew");
    assert_finding(&report, "clock localhost", Level::Check, "behind the exporter's");
}

#[tokio::test]
async fn expired_certificate_and_wrong_name_differ() {
    let trusting = async |(authority, url): (String, String)| {
        let mut target = target(&url);
        target.trio.extra_roots = ExtraRoots::from_pem(authority.as_bytes()).expect("valid");
        examined(target).await
    };
    let expired = trusting(secure_until((2020, 2, 3), None).await).await;
    assert_finding(&expired, "TLS localhost", Level::Fail, "renew the server's certificate");
    let (authority, url) = secure(None).await;
    let other = trusting((authority, url.replace("localhost", "127.0.0.1"))).await;
    assert_finding(&other, "TLS 127.0.0.1", Level::Fail, "use the name in the certificate");
    assert_eq!(other.count(Level::Fail), 1, "{other}");
}

#[tokio::test]
async fn the_command_exits_with_0_1_or_2() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let check = async |password: &str, arguments: &[&str]| {
        let command = trio.command(&["check"]).args(arguments).env("TRIO_PASSWORD", password);
        ended(&run(command).await)
    };
    let right = Options::default().password;
    let (code, out, err) = check(&right, &[]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.starts_with(
            "OK     config: the TRIO_* variables: 1 target, no mistakes\nCHECK  config: TRIO_URL: "
        ),
        "{out}"
    );
    assert!(out.contains("unencrypted; use https"), "{out}");
    assert!(
        out.lines().all(|line| ["OK   ", "NOTE ", "?    ", "CHECK", "FAIL "].contains(&&line[..5])),
        "{out}"
    );
    assert!(!out.contains(&right), "{out}");
    let (code, all, _) = check(&right, &["--verbose"]).await;
    assert_eq!(code, Some(0), "{all}");
    let lines = |text: &str, begin: &str| text.lines().filter(|it| it.starts_with(begin)).count();
    let rights = lines(&all, "OK     trio, right ");
    assert!(rights > 20, "{all}");
    assert_eq!(lines(&out, &format!("OK     trio, right: {rights} OK")), 1, "{out}");
    assert!(lines(&out, "OK") <= 15, "{out}");
    let (code, out, err) = check("wrong-password", &["--target", "trio"]).await;
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("FAIL   trio, login: "), "{out}");
    assert!(!format!("{out}{err}").contains("wrong-password"), "{out}{err}");
    let (code, _, err) = check(&right, &["--target", "elsewhere"]).await;
    assert_eq!(
        (code, err.as_str()),
        (Some(2), "--target: name one of the configured targets: trio\n")
    );
}

#[tokio::test]
async fn machine_without_authorities_reads_plain_http_and_ca_files() {
    let folder = folder();
    let none = |command: snapbox::cmd::Command| {
        command
            .env("SSL_CERT_FILE", folder.path().join("missing.pem"))
            .env("SSL_CERT_DIR", folder.path().join("missing"))
    };
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let (code, out, err) = ended(&run(none(trio.command(&["check"]))).await);
    assert_eq!(code, Some(0), "{out}{err}");

    let (authority, url) = secure(None).await;
    std::fs::write(folder.path().join("ca.pem"), authority).expect("written");
    let check = async |more: &str| {
        let text = format!(
            "targets:\n  - {{name: one, servers: \"{url}\", client_key: bnlja2Vs, username: u, password: p{more}}}\n"
        );
        let file = configure(folder.path(), &text);
        ended(&run(none(command(["check", "--verbose", "--config.file", &file]))).await)
    };
    let (code, out, err) = check("").await;
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("this machine has no certificate authorities"), "{out}");
    assert!(out.contains("install the package ca-certificates"), "{out}");
    let (_, out, err) = check(", ca_file: ca.pem").await;
    assert!(out.contains("TLS localhost") && out.contains("trusted;"), "{out}{err}");
}
