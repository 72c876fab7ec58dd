//! Accepted and rejected verifier, and the number of comparisons they cost: counted, not timed.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;

use super::*;

/// Returns a verifier that uses bcrypt, and the list of hashes that it compared with.
fn counted() -> (Arc<PasswordVerifier>, Arc<Mutex<Vec<String>>>) {
    let compared = Arc::<Mutex<Vec<String>>>::default();
    let list = compared.clone();
    let compare = move |password: &[u8], hash: &PasswordHash| {
        list.lock().expect("not poisoned").push(hash.expose().to_owned());
        bcrypt::verify(password, hash.expose()).expect("a hash")
    };
    (Arc::new(PasswordVerifier::with_compare(Arc::new(compare))), compared)
}

fn hashed(password: &str) -> String {
    bcrypt::hash(password, 4).expect("a hash")
}

fn users(list: &[(&str, &str)]) -> Users {
    list.iter()
        .map(|(name, hash)| ((*name).to_owned(), PasswordHash::parse(hash).expect("a hash")))
        .collect()
}

fn credentials(name: &str, password: &str) -> Credentials {
    Credentials { name: name.to_owned(), password: password.as_bytes().to_vec().into() }
}

#[tokio::test]
async fn accepted_password_is_compared_once() {
    let (verifier, compared) = counted();
    let users = users(&[("alice", &hashed("one")), ("bob", &hashed("two"))]);
    for _ in 0..3 {
        assert_eq!(
            verifier.verify(&users, credentials("alice", "one"), here()).await,
            Verdict::Accepted
        );
    }
    assert_eq!(compared.lock().expect("not poisoned").len(), 1);
    assert_eq!(verifier.verify(&users, credentials("bob", "one"), here()).await, Verdict::Rejected);
    assert_eq!(
        verifier.verify(&users, credentials("alice", "two"), here()).await,
        Verdict::Rejected
    );
    assert_eq!(verifier.verify(&users, credentials("bob", "two"), here()).await, Verdict::Accepted);
}

#[tokio::test]
async fn unknown_user_costs_a_comparison_of_highest_cost() {
    let (verifier, compared) = counted();
    let users = users(&[("alice", &bcrypt::hash("one", 5).expect("a hash"))]);
    for _ in 0..2 {
        assert_eq!(
            verifier.verify(&users, credentials("mallory", "one"), here()).await,
            Verdict::Rejected
        );
    }
    let compared = compared.lock().expect("not poisoned");
    assert_eq!(compared.len(), 2);
    assert!(compared.iter().all(|hash| hash.starts_with("$2y$05$")), "{compared:?}");
}

#[tokio::test]
async fn wrong_password_is_compared_each_time() {
    let (verifier, compared) = counted();
    let users = users(&[("alice", &hashed("one"))]);
    for _ in 0..2 {
        assert_eq!(
            verifier.verify(&users, credentials("alice", "two"), here()).await,
            Verdict::Rejected
        );
    }
    assert_eq!(compared.lock().expect("not poisoned").len(), 2);
}

#[tokio::test]
async fn changed_or_removed_password_is_rejected() {
    let (verifier, _) = counted();
    let before = users(&[("alice", &hashed("one"))]);
    assert_eq!(
        verifier.verify(&before, credentials("alice", "one"), here()).await,
        Verdict::Accepted
    );
    let changed = users(&[("alice", &hashed("two"))]);
    assert_eq!(
        verifier.verify(&changed, credentials("alice", "one"), here()).await,
        Verdict::Rejected
    );
    let gone = users(&[("bob", &hashed("two"))]);
    assert_eq!(
        verifier.verify(&gone, credentials("alice", "one"), here()).await,
        Verdict::Rejected
    );
}

#[tokio::test]
async fn remembered_token_contains_no_password_and_no_hash() {
    let (verifier, _) = counted();
    let hash = hashed("one");
    let users = users(&[("alice", &hash)]);
    assert_eq!(
        verifier.verify(&users, credentials("alice", "one"), here()).await,
        Verdict::Accepted
    );
    let other = counted().0;
    let token = |verifier: &PasswordVerifier| {
        verifier
            .token(&credentials("alice", "one"), &PasswordHash::parse(&hash).expect("a hash"))
            .expect("a token")
    };
    assert_eq!(*verifier.remembered(), HashSet::from([token(&verifier)]));
    assert_ne!(token(&verifier), token(&other), "each process has a key of its own");
    assert_eq!(format!("{verifier:?}"), "PasswordVerifier(***)");
}

fn here() -> ClientAddress {
    ClientAddress::new(None)
}

fn client(address: &str) -> ClientAddress {
    ClientAddress::new(Some(address.parse().expect("an address")))
}

fn waiting(verifier: &PasswordVerifier) -> usize {
    MAX_WAITING_IN_ALL - verifier.waiting.available_permits()
}

/// A verifier whose comparisons block until `release` lets each of them go on.
struct Held {
    verifier: Arc<PasswordVerifier>,
    begun: Arc<AtomicUsize>,
    release: std::sync::mpsc::Sender<()>,
}

