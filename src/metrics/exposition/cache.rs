//! A cache of short-lived values: requests that come at the same time share one value.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::OnceCell, task::JoinError};

use crate::model::Stamp;

/// Values that are shared up to a maximum age. A value that is being made is shared at any age.
#[derive(Debug)]
pub(super) struct Cache<K, V> {
    max_age: Duration,
    cells: Mutex<HashMap<K, Cell<V>>>,
}

type Cell<V> = Arc<OnceCell<(Stamp, V)>>;

impl<K, V> Cache<K, V>
where
    K: Eq + Hash,
    V: Clone + Send + Sync + 'static,
{
    /// Returns an empty cache. With a maximum age of zero, only requests at the same time share a
    /// value.
    pub(in crate::metrics) fn new(max_age: Duration) -> Self {
        Self { max_age, cells: Mutex::default() }
    }

    /// Returns the value of `key` if it is young enough at `now` and valid, or is being made; else
    /// makes it with `make`.
    ///
    /// # Errors
    /// The error of `make`, or its panic. If other requests wait for the value, one of them makes
    /// it instead.
    pub(in crate::metrics) async fn get<E>(
        &self,
        key: K,
        now: Stamp,
        is_valid: impl Fn(&V) -> bool,
        make: impl Future<Output = Result<(Stamp, V), E>> + Send + 'static,
    ) -> Result<V, E>
    where
        E: From<JoinError> + Send + 'static,
    {
        let cell = self.cell(key, now, is_valid);
        // Most requests find a value, and need no task for it.
        if let Some((_, value)) = cell.get() {
            return Ok(value.clone());
        }
        // In a task of its own: if the client that came first disconnects, its request is dropped,
        // but others wait for the value.
        let made =
            async move { cell.get_or_try_init(|| make).await.map(|(_, value)| value.clone()) };
        tokio::spawn(made).await?
    }

    /// Returns the cell of `key`, after removing all values that are too old, and the value of `key`
    /// if it is not valid.
    fn cell(&self, key: K, now: Stamp, is_valid: impl Fn(&V) -> bool) -> Cell<V> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        // Of all keys, because an encoding can have 14 MB: those of a target that is no longer
        // scraped must not stay.
        cells.retain(|of, cell| match cell.get() {
            Some((made, value)) => {
                now.since(*made) < self.max_age && (*of != key || is_valid(value))
            }
            // Empty: a request that makes or awaits the value holds the cell, too.
            None => Arc::strong_count(cell) > 1,
        });
        cells.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::Clock;

    #[derive(Debug, PartialEq)]
    struct Failed;

    impl From<JoinError> for Failed {
        fn from(_: JoinError) -> Self {
            Self
        }
    }

    /// Requests a value that counts how often it was made.
    async fn get(cache: &Cache<u8, usize>, now: Stamp, made: &Arc<AtomicUsize>) -> usize {
        let made = made.clone();
        let make = async move {
            tokio::task::yield_now().await;
            Ok::<_, Failed>((now, made.fetch_add(1, Ordering::SeqCst)))
        };
        cache.get(1, now, |_| true, make).await.expect("made")
    }

    #[tokio::test]
    async fn value_is_shared_until_its_maximum_age() {
        let (cache, made) = (Cache::new(Duration::from_secs(1)), Arc::default());
        let start = Clock::system().now();
        let at = |millis| Stamp { mono: start.mono + Duration::from_millis(millis), ..start };
        assert_eq!(get(&cache, at(0), &made).await, 0);
        assert_eq!(get(&cache, at(999), &made).await, 0);
        assert_eq!(get(&cache, at(1000), &made).await, 1);
    }

    #[tokio::test]
    async fn only_an_invalid_value_of_the_key_is_made_again() {
        let cache = Cache::new(Duration::from_secs(1));
        let now = Clock::system().now();
        let get = async |key: u8, value: u8, valid: bool| {
            let make = async move { Ok::<_, Failed>((now, value)) };
            cache.get(key, now, |_| valid, make).await.expect("made")
        };
        assert_eq!((get(1, 10, true).await, get(2, 20, true).await), (10, 20));
        assert_eq!(get(1, 11, false).await, 11);
        assert_eq!((get(1, 12, true).await, get(2, 21, true).await), (11, 20));
    }

    #[tokio::test]
    async fn concurrent_requests_share_a_value_of_age_zero() {
        let (cache, made) = (Cache::new(Duration::ZERO), Arc::default());
        let now = Clock::system().now();
        let (a, b, c) =
            tokio::join!(get(&cache, now, &made), get(&cache, now, &made), get(&cache, now, &made));
        assert_eq!((a, b, c), (0, 0, 0));
        assert_eq!(get(&cache, now, &made).await, 1);
    }

    #[tokio::test]
    async fn waiting_request_makes_the_value_after_a_failure() {
        let (cache, made) =
            (Cache::<u8, usize>::new(Duration::ZERO), Arc::new(AtomicUsize::new(7)));
        let now = Clock::system().now();
        let fails = cache.get(1, now, |_| true, async {
            tokio::task::yield_now().await;
            Err(Failed)
        });
        let (failed, value) = tokio::join!(fails, get(&cache, now, &made));
        assert_eq!((failed, value), (Err(Failed), 7));
    }

    #[tokio::test]
    async fn dropped_first_request_does_not_stop_the_value() {
        let (cache, made) = (Cache::new(Duration::from_secs(1)), Arc::default());
        let now = Clock::system().now();
        tokio::select! {
            biased;
            _ = get(&cache, now, &made) => panic!("made at once"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(get(&cache, now, &made).await, 0);
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn panic_fails_the_request_and_is_not_kept() {
        let (cache, made) = (Cache::<u8, usize>::new(Duration::from_secs(1)), Arc::default());
        let now = Clock::system().now();
        assert_eq!(cache.get(1, now, |_| true, async { panic!("on purpose") }).await, Err(Failed));
        assert_eq!(get(&cache, now, &made).await, 0);
    }

    #[tokio::test]
    async fn next_request_removes_old_values() {
        let cache = Cache::new(Duration::from_secs(1));
        let now = Clock::system().now();
        let later = Stamp { mono: now.mono + Duration::from_secs(2), ..now };
        let value = Arc::new(());
        let shared = value.clone();
        let _ = cache.get(1, now, |_| true, async move { Ok::<_, Failed>((now, shared)) }).await;
        assert_eq!(Arc::strong_count(&value), 2);
        let _ = cache
            .get(2, later, |_| true, async move { Ok::<_, Failed>((later, Arc::new(()))) })
            .await;
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
