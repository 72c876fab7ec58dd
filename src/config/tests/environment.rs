//! Tests: several servers of the one target that environment variables describe.

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
fn trio_url_takes_several_servers_separated_by_commas_or_spaces_in_their_order() {
    let pair = ["https://b.example/te/api".to_owned(), "https://a.example/te/api".to_owned()];
    for separator in [",", " ", ", ", " ,\n\t"] {
        let url = format!(" {}{separator}{} ", pair[0], pair[1]);
        assert_eq!(servers(&url), Ok((pair.to_vec(), 0)), "{separator:?}");
    }
    let (_, warnings) = servers("http://a.example/te/api,http://b.example/te/api").expect("valid");
    assert_eq!(warnings, 1, "said once");
}

#[test]
fn every_mistake_in_trio_url_is_told() {
    let list = servers("trio,https://a.example/te/api,ftp://b.example").expect_err("two mistakes");
    assert_eq!(list.len(), 2, "{list:?}");
    assert!(list[0].starts_with("TRIO_URL: not a URL ("), "{list:?}");
    assert_eq!(list[1], "TRIO_URL: must begin with https:// or http://");
    let twice = servers("https://a.example/te/api https://a.example:443/other").expect_err("twice");
    assert_eq!(twice, ["TRIO_URL: https://a.example/other stands there twice; name each host and port once"]);
    let count = "TRIO_URL: must name 1 to 4 servers, the preferred one first, separated by commas or spaces";
    assert_eq!(servers(" , ").expect_err("none"), [count]);
    let five: Vec<String> = (1..=5).map(|n| format!("https://trio{n}.example/te/api")).collect();
    assert_eq!(servers(&five.join(",")).expect_err("too many"), [count]);
}
