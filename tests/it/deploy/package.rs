//! The Debian package: each relative link of an installed document leads to an installed file, and
//! `init` names only files that are installed. Computed from the assets in Cargo.toml;
//! `tests/stack/deb.rs` builds the real package.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};

use regex::Regex;
use serde_json::Value;

use super::{root, text};
use crate::{
    markdown::Document,
    process::{command, folder},
};

/// Contents of the package, without the leading `/`.
struct Package {
    /// Installed path of each file, and its path in the repository.
    files: BTreeMap<PathBuf, PathBuf>,
    /// Installed path of each symbolic link, and the path that it leads to.
    links: BTreeMap<PathBuf, PathBuf>,
}

impl Package {
    fn shipped() -> Self {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"]);
        let output = cargo.current_dir(root()).output().expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let assets =
            metadata["packages"][0]["metadata"]["deb"]["assets"].as_array().expect("assets");
        Self::of_assets(assets)
    }

    /// The rules are those of cargo-deb: `[source, destination, mode]` is a file, or several by a
    /// pattern in its name; a table with `dest` and `link_name` is a symbolic link.
    fn of_assets(assets: &[Value]) -> Self {
        let (mut files, mut links) = (BTreeMap::new(), BTreeMap::new());
        for asset in assets {
            if asset.is_object() {
                let target = text(&asset["link_name"]).trim_start_matches('/');
                links.insert(PathBuf::from(text(&asset["dest"])), PathBuf::from(target));
                continue;
            }
            let (pattern, destination) = (Path::new(text(&asset[0])), text(&asset[1]));
            // The build puts these there; they hold no links.
            let sources = if pattern.starts_with("target") {
                vec![pattern.to_owned()]
            } else {
                matching(pattern)
            };
            assert!(!sources.is_empty(), "{} matches no file", pattern.display());
            for source in sources {
                let name = source.file_name().expect("a name");
                let is_folder = destination.ends_with('/') || text(&asset[0]).contains('*');
                let installed = Path::new(destination);
                let installed = if is_folder { installed.join(name) } else { installed.to_owned() };
                files.insert(installed, source);
            }
        }
        Self { files, links }
    }

    /// Documents, each with its installed path.
    fn documents(&self) -> Vec<(PathBuf, Document)> {
        let documents = self
            .files
            .iter()
            .filter(|(_, source)| source.extension().is_some_and(|end| end == "md"));
        let documents = documents.map(|(installed, source)| {
            let text = fs::read_to_string(root().join(source)).expect("a text");
            (installed.clone(), Document::new(source.to_str().expect("UTF-8"), &text))
        });
        documents.collect()
    }

    /// The path without symbolic links in it.
    fn followed(&self, path: &Path) -> PathBuf {
        let mut path = path.to_owned();
        while let Some((link, target)) = self.links.iter().find(|(link, _)| path.starts_with(link))
        {
            path = target.join(path.strip_prefix(link).expect("it starts so"));
        }
        path
    }

    /// Explains why a link is dead in the package, or leads to another file than in the repository.
    fn problem(&self, installed: &Path, document: &Document, link: &str) -> Option<String> {
        let link = link.split('#').next().filter(|path| !path.is_empty())?;
        let beside = |path: &Path| normalized(&path.parent().unwrap_or(Path::new("")).join(link));
        let wanted = beside(Path::new(&document.path));
        let path = self.followed(&beside(installed));
        if let Some(source) = self.files.get(&path) {
            let same =
                root().join(source).canonicalize().ok() == root().join(&wanted).canonicalize().ok();
            return (!same).then(|| format!("{link}: /{} is {}", path.display(), source.display()));
        }
        let is_folder = self.files.keys().any(|file| file.starts_with(&path));
        let remedy = "add it to the assets of the package in Cargo.toml, or name it without a link";
        (!is_folder).then(|| format!("{link}: no /{} is installed; {remedy}", path.display()))
    }

    fn dead_links(&self, documents: &[(PathBuf, Document)]) -> Vec<String> {
        let problems = documents.iter().flat_map(|(installed, document)| {
            let relative = document.links().into_iter().filter(|(_, link)| !link.contains(':'));
            relative.filter_map(move |(line, link)| {
                Some(document.problem(line, self.problem(installed, document, &link)?))
            })
        });
        problems.collect()
    }
}

/// Files whose paths match, below the root of the repository. A `*` may be in the name alone.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let folder = pattern.parent().expect("a folder");
    let name = pattern.file_name().and_then(|name| name.to_str()).expect("UTF-8");
    let Some((before, after)) = name.split_once('*') else {
        return root().join(pattern).is_file().then(|| pattern.to_owned()).into_iter().collect();
    };
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let names =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let names = names.filter(|name| name.starts_with(before) && name.ends_with(after));
    names.map(|name| folder.join(name)).filter(|path| root().join(path).is_file()).collect()
}