fn held() -> Held {
    let (release, gate) = std::sync::mpsc::channel();
    let (begun, gate) = (Arc::<AtomicUsize>::default(), Mutex::new(gate));
    let count = begun.clone();
    let compare = move |_: &[u8], _: &PasswordHash| {
        count.fetch_add(1, Ordering::SeqCst);
        gate.lock().expect("not poisoned").recv().is_ok()
    };
    Held { verifier: Arc::new(PasswordVerifier::with_compare(Arc::new(compare))), begun, release }
}

async fn until(what: &str, reached: impl Fn() -> bool) {
    let waited = async {
        while !reached() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.expect(what);
}

#[tokio::test]
async fn comparisons_run_one_at_a_time_and_twenty_wait() {
    let Held { verifier, begun, release } = held();
    let users = Arc::new(users(&[("alice", &hashed("one"))]));
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..MAX_WAITING {
        let (verifier, users) = (verifier.clone(), users.clone());
        asked.spawn(
            async move { verifier.verify(&users, credentials("alice", "one"), here()).await },
        );
    }
    // This thread is free while a comparison runs: the test has only one.
    until("all to wait", || waiting(&verifier) == MAX_WAITING).await;
    until("the first comparison", || begun.load(Ordering::SeqCst) == 1).await;
    let one_more = verifier.verify(&users, credentials("mallory", "x"), here());
    let judged = tokio::time::timeout(Duration::from_secs(30), one_more).await;
    assert_eq!(judged.expect("it does not wait"), Verdict::Busy);
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    for _ in 0..MAX_WAITING {
        release.send(()).expect("a comparison waits");
    }
    while let Some(verdict) = asked.join_next().await {
        assert_eq!(verdict.expect("no panic"), Verdict::Accepted);
    }
}

#[tokio::test]
async fn disconnected_client_keeps_its_turn_until_compared() {
    let Held { verifier, begun, release } = held();
    let users = Arc::new(users(&[("alice", &hashed("one"))]));
    let ask = || {
        let (verifier, users) = (verifier.clone(), users.clone());
        tokio::spawn(
            async move { verifier.verify(&users, credentials("alice", "one"), here()).await },
        )
    };
    let first = ask();
    until("the first comparison", || begun.load(Ordering::SeqCst) == 1).await;
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    let second = ask();
    until("the second to wait", || waiting(&verifier) == 1).await;
    assert!(verifier.one_at_a_time.try_lock().is_err(), "the turn is still taken");
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    release.send(()).expect("a comparison waits");
    release.send(()).expect("a comparison waits");
    assert_eq!(second.await.expect("no panic"), Verdict::Accepted);
}

#[tokio::test]
async fn guessing_client_delays_others_by_one_comparison() {
    let Held { verifier, begun, release } = held();
    let users = Arc::new(users(&[("alice", &hashed("one"))]));
    let ask = |address, password: &'static str| {
        let (verifier, users) = (verifier.clone(), users.clone());
        let client = client(address);
        tokio::spawn(async move {
            verifier.verify(&users, credentials("alice", password), client).await
        })
    };
    // All of one network, as a machine can have them.
    let guesses: Vec<_> = ["2001:db8::1", "2001:db8::2"]
        .into_iter()
        .cycle()
        .take(MAX_WAITING)
        .map(|address| ask(address, "guess"))
        .collect();
    until("all guesses to wait", || waiting(&verifier) == MAX_WAITING).await;
    until("the first comparison", || begun.load(Ordering::SeqCst) == 1).await;
    assert_eq!(ask("2001:db8::3", "one").await.expect("no panic"), Verdict::Busy);
    let honest = ask("2001:db8:0:1::1", "one");
    until("the honest login to wait", || waiting(&verifier) == MAX_WAITING + 1).await;
    for _ in 0..2 {
        release.send(()).expect("a comparison waits");
    }
    let judged = tokio::time::timeout(Duration::from_secs(30), honest).await;
    assert_eq!(judged.expect("after two comparisons").expect("no panic"), Verdict::Accepted);
    assert!(guesses.iter().filter(|guess| guess.is_finished()).count() <= 1);
    for guess in guesses {
        guess.abort();
    }
    drop(release);
}

#[test]
fn client_is_an_ipv4_address_or_an_ipv6_network() {
    for (one, other, same) in [
        ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.1", "10.0.0.2", false),
        ("10.0.0.1", "::ffff:10.0.0.1", true),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", false),
        ("2001:db8::1", "2001:db8::ffff:1", true),
        ("2001:db8::1", "2001:db8:0:1::1", false),
    ] {
        assert_eq!(client(one) == client(other), same, "{one} {other}");
    }
}

fn parsed(value: &str) -> Option<Credentials> {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
    Credentials::from_headers(&headers)
}

#[test]
fn password_begins_after_first_colon() {
    for (text, name, password) in [
        ("alice:secret", "alice", "secret"),
        ("a:b:c", "a", "b:c"),
        (":zebra", "", "zebra"),
        ("åsa:", "åsa", ""),
    ] {
        let value = format!("bAsIc {}", BASE64_STANDARD.encode(text));
        let credentials = parsed(&value).expect(text);
        assert_eq!(credentials.name, name);
        assert_eq!(credentials.password.expose_secret(), password.as_bytes());
        assert!(
            password.is_empty() || !format!("{credentials:?}").contains(password),
            "{credentials:?}"
        );
    }
}

