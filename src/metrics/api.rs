//! The conversation with Trio: requests, logins, tokens.

use std::fmt;

use super::{
    family::{Pen, Spec},
    scene::Scene,
};
use crate::{
    model::{AuthFailure, Resource, RetryReason, Token},
    stats::{DURATION_EDGES, RequestCode, ResourceStats},
};

const REQUESTS: Spec = Spec::counter(
    "api_requests",
    "Finished requests by resource and status, or by what went wrong; they add up to all requests of the target: anything but 200 deserves a look. Source: the exporter.",
);
const REQUEST_DURATION: Spec = Spec::histogram(
    "api_request_duration",
    "How long requests took, by resource; the resources add up to all requests of the target. A slow resource limits how often it can be read. Source: the exporter.",
)
.seconds();
const RESPONSE_BYTES: Spec = Spec::counter(
    "api_response",
    "Bytes of answer bodies, decompressed, by resource; the resources add up to all that the target gave: what reading costs Trio. Source: the exporter.",
)
.bytes();
const LOGINS: Spec = Spec::counter(
    "auth_logins",
    "Logins tried: more than a few a day mean that tokens are not renewed. Source: login.",
);
const REFRESHES: Spec =
    Spec::counter("auth_refreshes", "Renewals of the access token tried. Source: refreshlogin.");
const AUTH_FAILURES: Spec = Spec::counter(
    "auth_failures",
    "Logins and renewals that failed, by reason; the reasons add up to all failures: credentials and client_key need a person. Source: login, refreshlogin.",
);
const TOKEN_EXPIRY: Spec = Spec::gauge(
    "token_expiry_timestamp",
    "When a token expires, in seconds since 1970; absent without such a token. An access token in the past means that renewal fails. Source: login.",
)
.seconds();

const REQUEST_BUDGET: Spec = Spec::gauge(
    "api_request_budget",
    "Requests a minute that the exporter allows itself on the long run: when the requests come near it, poll intervals grow. Source: the configuration.",
);
const CERTIFICATE_EXPIRY: Spec = Spec::gauge(
    "api_certificate_expiry_timestamp",
    "When the certificate that a server showed last expires, in seconds since 1970; absent without https: renew it before, or nothing can be read. Source: the TLS handshake.",
)
.seconds();
const CLOCK_SKEW: Spec = Spec::gauge(
    "clock_skew",
    "How far the server's clock is ahead of the exporter's (negative: behind) by its last answer, to the second: above a few seconds, waits and times since are wrong by as much. Source: header Date.",
)
.seconds();
const RETRIES: Spec = Spec::counter(
    "api_retries",
    "Requests sent again after the wait that Trio had asked for, by reason (rate_limited: 429, unavailable: 503); the reasons add up to all such requests: rate_limited means that the exporter asks more than Trio allows. Source: header Retry-After.",
);

const DRIFT: Spec = Spec::counter(
    "api_list_drift",
    "Signs that a list changed while its pages were read, by resource, for lists whose items come and go all the time: items that an earlier page held, and totals that changed. A list is shown all the same; when it grows fast, single items may be missed for one reading. Source: services/calls.",
);

/// Writes all families of the conversation.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    write_requests(pen, scene)?;
    let mut family = pen.family(&REQUEST_BUDGET);
    for target in &scene.targets {
        if let Some(budget) = target.stats.request_budget.get() {
            family.measure(&target.labels, budget)?;
        }
    }
    let mut family = pen.family(&CERTIFICATE_EXPIRY);
    for target in &scene.targets {
        for (server, expiry) in target.stats.certificate_expiries() {
            family.measure(&(target.labels, [("server", &*server)]), expiry)?;
        }
    }
    let mut family = pen.family(&CLOCK_SKEW);
    for target in &scene.targets {
        if let Some(skew) = target.stats.clock_skew.get() {
            family.measure(&target.labels, skew)?;
        }
    }
    let mut family = pen.family(&RETRIES);
    for target in &scene.targets {
        for reason in RetryReason::ALL {
            family.count(&(target.labels, [("reason", reason.as_str())]), target.stats.retries(reason))?;
        }
    }
    let mut family = pen.family(&LOGINS);
    for target in &scene.targets {
        family.count(&target.labels, target.stats.logins.get())?;
    }
    let mut family = pen.family(&REFRESHES);
    for target in &scene.targets {
        family.count(&target.labels, target.stats.refreshes.get())?;
    }
    let mut family = pen.family(&AUTH_FAILURES);
    for target in &scene.targets {
        for reason in AuthFailure::ALL {
            let labels = (target.labels, [("reason", reason.as_str())]);
            family.count(&labels, target.stats.auth_failures(reason))?;
        }
    }
    let mut family = pen.family(&TOKEN_EXPIRY);
    for target in &scene.targets {
        for token in Token::ALL {
            if let Some(expiry) = target.stats.token_expiry(token) {
                family.measure(&(target.labels, [("token", token.as_str())]), expiry)?;
            }
        }
    }
    Ok(())
}

fn write_requests(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let used = |wanted: fn(Resource) -> bool| {
        scene.targets.iter().flat_map(move |target| {
            let [target_label] = target.labels;
            let labels = move |resource: Resource| [target_label, ("resource", resource.as_str())];
            let resources = Resource::ALL.into_iter().filter(move |resource| wanted(*resource));
            let stats = resources.map(|resource| (resource, target.stats.resource(resource)));
            let used = stats.filter(|(_, stats)| stats.durations().0.iter().any(|requests| *requests > 0));
            used.map(move |(resource, stats)| (labels(resource), stats))
        })
    };
    let mut family = pen.family(&REQUESTS);
    for (labels, stats) in used(|_| true) {
        for (code, requests) in stats.requests() {
            let status;
            let code = match code {
                RequestCode::Failure(failure) => failure.as_str(),
                RequestCode::Status(number) => {
                    status = number.to_string();
                    &status
                }
            };
            family.count(&(labels, [("code", code)]), requests)?;
        }
    }
    let mut family = pen.family(&REQUEST_DURATION);
    for (labels, stats) in used(|_| true) {
        let (buckets, sum) = buckets(stats);
        family.buckets(&labels, sum, &buckets)?;
    }
    let mut family = pen.family(&RESPONSE_BYTES);
    for (labels, stats) in used(|_| true) {
        family.count(&labels, stats.response_bytes.get())?;
    }
    let mut family = pen.family(&DRIFT);
    for (labels, stats) in used(Resource::comes_and_goes) {
        family.count(&labels, stats.drift.get())?;
    }
    Ok(())
}

fn buckets(stats: &ResourceStats) -> ([(f64, u64); DURATION_EDGES.len() + 1], f64) {
    let (counts, sum) = stats.durations();
    let edge = |bucket: usize| DURATION_EDGES.get(bucket).copied().unwrap_or(f64::INFINITY);
    (std::array::from_fn(|bucket| (edge(bucket), counts[bucket])), sum)
}