/// The path without `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normalized.pop()),
            part => normalized.push(part),
        }
    }
    normalized
}

/// Paths below the folders of the package that a document names, without a pattern in them.
fn named_paths(text: &str) -> Vec<String> {
    let shared = Regex::new(r"/usr/share/(doc/)?trio-exporter[\w./-]*").expect("a pattern");
    let mut paths: Vec<String> =
        shared.find_iter(text).map(|it| it.as_str().trim_end_matches('.').to_owned()).collect();
    // The table of docs/one-machine.md: its second column is below the folder in its head.
    let rows =
        text.lines().skip_while(|line| !line.contains("| from `/usr/share/trio-exporter` |"));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    paths.extend(rows.filter_map(|row| {
        let name = row.split('|').nth(2)?.trim().trim_matches('`');
        Some(format!("/usr/share/trio-exporter/{name}"))
    }));
    paths
}

#[test]
fn paths_that_documents_name_are_installed() {
    let package = Package::shipped();
    let mut named = BTreeMap::new();
    for (_, document) in package.documents() {
        for path in named_paths(&document.text) {
            named.insert(path, document.path.clone());
        }
    }
    let five = ["prometheus.yml", "trio-recording.rules.yml", "alertmanager-mail.yml"];
    assert!(five.iter().all(|name| named.keys().any(|path| path.ends_with(name))), "{named:?}");
    for (path, document) in named {
        let path = package.followed(Path::new(path.trim_matches('/')));
        let is_there = package.files.keys().any(|file| file.starts_with(&path));
        assert!(is_there, "{document} names /{}", path.display());
    }
}

#[test]
fn links_of_installed_documents_lead_to_installed_files() {
    let package = Package::shipped();
    let documents = package.documents();
    let links: usize = documents.iter().map(|(_, document)| document.links().len()).sum();
    assert!(documents.len() > 18 && links > 150, "{} documents, {links} links", documents.len());
    let problems = package.dead_links(&documents);
    assert!(problems.is_empty(), "{} dead links:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn dead_links_of_a_package_are_found() {
    let mut package = Package::shipped();
    let planted = |text: &str| {
        vec![(
            PathBuf::from("usr/share/doc/trio-exporter/docs/a.md"),
            Document::new("docs/a.md", text),
        )]
    };
    for good in [
        "[a](web.md)",
        "[a](web.md#users)",
        "[a](#a)",
        "[a](../dashboards)",
        "[a](https://a.example/b)",
    ] {
        assert_eq!(package.dead_links(&planted(good)), Vec::<String>::new(), "{good}");
    }
    for dead in ["[a](../src/main.rs)", "[a](../../a.md)", "[a](nowhere.md#users)", "[a](../tests)"]
    {
        assert_eq!(package.dead_links(&planted(dead)).len(), 1, "{dead}");
    }
    let alerts = planted("[a](../deploy/prometheus/trio-alerts.rules.yml)");
    assert_eq!(package.dead_links(&alerts), Vec::<String>::new());
    package.links.clear();
    assert_eq!(package.dead_links(&alerts).len(), 1, "without the symbolic link");
    let page = PathBuf::from("usr/share/doc/trio-exporter/docs/web.md");
    package.files.insert(page, "docs/connect.md".into());
    assert_eq!(package.dead_links(&planted("[a](web.md)")).len(), 1, "another file has the name");
}

#[test]
fn init_names_only_files_that_are_installed() {
    let folder = folder();
    command(["init", "--server", "https://trio.example/te/api", "--directory"])
        .arg(folder.path())
        .stdin("bnlja2Vs\nexporter\nhemligt\n")
        .assert()
        .success();
    let written =
        fs::read_to_string(folder.path().join("trio-exporter.yml")).expect("it is written");
    let comments: Vec<&str> = written.lines().filter(|line| line.starts_with('#')).collect();
    let words = comments.iter().flat_map(|line| line.split_whitespace());
    let paths: Vec<&str> = words.filter(|word| word.contains('/')).collect();
    assert!(!paths.is_empty(), "{comments:?}");
    let package = Package::shipped();
    for path in paths {
        let installed =
            path.strip_prefix('/').unwrap_or_else(|| panic!("{path} is below no known folder"));
        assert!(package.files.contains_key(Path::new(installed)), "the package has no {path}");
    }
}

#[test]
fn service_returns_memory_after_peaks() {
    let unit =
        fs::read_to_string(root().join("deploy/systemd/trio-exporter.service")).expect("a file");
    for variable in ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"] {
        let setting = format!("{variable}=131072");
        let is_set = |line: &str| line.starts_with("Environment=") && line.contains(&setting);
        assert!(unit.lines().any(is_set), "{variable}");
    }
}
