//! Values that cannot work are refused before anything reaches a cluster, in words.

use super::chart::Rendered;

/// An example, values laid over it, and what Helm says.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    ("minimal", "image: {repository: ''}", "image.repository: name the image that your cluster can pull"),
    ("minimal", "config: {targets: []}", "config.targets: name at least one Trio"),
    ("minimal", "imag: {}", "additional properties 'imag' not allowed"),
    ("minimal", "serviceMonitor: {intervall: 15s}", "additional properties 'intervall' not allowed"),
    ("minimal", "shards: 0", "at '/shards': minimum"),
    ("minimal", "service: {port: '10427'}", "at '/service/port': got string, want integer"),
    ("minimal", "serviceMonitor: {interval: 15 s}", "at '/serviceMonitor/interval'"),
    ("minimal", "config: {targets: [{servers: [https://x], password: p}]}", "at '/config/targets/0/password'"),
    ("minimal", "config: {targets: [{servers: [https://x], client_key: p}]}", "at '/config/targets/0/client_key'"),
    ("minimal", "config: {agents: {hash_key: p}}", "at '/config/agents/hash_key'"),
    ("minimal", "config: {targets: [{name: other, servers: [https://x]}]}",
        "credentials: there is no entry for the target \"other\" of config.targets; name the Secret"),
    ("minimal", "credentials: {mian: {existingSecret: x}}",
        "credentials: config.targets has no target called \"mian\"; it has main"),
    ("minimal", "credentials: {main: {password: x}}", "at '/credentials/main'"),
    ("minimal", "configFiles: {../x: ''}", "invalid propertyName '../x'"),
    ("minimal", "configFiles: {trio-exporter.yml: ''}", "invalid propertyName 'trio-exporter.yml'"),
    ("minimal", "web: {users: {prometheus: secret}}", "at '/web/users/prometheus'"),
    ("minimal", "serviceMonitor: {agents: {enabled: true, labels: {a: b}}}",
        "serviceMonitor.agents.enabled: there is no /metrics/agents while config.agents.identity is none"),
    ("minimal", "{config: {agents: {identity: id}}, serviceMonitor: {agents: {enabled: true}}}",
        "serviceMonitor.agents.labels: say which Prometheus"),
    ("shards", "persistence: {existingClaim: x}",
        "persistence.existingClaim: one claim cannot hold the state of several shards"),
    ("web", "web: {probeUser: {existingSecret: ''}}", "web.probeUser.existingSecret: name the Secret"),
    ("monitoring", "prometheusRule: {runbookBase: wiki.example}", "at '/prometheusRule/runbookBase'"),
    ("monitoring", "dashboards: {labels: {grafana_dashboard: 1}}", "at '/dashboards/labels/grafana_dashboard'"),
];

#[test]
fn what_cannot_work_is_refused_and_the_message_names_the_value() {
    for (example, values, message) in TABLE {
        let Err(error) = Rendered::with_values(example, values) else {
            panic!("{values} was accepted")
        };
        assert!(error.contains(message), "{values}: {error}");
    }
}
