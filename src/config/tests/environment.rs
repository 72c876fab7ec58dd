//! Tests of a target from environment variables.

use pretty_assertions::assert_eq;

use super::*;

fn servers(url: &str) -> Result<(Vec<String>, usize), Vec<String>> {
    let set = |name: &str| match name {
        "TRIO_URL" => Some(url.to_owned()),
        "TRIO_CLIENT_KEY" | "TRIO_USERNAME" | "TRIO_PASSWORD" => Some("a2V5".to_owned()),
        _ => None,
    };
    let config = load(None, &set)?;
    let servers = config.targets[0].trio.servers.iter().map(ToString::to_string).collect();
    Ok((servers, config.warnings.len()))
}

#[test]
fn trio_url_takes_several_servers_in_order() {
    let pair = ["https://b.example/te/api".to_owned(), "https://a.example/te/api".to_owned()];
    for separator in [",", " ", ", ", " ,\n\t"] {
        let url = format!(" {}{separator}{} ", pair[0], pair[1]);
        assert_eq!(servers(&url), Ok((pair.to_vec(), 0)), "{separator:?}");
    }
    let (_, warnings) = servers("http://a.example/te/api,http://b.example/te/api").expect("valid");
    assert_eq!(warnings, 1, "warned once");
}

#[test]
fn every_error_in_trio_url_is_reported() {
    let list = servers("trio,https://a.example/te/api,ftp://b.example").expect_err("two mistakes");
    assert_eq!(list.len(), 2, "{list:?}");
    assert!(list[0].starts_with("TRIO_URL: not a URL ("), "{list:?}");
    assert_eq!(list[1], "TRIO_URL: must begin with https:// or http://");
    let twice = servers("https://a.example/te/api https://a.example:443/other").expect_err("twice");
    assert_eq!(
        twice,
        ["TRIO_URL: https://a.example/other is named twice; name each host and port once"]
    );
    let count = "TRIO_URL: must name 1 to 4 servers, the preferred one first, separated by commas or spaces";
    assert_eq!(servers(" , ").expect_err("none"), [count]);
    let five: Vec<String> = (1..=5).map(|n| format!("https://trio{n}.example/te/api")).collect();
    assert_eq!(servers(&five.join(",")).expect_err("too many"), [count]);
}

#[test]
fn unusable_variable_is_reported_by_name() {
    let long = "x".repeat(201);
    for (name, value, message) in [
        (
            "TRIO_URL",
            "https://me:pw@a",
            "TRIO_URL: must not hold a user name or password; they have keys of their own",
        ),
        (
            "TRIO_URL",
            "https://a/b#c",
            "TRIO_URL: must end with the path of the API, without ? and #",
        ),
        ("TRIO_CLIENT_KEY", "", "TRIO_CLIENT_KEY: missing; set it, or better TRIO_CLIENT_KEY_FILE"),
        (
            "TRIO_CLIENT_KEY",
            "a b",
            "TRIO_CLIENT_KEY: must be the Base64 text that Enghouse provides, without spaces",
        ),
        (
            "TRIO_CLIENT_KEY_FILE",
            "x",
            "TRIO_CLIENT_KEY: TRIO_CLIENT_KEY_FILE is set as well; set one of them",
        ),
        ("TRIO_USERNAME", "", "TRIO_USERNAME: missing; set it, or better TRIO_USERNAME_FILE"),
        (
            "TRIO_USERNAME",
            "a\nb",
            "TRIO_USERNAME: holds a line break or another control character; put only the secret itself there",
        ),
        (
            "TRIO_USERNAME_FILE",
            "x",
            "TRIO_USERNAME: TRIO_USERNAME_FILE is set as well; set one of them",
        ),
        ("TRIO_PASSWORD", "", "TRIO_PASSWORD: missing; set it, or better TRIO_PASSWORD_FILE"),
        (
            "TRIO_PASSWORD",
            "πάσο",
            "TRIO_PASSWORD: holds a character that ISO-8859-1, which Trio's login uses, does not have",
        ),
        (
            "TRIO_PASSWORD_FILE",
            "x",
            "TRIO_PASSWORD: TRIO_PASSWORD_FILE is set as well; set one of them",
        ),
        ("TRIO_TARGET", " ", "TRIO_TARGET: must not be empty"),
        ("TRIO_TARGET", &long, "TRIO_TARGET: must not be longer than 200 characters"),
    ] {
        let environment = |asked: &str| match asked {
            _ if asked == name => Some(value.to_owned()),
            "TRIO_URL" => Some("https://trio.example/te/api".to_owned()),
            "TRIO_CLIENT_KEY" | "TRIO_USERNAME" | "TRIO_PASSWORD" => Some("a2V5".to_owned()),
            _ => None,
        };
        assert_eq!(load(None, &environment).expect_err(message), [message], "{name}={value:?}");
    }
    let gone = |name: &str| match name {
        "TRIO_URL" => Some("https://trio.example/te/api".to_owned()),
        "TRIO_CLIENT_KEY_FILE" | "TRIO_USERNAME_FILE" | "TRIO_PASSWORD_FILE" => {
            Some("/nowhere".to_owned())
        }
        _ => None,
    };
    let message =
        |name| format!("{name}_FILE: cannot read /nowhere: No such file or directory (os error 2)");
    let all = ["TRIO_CLIENT_KEY", "TRIO_USERNAME", "TRIO_PASSWORD"].map(message);
    assert_eq!(load(None, &gone).expect_err("three mistakes"), all, "all at once");
}

