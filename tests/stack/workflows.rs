//! Findings of actionlint in the workflows, and of shellcheck in their scripts and all others.

use std::process::Command;

#[test]
fn actionlint_finds_no_fault_with_the_workflows() {
    let remedy = "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12; on Debian: apt-get install shellcheck";
    let shellcheck = Command::new("shellcheck").arg("--version").output();
    assert!(
        shellcheck.is_ok_and(|it| it.status.success()),
        "actionlint would leave the scripts out: {remedy}"
    );
    let actionlint = Command::new("actionlint").current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let actionlint =
        actionlint.unwrap_or_else(|error| panic!("cannot start actionlint: {error}; {remedy}"));
    let said = String::from_utf8_lossy(&actionlint.stdout);
    assert!(actionlint.status.success(), "{said}");
}

#[test]
fn shellcheck_finds_no_fault_with_the_scripts() {
    for script in [".ci/run", "deploy/deb/build", "deploy/deb/postinst", "deploy/deb/postrm"] {
        let path = format!("{}/{script}", env!("CARGO_MANIFEST_DIR"));
        let output = Command::new("shellcheck")
            .arg(path)
            .output()
            .expect("on Debian: apt-get install shellcheck");
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
