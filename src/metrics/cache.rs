//! Encodings that live a moment: each is made once, however many ask for it at the same time.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;

use crate::model::Stamp;

/// A store of values that are shared while young. What is being made is shared whatever its age.
#[derive(Debug)]
pub(super) struct Cache<K, V> {
    max_age: Duration,
    cells: Mutex<HashMap<K, Cell<V>>>,
}

type Cell<V> = Arc<OnceCell<(Stamp, V)>>;

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    pub(super) fn new(max_age: Duration) -> Self {
        Self { max_age, cells: Mutex::default() }
    }

    /// The value under `key` if it is young at `now` or being made; else `make`s it.
    ///
    /// When a maker gives up or is cancelled, one of those who wait makes the value instead.
    pub(super) async fn get<E>(
        &self,
        key: K,
        now: Stamp,
        make: impl AsyncFnOnce() -> Result<(Stamp, V), E>,
    ) -> Result<V, E> {
        let cell = self.cell(key, now);
        cell.get_or_try_init(|| make()).await.map(|(_, value)| value.clone())
    }

    /// Old values go whenever somebody asks for any: they can be large.
    fn cell(&self, key: K, now: Stamp) -> Cell<V> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.retain(|_, cell| match cell.get() {
            Some((made, _)) => now.since(*made) < self.max_age,
            None => Arc::strong_count(cell) > 1,
        });
        cells.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::model::Clock;

    async fn get(cache: &Cache<u8, usize>, now: Stamp, made: &AtomicUsize) -> usize {
        let make = async || {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>((now, made.fetch_add(1, Ordering::SeqCst)))
        };
        cache.get(1, now, make).await.expect("infallible")
    }

    #[tokio::test]
    async fn a_value_is_shared_until_it_is_old() {
        let (cache, made) = (Cache::new(Duration::from_secs(1)), AtomicUsize::new(0));
        let start = Clock::system().now();
        let at = |millis| Stamp { mono: start.mono + Duration::from_millis(millis), ..start };
        assert_eq!(get(&cache, at(0), &made).await, 0);
        assert_eq!(get(&cache, at(999), &made).await, 0);
        assert_eq!(get(&cache, at(1000), &made).await, 1);
    }

    #[tokio::test]
    async fn those_who_ask_at_the_same_time_share_even_when_nothing_is_kept() {
        let (cache, made) = (Cache::new(Duration::ZERO), AtomicUsize::new(0));
        let now = Clock::system().now();
        let (a, b, c) =
            tokio::join!(get(&cache, now, &made), get(&cache, now, &made), get(&cache, now, &made));
        assert_eq!((a, b, c), (0, 0, 0));
        assert_eq!(get(&cache, now, &made).await, 1);
    }

    #[tokio::test]
    async fn who_waits_for_a_maker_that_gives_up_makes_the_value() {
        let (cache, made) = (Cache::<u8, usize>::new(Duration::ZERO), AtomicUsize::new(7));
        let now = Clock::system().now();
        let fails = cache.get(1, now, async || {
            tokio::task::yield_now().await;
            Err("no")
        });
        let (failed, value) = tokio::join!(fails, get(&cache, now, &made));
        assert_eq!((failed, value), (Err("no"), 7));
    }

    #[tokio::test]
    async fn old_values_are_let_go_when_another_is_asked_for() {
        let cache = Cache::new(Duration::from_secs(1));
        let now = Clock::system().now();
        let later = Stamp { mono: now.mono + Duration::from_secs(2), ..now };
        let value = Arc::new(());
        let shared = value.clone();
        let _ = cache.get(1, now, async || Ok::<_, Infallible>((now, shared))).await;
        assert_eq!(Arc::strong_count(&value), 2);
        let _ = cache.get(2, later, async || Ok::<_, Infallible>((later, Arc::new(())))).await;
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
