//! Rights of pods, their probes, their share of the targets, and the objects around them.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::chart::{Rendered, examples, folder_of_the_chart};

#[test]
fn pods_are_restricted_as_the_strictest_standard_of_kubernetes_asks() {
    for values in examples() {
        let rendered =
            Rendered::from_chart(folder_of_the_chart().to_str().expect("UTF-8"), &[&values])
                .expect("rendered");
        let (pod, container) = (&rendered.pod()["spec"], rendered.container());
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{values}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{values}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{values}");
        assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false, "{values}");
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true, "{values}");
        assert_eq!(
            container["securityContext"]["capabilities"],
            json!({"drop": ["ALL"]}),
            "{values}"
        );
        assert!(container["resources"]["limits"]["memory"].is_string(), "{values}");
        for account in rendered.all("ServiceAccount") {
            assert_eq!(account["automountServiceAccountToken"], false, "{values}");
        }
    }
}

#[test]
fn selectors_find_the_pods_and_nothing_that_changes_with_a_version() {
    for values in examples() {
        let rendered =
            Rendered::from_chart(folder_of_the_chart().to_str().expect("UTF-8"), &[&values])
                .expect("rendered");
        let labels = &rendered.pod()["metadata"]["labels"];
        let services =
            rendered.all("Service").into_iter().map(|service| &service["spec"]["selector"]);
        let policies = rendered
            .all("NetworkPolicy")
            .into_iter()
            .map(|it| &it["spec"]["podSelector"]["matchLabels"]);
        let budgets = rendered
            .all("PodDisruptionBudget")
            .into_iter()
            .map(|it| &it["spec"]["selector"]["matchLabels"]);
        for selector in services.chain(policies).chain(budgets) {
            let selector = selector.as_object().expect("labels");
            assert_eq!(selector.len(), 2, "{values}: {selector:?}");
            for (label, value) in selector {
                assert_eq!(&labels[label], value, "{values}");
            }
        }
    }
}

fn probes(name: &str, more: &str) -> [Value; 2] {
    let rendered = Rendered::with_values(name, more).expect("rendered");
    ["livenessProbe", "readinessProbe"].map(|probe| rendered.container()[probe].clone())
}

#[test]
fn probes_ask_the_pages_that_say_nothing_of_trio() {
    let [live, ready] = probes("minimal", "");
    assert_eq!(live["httpGet"], json!({"path": "/-/healthy", "port": "http", "scheme": "HTTP"}));
    assert_eq!(ready["httpGet"], json!({"path": "/-/ready", "port": "http", "scheme": "HTTP"}));
    let [live, _] = probes("minimal", "web: {tls: {existingSecret: tls}}");
    assert_eq!(live["httpGet"]["scheme"], "HTTPS");
}

#[test]
fn probes_log_in_where_there_are_users() {
    let [live, ready] = probes("web", "");
    let login = ["--user=prometheus", "--password-file=/etc/trio-exporter/probe/password"];
    let ask = [
        "/usr/local/bin/trio-exporter",
        "healthcheck",
        "--url=https://127.0.0.1:10427",
        "--insecure",
    ];
    assert_eq!(live["exec"]["command"], json!([&ask[..], &login].concat()));
    assert_eq!(ready["exec"]["command"], json!([&ask[..], &["--ready"], &login].concat()));
    assert!(live["httpGet"].is_null() && live["tcpSocket"].is_null(), "{live}");
}

#[test]
fn probes_that_cannot_log_in_look_whether_the_port_is_open() {
    let client_certificates = "web: {tls: {existingSecret: tls}, config: {tls_server_config: {client_auth_type: RequireAndVerifyClientCert}}}";
    for (name, more) in [
        ("web", "web: {probeUser: {name: ''}}"),
        ("web-existing", ""),
        ("minimal", client_certificates),
    ] {
        for probe in probes(name, more) {
            assert_eq!(probe["tcpSocket"], json!({"port": "http"}), "{name}");
            assert!(probe["httpGet"].is_null() && probe["exec"].is_null(), "{probe}");
        }
    }
}