#[test]
fn configuration_that_is_no_text_is_reported_with_its_flag() {
    let folder = folder("no-text");
    let message = |path: &Path| {
        let list = load(Some(path), &nothing).expect_err("no text").join("\n");
        list.replace(&folder.display().to_string(), "FOLDER")
    };
    assert_eq!(message(&folder), "--config.file: FOLDER is a folder; name a file in it");
    fs::write(folder.join("latin1.yml"), b"targets: [{name: V\xe4xj\xf6}]").expect("writable");
    assert_eq!(
        message(&folder.join("latin1.yml")),
        "--config.file: FOLDER/latin1.yml is not UTF-8 text; save it as UTF-8"
    );
    fs::write(folder.join("c.yml"), VALID).expect("writable");
    let both = load(Some(&folder.join("c.yml")), &|name| {
        (name == "TRIO_URL").then(|| "https://a/b".to_owned())
    });
    let both =
        both.expect_err("two sources").join("\n").replace(&folder.display().to_string(), "FOLDER");
    assert_eq!(
        both,
        "FOLDER/c.yml: the variable TRIO_URL is set as well; use the file or the environment, not both"
    );
    let empty = load(Some(&folder.join("c.yml")), &|name| (name == "TRIO_URL").then(String::new));
    assert!(empty.is_ok(), "an empty variable is not set: {empty:?}");
}

#[test]
fn single_target_is_read_from_the_environment() {
    let folder = folder("environment");
    let password = folder.join("password").display().to_string();
    let set = move |name: &str| match name {
        "TRIO_URL" => Some("https://trio.example/te/api".to_owned()),
        "TRIO_CLIENT_KEY" => Some("a2V5".to_owned()),
        "TRIO_USERNAME" => Some("exporter".to_owned()),
        "TRIO_PASSWORD_FILE" => Some(password.clone()),
        _ => None,
    };
    let config = load(None, &set).expect("valid");
    assert_eq!(&*config.targets[0].name, "trio");
    let named =
        |name: &str| if name == "TRIO_TARGET" { Some("north".to_owned()) } else { set(name) };
    assert_eq!(&*load(None, &named).expect("valid").targets[0].name, "north");
    let twice = |name: &str| if name == "TRIO_PASSWORD" { Some("x".to_owned()) } else { set(name) };
    let list = load(None, &twice).expect_err("two passwords");
    assert_eq!(list, ["TRIO_PASSWORD: TRIO_PASSWORD_FILE is set as well; set one of them"]);
    let file = folder.join("c.yml");
    fs::write(&file, VALID).expect("writable");
    let list = load(Some(&file), &set).expect_err("file and environment");
    assert!(list[0].ends_with(
        "the variable TRIO_URL is set as well; use the file or the environment, not both"
    ));
}

#[test]
fn environment_without_target_says_what_to_set() {
    let list = load(None, &nothing).expect_err("nothing is given");
    assert_eq!(list, ["TRIO_URL: missing; set it, or give --config.file"]);
    let only_url = |name: &str| (name == "TRIO_URL").then(|| "trio".to_owned());
    let list = load(None, &only_url).expect_err("the rest is missing");
    assert_eq!(list.len(), 4, "{list:?}");
    assert_eq!(list[1], "TRIO_CLIENT_KEY: missing; set it, or better TRIO_CLIENT_KEY_FILE");
}
