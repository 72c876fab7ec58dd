//! `helm lint`, `helm package` and `kubeconform` over everything that `ci/` shows.

use std::fs;

use pretty_assertions::assert_eq;

use super::chart::{KUBERNETES, Rendered, examples, folder_of_the_chart, run};
use crate::process::folder;

/// Report of `kubeconform` about objects, all of which must have a schema.
fn conform(objects: &str) -> Result<String, String> {
    let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stack/helm/schemas");
    let location = format!("{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json");
    run("kubeconform", &["-strict", "-summary", "-schema-location", &location], objects)
}

#[test]
fn lint_finds_no_fault_with_the_chart_alone_and_with_each_example() {
    let chart = folder_of_the_chart();
    let chart = chart.to_str().expect("UTF-8");
    let lint = |values: &[&str]| {
        let arguments = [&["lint", "--strict", KUBERNETES, chart], values].concat();
        run("helm", &arguments, "").unwrap_or_else(|error| panic!("{values:?}: {error}"))
    };
    lint(&[]);
    for values in examples() {
        lint(&["--values", &values]);
    }
}

#[test]
fn example_objects_fit_kubernetes_and_operator_schemas() {
    for values in examples() {
        let rendered =
            Rendered::from_chart(folder_of_the_chart().to_str().expect("UTF-8"), &[&values]);
        let rendered = rendered.unwrap_or_else(|error| panic!("{values}: {error}"));
        let said = conform(&rendered.text).unwrap_or_else(|error| panic!("{values}: {error}"));
        let objects = rendered.objects.len();
        assert!(objects > 2, "{values}: {objects}");
        let expected = format!("Valid: {objects}, Invalid: 0, Errors: 0, Skipped: 0");
        assert!(said.contains(&expected), "{values}: {said}");
    }
}

#[test]
fn a_member_that_no_type_knows_is_found() {
    let wrong = |values: &str, member: &str| {
        let rendered =
            Rendered::with_values("monitoring", values).expect("the values are an object");
        let error = conform(&rendered.text).expect_err(values);
        assert!(error.contains(member), "{error}");
    };
    wrong("securityContext: {readonlyRootFilesystem: true}", "readonlyRootFilesystem");
    wrong("affinity: {podAntiAffinity: {required: []}}", "required");
    wrong("serviceMonitor: {tlsConfig: {insecure: true}}", "insecure");
    wrong("serviceMonitor: {relabelings: [{target_label: site}]}", "target_label");
    wrong("networkPolicy: {enabled: true, egress: {trio: {to: [{cidr: 10.0.0.0/8}]}}}", "cidr");
}

#[test]
fn the_package_holds_the_rules_and_the_boards_that_the_folder_links_to() {
    let folder = folder();
    let chart = folder_of_the_chart();
    let destination = folder.path().to_str().expect("UTF-8");
    run("helm", &["package", chart.to_str().expect("UTF-8"), "--destination", destination], "")
        .expect("packed");
    let [package] = &fs::read_dir(destination).expect("a folder").collect::<Vec<_>>()[..] else {
        panic!("one package")
    };
    let package = package.as_ref().expect("an entry").path();
    let values = super::chart::example("monitoring");
    let packed =
        Rendered::from_chart(package.to_str().expect("UTF-8"), &[&values]).expect("rendered");
    assert_eq!(packed.text, Rendered::example("monitoring").text);
}
