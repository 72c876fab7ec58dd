//! A real nginx that serves the pages below a path.

use std::{collections::BTreeSet, fs, path::Path};

use url::Url;

use crate::{
    http::{client, get},
    process::{PATIENCE, Process, exporter, folder, until},
};

const REMEDY: &str = "install it (Debian and Ubuntu: apt-get install nginx-light)";

/// Addresses in the attributes of a page.
fn links(page: &str) -> BTreeSet<String> {
    let attributes = ["href=\"", "action=\"", "src=\""];
    let of = |attribute| page.split(attribute).skip(1).filter_map(|it| it.split('"').next());
    attributes.into_iter().flat_map(of).map(str::to_owned).collect()
}

#[tokio::test]
async fn links_of_pages_lead_somewhere_below_a_path() {
    let mut demo = exporter(&["demo", "--web.listen-address", "127.0.0.1:0"]);
    let exporter = demo.address("metrics ", "http://").await.expect("where it serves");
    let folder = folder();
    // nginx reports no free port that it has chosen: the port of a listener that is closed again.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = port.local_addr().expect("an address");
    drop(port);
    let config = format!(
        "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n  access_log off;\n  \
         client_body_temp_path body;\n  proxy_temp_path proxy;\n  fastcgi_temp_path f;\n  uwsgi_temp_path u;\n  \
         scgi_temp_path s;\n  server {{\n    listen {address};\n    location /trio/ {{ proxy_pass http://{exporter}/; }}\n  }}\n}}\n"
    );
    fs::write(folder.path().join("nginx.conf"), config).expect("writable");
    let prefix = folder.path().to_str().expect("UTF-8");
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian's is in a folder that only root has on the PATH.
    let folders = std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]);
    let nginx = folders.map(|folder| folder.join("nginx")).find(|path| path.is_file());
    let nginx = nginx.unwrap_or_else(|| panic!("there is no nginx; {REMEDY}"));
    let _nginx =
        Process::start(&nginx, &["-p", prefix, "-e", "stderr", "-c", "nginx.conf"], REMEDY);
    let base = Url::parse(&format!("http://{address}/trio/")).expect("a URL");
    until("nginx to serve", PATIENCE, async || get(base.as_str()).await).await;
    let mut followed = BTreeSet::new();
    for page in ["", "status", "status?service=101"] {
        let page = base.join(page).expect("a page");
        let text = get(page.as_str()).await.expect("the page");
        for link in links(&text) {
            let link = page.join(&link).expect("a link");
            assert!(link.path().starts_with("/trio/"), "{page}: {link}");
            if followed.insert(link.clone()) {
                let answer = client().get(link.clone()).send().await.expect("an answer");
                assert!(answer.status().is_success(), "{page}: {link}: {}", answer.status());
            }
        }
    }
    assert!(followed.len() > 10, "{followed:?}");
}