#[test]
fn shards_are_pods_with_a_number_and_a_state_of_their_own() {
    let rendered = Rendered::example("shards");
    assert!(rendered.all("Deployment").is_empty());
    let set = &rendered.only("StatefulSet")["spec"];
    assert_eq!((&set["replicas"], &set["podManagementPolicy"]), (&json!(3), &json!("Parallel")));
    assert_eq!(set["serviceName"], "rel-trio-exporter-headless");
    let headless = rendered.named("Service", "rel-trio-exporter-headless").expect("a Service");
    assert_eq!(headless["spec"]["clusterIP"], "None");
    let name =
        json!({"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}});
    let share = json!({"name": "TRIO_EXPORTER_SHARD", "value": "auto/3"});
    assert_eq!(rendered.container()["env"], json!([name, share]));
    let claim = &set["volumeClaimTemplates"][0];
    assert_eq!(claim["spec"]["resources"]["requests"]["storage"], "128Mi");
    let mounts = rendered.container()["volumeMounts"].as_array().expect("mounts");
    assert!(mounts.iter().any(|mount| mount["name"] == claim["metadata"]["name"]));
}

#[test]
fn one_shard_is_a_deployment_that_never_has_two_pods() {
    let rendered = Rendered::example("minimal");
    let deployment = &rendered.only("Deployment")["spec"];
    assert_eq!(
        (&deployment["replicas"], &deployment["strategy"]["type"]),
        (&json!(1), &json!("Recreate"))
    );
    assert!(!rendered.text.contains("TRIO_EXPORTER_SHARD"));
}

#[test]
fn a_claim_is_made_unless_there_is_one() {
    let made = Rendered::with_values("minimal", "persistence: {enabled: true}").expect("rendered");
    assert_eq!(made.only("PersistentVolumeClaim")["metadata"]["name"], "rel-trio-exporter-state");
    let given = Rendered::example("platform");
    assert!(given.all("PersistentVolumeClaim").is_empty());
    for (rendered, claim) in [(made, "rel-trio-exporter-state"), (given, "trio-state")] {
        let volumes = rendered.pod()["spec"]["volumes"].as_array().expect("volumes");
        let state = volumes.iter().find(|volume| volume["name"] == "state").expect("a volume");
        assert_eq!(state["persistentVolumeClaim"]["claimName"], claim);
    }
}

#[test]
fn only_configuration_changes_restart_pods() {
    let pod =
        |name: &str, more: &str| Rendered::with_values(name, more).expect("rendered").pod().clone();
    let (before, hash) =
        (pod("web", ""), "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPne");
    assert_ne!(before, pod("web", "config: {poll: {state: 10s}}"));
    assert_eq!(before, pod("web", &format!("web: {{users: {{prometheus: {hash}}}}}")));
    let before = pod("secrets", "");
    assert_eq!(
        before,
        pod("secrets", "config: {poll: {state: 10s}}"),
        "restartOnConfigChange is off"
    );
    let other = r#"credentials: {'Växjö "kommun": {{ .Release.Name }} #1': {password: another}}"#;
    assert_eq!(before, pod("secrets", other));
}

#[test]
fn the_network_lets_in_prometheus_and_out_to_names_and_trio_alone() {
    let rendered = Rendered::example("platform");
    let policy = &rendered.only("NetworkPolicy")["spec"];
    assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]));
    let prometheus = json!({
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "prometheus"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
    });
    let scraped = json!({"ports": [{"port": "http", "protocol": "TCP"}], "from": [prometheus]});
    assert_eq!(
        policy["ingress"],
        json!([scraped, {"from": [{"ipBlock": {"cidr": "10.0.0.1/32"}}]}])
    );
    let names = json!([{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]);
    assert_eq!(
        policy["egress"],
        json!([
            {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}], "to": names},
            {"ports": [{"port": 8443, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "10.1.2.0/24"}}]},
            {"to": [{"ipBlock": {"cidr": "10.0.0.2/32"}}]},
        ])
    );
}