#[test]
fn malformed_or_other_scheme_gives_no_credentials() {
    for value in
        ["", "Basic", "Basic ", "Basic ????", "Basic YWxpY2U=", "Bearer YTpi", "Basic gDpi"]
    {
        assert!(parsed(value).is_none(), "{value}");
    }
    assert!(Credentials::from_headers(&HeaderMap::new()).is_none());
}

fn token(letter: &str) -> BoardToken {
    let text = letter.repeat(BoardToken::MIN_LENGTH);
    BoardToken::new(text.into(), std::path::Path::new("token")).expect("a token")
}

fn sent(letter: &str) -> SentToken {
    SentToken::Token(letter.repeat(BoardToken::MIN_LENGTH).into_bytes().into())
}

#[tokio::test]
async fn token_costs_one_comparison_right_or_wrong() {
    let (verifier, compared) = counted();
    let decoy = PasswordHash::parse(&hashed("any")).expect("a hash");
    let right = token("a");
    let verdict = async |board: &str, token: Option<&BoardToken>, sent: SentToken| {
        verifier.verify_token(board, token, sent, decoy.clone(), here()).await
    };
    let cost = || compared.lock().expect("not poisoned").len();
    for _ in 0..3 {
        assert_eq!(verdict("desk", Some(&right), sent("a")).await, Verdict::Accepted);
    }
    assert_eq!(cost(), 1, "a right one is remembered");
    let cookie = || SentToken::Cookie(right.cookie("desk").into_bytes().into());
    assert_eq!(verdict("desk", Some(&right), cookie()).await, Verdict::Accepted);
    assert_eq!(verdict("hall", Some(&right), cookie()).await, Verdict::Rejected);
    assert_eq!(cost(), 3, "a cookie costs as much");
    let as_token = SentToken::Token(right.cookie("desk").into_bytes().into());
    assert_eq!(verdict("desk", Some(&right), as_token).await, Verdict::Rejected, "another kind");
    for wrong in ["b", "c", "d"] {
        assert_eq!(verdict("desk", Some(&right), sent(wrong)).await, Verdict::Rejected);
    }
    assert_eq!(cost(), 7, "each guess costs one");
    // A board without a token, or one that does not exist: neither time nor answer differs.
    assert_eq!(verdict("none", None, sent("a")).await, Verdict::Rejected);
    assert_eq!(verdict("desk", Some(&right), SentToken::Several).await, Verdict::Rejected);
    assert_eq!(cost(), 9);
}

#[tokio::test]
async fn screens_with_an_old_cookie_cost_nothing_more() {
    let (verifier, compared) = counted();
    let decoy = PasswordHash::parse(&hashed("any")).expect("a hash");
    let (old, new) = (token("a"), token("b"));
    let verdict = async |token: &BoardToken| {
        let cookie = SentToken::Cookie(old.cookie("desk").into_bytes().into());
        verifier.verify_token("desk", Some(token), cookie, decoy.clone(), here()).await
    };
    assert_eq!(verdict(&old).await, Verdict::Accepted);
    for _ in 0..5 {
        assert_eq!(verdict(&new).await, Verdict::Rejected);
    }
    assert_eq!(compared.lock().expect("not poisoned").len(), 2);
    assert_eq!(verdict(&old).await, Verdict::Accepted, "the token is that of before again");
}

#[tokio::test]
async fn tokens_wait_in_the_queue_of_passwords() {
    let Held { verifier, begun, release } = held();
    let decoy = PasswordHash::parse(&hashed("any")).expect("a hash");
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..MAX_WAITING {
        let (verifier, decoy) = (verifier.clone(), decoy.clone());
        asked.spawn(async move {
            let guess = SentToken::Token(number.to_string().into_bytes().into());
            verifier.verify_token("desk", Some(&token("a")), guess, decoy, here()).await
        });
    }
    until("all to wait", || waiting(&verifier) == MAX_WAITING).await;
    until("the first comparison", || begun.load(Ordering::SeqCst) == 1).await;
    // The right one as well: an answer at once would tell it from the guesses.
    let key = token("a");
    let right = verifier.verify_token("desk", Some(&key), sent("a"), decoy.clone(), here());
    assert_eq!(right.await, Verdict::Busy);
    let users = users(&[("alice", &hashed("one"))]);
    let login = verifier.verify(&users, credentials("alice", "one"), here());
    assert_eq!(login.await, Verdict::Busy, "one queue for both");
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    for _ in 0..MAX_WAITING {
        release.send(()).expect("a comparison waits");
    }
    while let Some(verdict) = asked.join_next().await {
        assert_eq!(verdict.expect("no panic"), Verdict::Rejected);
    }
}

#[test]
fn sent_tokens_are_not_printed() {
    let printed = format!("{:?} {:?}", sent("q"), SentToken::Cookie(b"qqqq".to_vec().into()));
    assert!(!printed.contains("qqqq") && !printed.contains("113, 113"), "{printed}");
}
