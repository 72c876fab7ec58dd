//! Requests to Trio, logins, tokens, certificates and clocks; the servers of a target, and the one
//! in use.

use std::fmt;

use super::{
    encode_input::EncodeInput,
    family::{FamilyWriter, Label, Spec},
};
use crate::{
    model::{AuthFailure, Resource, RetryReason, ServerUse, Token},
    stats::{DURATION_EDGES, RequestCode, ResourceStats},
};

const REQUESTS: Spec = Spec::counter(
    "api_requests",
    "Finished requests by resource and by status code or kind of failure; they add up to all requests of the target. Codes other than 200 deserve a look. Source: the exporter.",
);
const REQUEST_DURATION: Spec = Spec::histogram(
    "api_request_duration",
    "Duration of requests by resource; the resources add up to all requests of the target. If requests are slow, poll intervals grow. Source: the exporter.",
)
.seconds();
const RESPONSE_BYTES: Spec = Spec::counter(
    "api_response",
    "Bytes of answer bodies after decompression, by resource; the resources add up to all answers of the target: shows the load that reading puts on Trio. Source: the exporter.",
)
.bytes();
const LOGINS: Spec = Spec::counter(
    "auth_logins",
    "Login attempts: more than a few a day mean that tokens are not renewed. Source: login.",
);
const REFRESHES: Spec =
    Spec::counter("auth_refreshes", "Attempts to renew the access token. Source: refreshlogin.");
const AUTH_FAILURES: Spec = Spec::counter(
    "auth_failures",
    "Failed logins and renewals by reason; the reasons add up to all failures. After credentials or client_key, correct the configuration. Source: login, refreshlogin.",
);
const TOKEN_EXPIRY: Spec = Spec::gauge(
    "token_expiry_timestamp",
    "Time when a token expires, in seconds since 1970; absent without such a token. If the time of the access token is past, renewal fails. Source: login.",
)
.seconds();

const REQUEST_BUDGET: Spec = Spec::gauge(
    "api_request_budget",
    "Requests a minute that the exporter allows itself in the long run: if the requests come near it, poll intervals grow. Source: the configuration.",
);
const CERTIFICATE_EXPIRY: Spec = Spec::gauge(
    "api_certificate_expiry_timestamp",
    "Time when the certificate in the last connection to a server expires, in seconds since 1970; absent without https: renew it in time, or nothing can be read. Source: the TLS handshake.",
)
.seconds();
const CLOCK_SKEW: Spec = Spec::gauge(
    "clock_skew",
    "Seconds by which the server's clock is ahead of the exporter's (negative: behind) in its last answer, to the second. Ages of waiting cases and the time in a state are corrected for it, and waits of answered cases do not depend on it; trio_agent_state_since_timestamp_seconds is not corrected. Source: header Date.",
)
.seconds();
const RETRIES: Spec = Spec::counter(
    "api_retries",
    "Requests sent again, by reason: after a wait that Trio had asked for (rate_limited: 429, unavailable: 503), or at once on a new connection because the old one broke before an answer (connection_lost); the reasons add up to all such requests. rate_limited means that the exporter sends more requests than Trio allows; many of connection_lost, that a device on the way drops connections. Source: header Retry-After, the connection.",
);

const DRIFT: Spec = Spec::counter(
    "api_list_drift",
    "Signs that a list changed while its pages were read, by resource, for lists whose items come and go all the time: items that an earlier page already had, and totals that changed. The list is used all the same; if this grows fast, single items may be missing from a reading. Source: services/calls, services/cases.",
);

/// Writes all families about the API.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    write_requests(writer, input)?;
    let mut family = writer.family(&REQUEST_BUDGET);
    for target in &input.targets {
        if let Some(budget) = target.stats.request_budget.get() {
            family.add_gauge_f64(&target.labels, budget)?;
        }
    }
    let mut family = writer.family(&CERTIFICATE_EXPIRY);
    for target in &input.targets {
        for (server, expiry) in target.stats.certificate_expiries() {
            family.add_gauge_f64(&(target.labels, [("server", &*server)]), expiry)?;
        }
    }
    let mut family = writer.family(&CLOCK_SKEW);
    for target in &input.targets {
        if let Some(skew) = target.stats.clock_skew.get() {
            family.add_gauge_f64(&target.labels, skew)?;
        }
    }
    let mut family = writer.family(&RETRIES);
    for target in &input.targets {
        for reason in RetryReason::ALL {
            family.add_counter(
                &(target.labels, [("reason", reason.as_str())]),
                target.stats.retries(reason),
            )?;
        }
    }
    let mut family = writer.family(&LOGINS);
    for target in &input.targets {
        family.add_counter(&target.labels, target.stats.logins.get())?;
    }
    let mut family = writer.family(&REFRESHES);
    for target in &input.targets {
        family.add_counter(&target.labels, target.stats.refreshes.get())?;
    }
    let mut family = writer.family(&AUTH_FAILURES);
    for target in &input.targets {
        for reason in AuthFailure::ALL {
            let labels = (target.labels, [("reason", reason.as_str())]);
            family.add_counter(&labels, target.stats.auth_failures(reason))?;
        }
    }
    let mut family = writer.family(&TOKEN_EXPIRY);
    for target in &input.targets {
        for token in Token::ALL {
            if let Some(expiry) = target.stats.token_expiry(token) {
                family.add_gauge_f64(&(target.labels, [("token", token.as_str())]), expiry)?;
            }
        }
    }
    Ok(())
}

