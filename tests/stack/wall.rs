//! The wallboard in Debian's Chromium: nothing overflows and the text is large enough, with 31
//! services whose names have 40 letters.
//!
//! The page is saved with its own style and script, and with a script that measures it: the policy
//! of the page itself lets no other script run.

mod silence;

use std::{fs, path::Path, process::Command, time::Duration};

use regex::Regex;
use serde_json::Value;

use crate::{
    http::client,
    process::{exporter, folder, until},
};

/// Longest time of one start of the browser.
const PATIENCE: Duration = Duration::from_secs(60);
/// Height of the window that the browser does not give to the page.
const FRAME: u32 = 143;

/// Measures the page: sizes, and each block whose content is wider than itself. The text of its
/// title is the result.
const MEASURE: &str = r#"
addEventListener("load", () => {
  const wide = [];
  for (const part of document.querySelectorAll("body *")) {
    const inline = getComputedStyle(part).display === "inline";
    // The table scrolls by itself, and what is for screen readers has no size.
    if (inline || part.closest(".sr") || part.classList.contains("rows")) continue;
    if (part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1) wide.push(part.outerHTML.slice(0, 80));
  }
  const root = document.documentElement;
  const cells = [...document.querySelectorAll("tbody td, tbody th")];
  const sizes = cells.map((cell) => parseFloat(getComputedStyle(cell).fontSize));
  const rows = [...document.querySelectorAll("tbody tr")];
  const text = JSON.stringify({
    width: innerWidth, height: innerHeight, wide,
    page: [root.scrollWidth, root.scrollHeight],
    text: Math.min(...sizes), rows: rows.length, shown: rows.filter((row) => !row.hidden).length,
  });
  if (parent === window) document.title = text; else parent.postMessage(text, "*");
});
"#;

/// Returns the page of `url` with its style and script in it, and names of 40 letters.
async fn saved(url: &str) -> String {
    let get = async |path: &str| {
        let answer = client().get(format!("{url}{path}")).send().await.expect("an answer");
        answer.text().await.expect("text")
    };
    let [page, style, script] = [get("/wall").await, get("/wall.css").await, get("/wall.js").await];
    let pattern = |text: &str| Regex::new(text).expect("a pattern");
    let mut number = 0;
    let named = pattern(r#"(<span class="label">)[^<]*"#);
    let page = named.replace_all(&page, |found: &regex::Captures<'_>| {
        number += 1;
        format!("{}{number:02}Ångpannecentralenskundmottagningsavdelnin", &found[1])
    });
    assert_eq!(number, 31, "{page}");
    // It would ask for events, which a file does not have.
    let script = script.replace("  connect();\n})();", "})();");
    let page = pattern("<link [^>]*>").replace(&page, regex::NoExpand("")).into_owned();
    let page = pattern("<script[^>]*></script>").replace(&page, regex::NoExpand("")).into_owned();
    let page = pattern("<noscript><meta[^>]*></noscript>")
        .replace(&page, regex::NoExpand(""))
        .into_owned();
    let page = page.replace("</head>", &format!("<style>{style}</style></head>"));
    page.replace("</body>", &format!("<script>{script}</script><script>{MEASURE}</script></body>"))
}

/// Returns the measures of a page in a window of this size.
fn measured(folder: &Path, file: &str, (width, height): (u32, u32)) -> Value {
    let mut browser = Command::new("timeout");
    browser.arg(PATIENCE.as_secs().to_string()).arg("chromium");
    browser.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--dump-dom",
    ]);
    browser.arg("--virtual-time-budget=3000");
    browser.arg("--allow-file-access-from-files");
    browser.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    browser.arg(format!("--window-size={width},{}", height + FRAME));
    browser.arg(format!("file://{}", folder.join(file).display()));
    let output = browser.output().expect("chromium, which .ci/run installs");
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = page.rsplit("<title>").find_map(|rest| {
        let text = rest.split("</title>").next()?.replace("&lt;", "<").replace("&gt;", ">");
        serde_json::from_str(&text.replace("&quot;", "\"").replace("&amp;", "&")).ok()
    });
    title.unwrap_or_else(|| panic!("{}\n{page}", String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test]
async fn long_names_overflow_on_no_screen_and_text_is_large() {
    let arguments = ["demo", "--web.listen-address", "127.0.0.1:0", "--services", "31"];
    let mut demo = exporter(&arguments);
    let address = demo.address("wallboard ", "http://").await.expect("the address");
    let url = format!("http://{address}");
    until("the first reading", PATIENCE, async || {
        let page = client().get(format!("{url}/wall")).send().await.map_err(|it| it.to_string())?;
        let page = page.text().await.map_err(|it| it.to_string())?;
        if page.matches("<span class=\"label\">").count() == 31 { Ok(()) } else { Err(page) }
    })
    .await;
    let folder = folder();
    fs::write(folder.path().join("wall.html"), saved(&url).await).expect("writable");
    // No window is narrower than 500 pixels, but a frame may be.
    let phone = r#"<title></title><script>onmessage = (event) => { document.title = event.data; };</script>
        <iframe src="wall.html" style="border:0;width:390px;height:844px"></iframe>"#;
    fs::write(folder.path().join("phone.html"), phone).expect("writable");
    for (file, window, size) in [
        ("wall.html", (1920, 1080), (1920, 1080)),
        ("wall.html", (3840, 2160), (3840, 2160)),
        ("wall.html", (1366, 768), (1366, 768)),
        ("phone.html", (800, 1000), (390, 844)),
    ] {
        let measured = measured(folder.path(), file, window);
        assert_eq!((&measured["width"], &measured["height"]), (&size.0.into(), &size.1.into()));
        assert_eq!(measured["wide"], Value::Array(Vec::new()), "{size:?}: {measured}");
        assert_eq!(measured["page"][0], measured["width"], "{size:?}: {measured}");
        assert_eq!(measured["rows"], 31, "{size:?}");
        if size.0 > 1000 {
            let share = measured["text"].as_f64().expect("a size") / f64::from(size.1);
            assert!(share >= 0.026, "{size:?}: {share}");
            assert_eq!(measured["page"][1], measured["height"], "{size:?}: the rest turns");
        } else {
            assert_eq!(measured["shown"], 31, "a phone scrolls");
        }
    }
}
