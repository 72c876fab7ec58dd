//! The few requests that the documents make with `curl`.

use reqwest::Method;

use crate::support::reqwest_client;

/// Makes the request of `curl` with these words; returns the body.
pub(crate) async fn curl(words: &[String]) -> Result<String, String> {
    let (mut method, mut url, mut user, mut sent, mut must_succeed) =
        (Method::GET, None, None, None, false);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-s" | "-sS" => {}
            "-f" | "-sf" | "-fsS" => must_succeed = true,
            "-X" => {
                let name = words.next().unwrap_or_default();
                method = name.parse().map_err(|_| format!("{name} is no method"))?;
            }
            "-d" => sent = words.next().map(str::to_owned),
            "-u" => user = words.next().and_then(|user| user.split_once(':')),
            flag if flag.starts_with('-') => {
                return Err(format!("curl {flag} is not understood here"));
            }
            address if address.starts_with("http") => url = Some(address.to_owned()),
            address => url = Some(format!("http://{address}")),
        }
    }
    let url = url.ok_or("curl without an address")?;
    let mut request = reqwest_client().request(method, &url);
    if let Some((name, password)) = user {
        request = request.basic_auth(name, Some(password));
    }
    if let Some(sent) = sent {
        request = request.body(sent);
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body = answer.text().await.map_err(|error| error.to_string())?;
    if must_succeed && !status.is_success() {
        Err(format!("{url}: {status}: {body}"))
    } else {
        Ok(body)
    }
}