/// Writes the families about requests.
fn write_requests(writer: &mut FamilyWriter<'_>, input: &EncodeInput<'_>) -> fmt::Result {
    // Only resources that were requested: zeros for all others would be many series that say
    // nothing.
    let requested = |wanted: fn(Resource) -> bool| {
        input.targets.iter().flat_map(move |target| {
            let [target_label] = target.labels;
            let labels = move |resource: Resource| [target_label, ("resource", resource.as_str())];
            let resources = Resource::ALL.into_iter().filter(move |resource| wanted(*resource));
            let stats = resources.map(|resource| (resource, target.stats.resource(resource)));
            let requested =
                stats.filter(|(_, stats)| stats.durations().0.iter().any(|requests| *requests > 0));
            requested.map(move |(resource, stats)| (labels(resource), stats))
        })
    };
    let mut family = writer.family(&REQUESTS);
    for (labels, stats) in requested(|_| true) {
        for (code, requests) in stats.requests() {
            let status;
            let code = match code {
                RequestCode::Failure(failure) => failure.as_str(),
                RequestCode::Status(number) => {
                    status = number.to_string();
                    &status
                }
            };
            family.add_counter(&(labels, [("code", code)]), requests)?;
        }
    }
    let mut family = writer.family(&REQUEST_DURATION);
    for (labels, stats) in requested(|_| true) {
        let (buckets, sum) = buckets(stats);
        family.add_histogram(&labels, sum, &buckets)?;
    }
    let mut family = writer.family(&RESPONSE_BYTES);
    for (labels, stats) in requested(|_| true) {
        family.add_counter(&labels, stats.response_bytes.get())?;
    }
    let mut family = writer.family(&DRIFT);
    // Other lists that change while they are paged are incomplete readings, and counted as such.
    for (labels, stats) in requested(Resource::comes_and_goes) {
        family.add_counter(&labels, stats.drift.get())?;
    }
    Ok(())
}

/// Returns the buckets of the request durations, by upper edge, and the sum of the durations in
/// seconds.
fn buckets(stats: &ResourceStats) -> ([(f64, u64); DURATION_EDGES.len() + 1], f64) {
    let (counts, sum) = stats.durations();
    let edge = |bucket: usize| DURATION_EDGES.get(bucket).copied().unwrap_or(f64::INFINITY);
    (std::array::from_fn(|bucket| (edge(bucket), counts[bucket])), sum)
}

const ACTIVE: Spec = Spec::gauge(
    "server_active",
    "1 for the server that is in use, 0 for the target's others; 1 on a secondary means that Trio is in failover mode or that the primary does not answer. Source: the exporter.",
);
const UP: Spec = Spec::gauge(
    "server_up",
    "1 if the server answers for itself, 0 if it does not or was left because all its requests failed; absent until it was first asked. A secondary at 0 cannot take over. Source: te/api?redirect=false.",
);
const API_INFO: Spec = Spec::gauge(
    "api_info",
    "1 for each server that answers, with the version of Trio's programs that it states. Source: te/api (binaryVersion).",
);
const FAILOVER_MODE: Spec = Spec::gauge(
    "failover_mode",
    "1 if the server in use works in place of the primary one, 0 if not. In failover mode Trio counts some of its own figures from the switch-over only. Source: te/api (failoverMode).",
);
const FAILOVERS: Spec = Spec::counter(
    "failovers",
    "Changes to another server, returns to the primary included. Source: the exporter.",
);

/// Writes the families of servers.
pub(in crate::metrics) fn write_servers(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let servers: Vec<_> =
        input.targets.iter().map(|target| (target.labels, target.stats.servers())).collect();
    let servers =
        || servers.iter().flat_map(|(target, uses)| uses.iter().map(|server| (*target, server)));
    let mut family = writer.family(&ACTIVE);
    for (target, server) in servers() {
        family.add_gauge(&(target, labels(server)), u64::from(server.active))?;
    }
    let mut family = writer.family(&UP);
    for (target, server) in servers() {
        // A server that was never asked has no sample: 0 would report one as down that may be well.
        if let Some(up) = server.up {
            family.add_gauge(&(target, labels(server)), u64::from(up))?;
        }
    }
    let mut family = writer.family(&API_INFO);
    for (target, server) in servers() {
        if let Some(version) = &server.facts.version {
            let labels = [("server", &*server.server), ("version", &**version)];
            family.add_gauge(&(target, labels), 1)?;
        }
    }
    let mut family = writer.family(&FAILOVER_MODE);
    for (target, server) in servers().filter(|(_, server)| server.active) {
        if let Some(mode) = server.facts.failover_mode {
            family.add_gauge(&target, u64::from(mode))?;
        }
    }
    let mut family = writer.family(&FAILOVERS);
    for target in &input.targets {
        family.add_counter(&target.labels, target.stats.failovers.get())?;
    }
    Ok(())
}

fn labels(server: &ServerUse) -> [Label<'_>; 2] {
    [("server", &server.server), ("role", server.role.as_str())]
}
