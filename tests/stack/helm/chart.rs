//! The chart, rendered by `helm template`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::process::folder;

const REMEDY: &str = "`go install helm.sh/helm/v3/cmd/helm@VERSION` and `go install \
                      github.com/yannh/kubeconform/cmd/kubeconform@VERSION`; .ci/run says which versions";
/// The release and its namespace.
pub(super) const RELEASE: [&str; 3] = ["rel", "--namespace", "monitoring"];
/// A `helm` that `go install` built takes the cluster for Kubernetes 1.20.
pub(super) const KUBERNETES: &str = "--kube-version=1.34.2";

/// The folder of the chart.
pub(super) fn folder_of_the_chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/helm/trio-exporter")
}

/// Output of a program, or its complaint.
pub(super) fn run(program: &str, arguments: &[&str], input: &str) -> Result<String, String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child =
        child.unwrap_or_else(|error| panic!("cannot start {program}: {error}; {REMEDY}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("a child of ours");
    // A program that needs no input may close it.
    let _ = writer.join().expect("it does not panic");
    let [out, err] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    if output.status.success() { Ok(out) } else { Err(out + &err) }
}

/// The files in `ci/`, by path.
pub(super) fn examples() -> Vec<String> {
    let entries = fs::read_dir(folder_of_the_chart().join("ci")).expect("a folder");
    let mut paths: Vec<String> = entries
        .map(|entry| entry.expect("an entry").path().to_str().expect("UTF-8").to_owned())
        .collect();
    paths.sort();
    assert!(paths.len() > 5, "{paths:?}");
    paths
}

/// The file `ci/NAME-values.yaml`.
pub(super) fn example(name: &str) -> String {
    let path = folder_of_the_chart().join(format!("ci/{name}-values.yaml"));
    path.to_str().expect("UTF-8").to_owned()
}

/// Objects that the chart renders from some values.
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) objects: Vec<Value>,
}

impl Rendered {
    /// Of `ci/NAME-values.yaml`.
    pub(super) fn example(name: &str) -> Self {
        Self::with_values(name, "").unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Of `ci/NAME-values.yaml` with more values (YAML) laid over them; or why Helm refuses.
    pub(super) fn with_values(name: &str, more: &str) -> Result<Self, String> {
        let folder = folder();
        let over = folder.path().join("more.yaml");
        fs::write(&over, more).expect("writable");
        let over = over.to_str().expect("UTF-8");
        Self::from_chart(folder_of_the_chart().to_str().expect("UTF-8"), &[&example(name), over])
    }

    /// Of the chart at `chart`, a folder or a package, and files of values.
    pub(super) fn from_chart(chart: &str, values: &[&str]) -> Result<Self, String> {
        let mut arguments = vec!["template", KUBERNETES];
        arguments.extend(RELEASE);
        arguments.push(chart);
        for file in values {
            arguments.extend(["--values", file]);
        }
        let text = run("helm", &arguments, "")?;
        let objects: Vec<Value> =
            serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let objects: Vec<Value> = objects.into_iter().filter(|object| !object.is_null()).collect();
        Ok(Self { text, objects })
    }

    /// The objects of this kind.
    pub(super) fn all(&self, kind: &str) -> Vec<&Value> {
        self.objects.iter().filter(|object| object["kind"] == kind).collect()
    }

    /// The only object of this kind.
    pub(super) fn only(&self, kind: &str) -> &Value {
        let [object] = self.all(kind)[..] else { panic!("one {kind} in {}", self.text) };
        object
    }

    /// The object of this kind and name, if there is one.
    pub(super) fn named(&self, kind: &str, name: &str) -> Option<&Value> {
        self.all(kind).into_iter().find(|object| object["metadata"]["name"] == name)
    }

    /// The template of the pods.
    pub(super) fn pod(&self) -> &Value {
        let mut workloads = self.all("Deployment");
        workloads.extend(self.all("StatefulSet"));
        let [workload] = workloads[..] else { panic!("one workload in {}", self.text) };
        &workload["spec"]["template"]
    }

    /// The container of the pods.
    pub(super) fn container(&self) -> &Value {
        &self.pod()["spec"]["containers"][0]
    }
}
