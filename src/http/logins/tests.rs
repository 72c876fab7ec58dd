//! Who is let in, and what it costs: comparisons are counted, not timed.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use pretty_assertions::assert_eq;

use super::*;

/// Logins by bcrypt itself, and the hashes that were compared with.
fn counted() -> (Arc<Logins>, Arc<Mutex<Vec<String>>>) {
    let compared = Arc::<Mutex<Vec<String>>>::default();
    let list = compared.clone();
    let compare = move |password: &[u8], hash: &PasswordHash| {
        list.lock().expect("not poisoned").push(hash.expose().to_owned());
        bcrypt::verify(password, hash.expose()).expect("a hash")
    };
    (Arc::new(Logins::comparing(Arc::new(compare))), compared)
}

fn hashed(password: &str) -> String {
    bcrypt::hash(password, 4).expect("a hash")
}

fn users(list: &[(&str, &str)]) -> Users {
    list.iter().map(|(name, hash)| ((*name).to_owned(), PasswordHash::parse(hash).expect("a hash"))).collect()
}

fn given(name: &str, password: &str) -> Credentials {
    Credentials { name: name.to_owned(), password: password.as_bytes().to_vec().into() }
}

#[tokio::test]
async fn a_user_with_the_right_password_is_compared_once_and_remembered() {
    let (logins, compared) = counted();
    let users = users(&[("alice", &hashed("one")), ("bob", &hashed("two"))]);
    for _ in 0..3 {
        assert_eq!(logins.judge(&users, given("alice", "one")).await, Login::Right);
    }
    assert_eq!(compared.lock().expect("not poisoned").len(), 1);
    assert_eq!(logins.judge(&users, given("bob", "one")).await, Login::Wrong);
    assert_eq!(logins.judge(&users, given("alice", "two")).await, Login::Wrong);
    assert_eq!(logins.judge(&users, given("bob", "two")).await, Login::Right);
}

#[tokio::test]
async fn an_unknown_user_costs_a_comparison_every_time_with_a_hash_as_dear_as_that_of_a_user() {
    let (logins, compared) = counted();
    let users = users(&[("alice", &bcrypt::hash("one", 5).expect("a hash"))]);
    for _ in 0..2 {
        assert_eq!(logins.judge(&users, given("mallory", "one")).await, Login::Wrong);
    }
    let compared = compared.lock().expect("not poisoned");
    assert_eq!(compared.len(), 2);
    assert!(compared.iter().all(|hash| hash.starts_with("$2y$05$")), "{compared:?}");
}

#[tokio::test]
async fn a_wrong_password_is_compared_every_time() {
    let (logins, compared) = counted();
    let users = users(&[("alice", &hashed("one"))]);
    for _ in 0..2 {
        assert_eq!(logins.judge(&users, given("alice", "two")).await, Login::Wrong);
    }
    assert_eq!(compared.lock().expect("not poisoned").len(), 2);
}

#[tokio::test]
async fn a_password_that_was_changed_or_taken_away_is_no_longer_right() {
    let (logins, _) = counted();
    let before = users(&[("alice", &hashed("one"))]);
    assert_eq!(logins.judge(&before, given("alice", "one")).await, Login::Right);
    let changed = users(&[("alice", &hashed("two"))]);
    assert_eq!(logins.judge(&changed, given("alice", "one")).await, Login::Wrong);
    let gone = users(&[("bob", &hashed("two"))]);
    assert_eq!(logins.judge(&gone, given("alice", "one")).await, Login::Wrong);
}

#[tokio::test]
async fn what_is_remembered_holds_neither_the_password_nor_its_hash() {
    let (logins, _) = counted();
    let hash = hashed("one");
    let users = users(&[("alice", &hash)]);
    assert_eq!(logins.judge(&users, given("alice", "one")).await, Login::Right);
    let other = counted().0;
    let token = |logins: &Logins| {
        logins.token(&given("alice", "one"), &PasswordHash::parse(&hash).expect("a hash")).expect("a token")
    };
    assert_eq!(*logins.remembered(), HashSet::from([token(&logins)]));
    assert_ne!(token(&logins), token(&other), "each process has a key of its own");
    assert_eq!(format!("{logins:?}"), "Logins(***)");
}

/// Comparisons that stand still until they are let go.
struct Held {
    logins: Arc<Logins>,
    begun: Arc<AtomicUsize>,
    let_go: std::sync::mpsc::Sender<()>,
}

fn held() -> Held {
    let (let_go, gate) = std::sync::mpsc::channel();
    let (begun, gate) = (Arc::<AtomicUsize>::default(), Mutex::new(gate));
    let count = begun.clone();
    let compare = move |_: &[u8], _: &PasswordHash| {
        count.fetch_add(1, Ordering::SeqCst);
        gate.lock().expect("not poisoned").recv().is_ok()
    };
    Held { logins: Arc::new(Logins::comparing(Arc::new(compare))), begun, let_go }
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
async fn one_comparison_runs_at_a_time_off_the_async_threads_and_twenty_wait_at_most() {
    let Held { logins, begun, let_go } = held();
    let users = Arc::new(users(&[("alice", &hashed("one"))]));
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..MOST_WAITING {
        let (logins, users) = (logins.clone(), users.clone());
        asked.spawn(async move { logins.judge(&users, given("alice", "one")).await });
    }
    // This thread is free while a comparison runs: the test has only one.
    until("all to wait", || logins.waiting.available_permits() == 0).await;
    until("the first comparison", || begun.load(Ordering::SeqCst) == 1).await;
    let one_more = logins.judge(&users, given("mallory", "x"));
    let judged = tokio::time::timeout(Duration::from_secs(30), one_more).await;
    assert_eq!(judged.expect("it does not wait"), Login::Busy);
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    for _ in 0..MOST_WAITING {
        let_go.send(()).expect("somebody waits");
    }
    while let Some(login) = asked.join_next().await {
        assert_eq!(login.expect("no panic"), Login::Right);
    }
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_let_a_second_comparison_run_beside_its_own() {
    let Held { logins, begun, let_go } = held();
    let users = Arc::new(users(&[("alice", &hashed("one"))]));
    let ask = || {
        let (logins, users) = (logins.clone(), users.clone());
        tokio::spawn(async move { logins.judge(&users, given("alice", "one")).await })
    };
    let first = ask();
    until("the first comparison", || begun.load(Ordering::SeqCst) == 1).await;
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    let second = ask();
    until("the second to wait", || logins.waiting.available_permits() == MOST_WAITING - 1).await;
    assert!(logins.one_at_a_time.try_lock().is_err(), "the turn is still taken");
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    let_go.send(()).expect("somebody waits");
    let_go.send(()).expect("somebody waits");
    assert_eq!(second.await.expect("no panic"), Login::Right);
}
