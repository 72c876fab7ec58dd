//! Encodings that live a moment: each is made once, however many ask for it at the same time.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::OnceCell, task::JoinError};

use crate::model::Stamp;

/// A store of values that are shared while young. What is being made is shared whatever its age.
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
    pub(super) fn new(max_age: Duration) -> Self {
        Self { max_age, cells: Mutex::default() }
    }

    /// The value under `key` if it is young at `now` or being made; else what `make` makes.
    ///
    /// The making goes on when the one who asked goes away: others may be waiting. When it fails, one of
    /// those makes the value instead.
    pub(super) async fn get<E>(
        &self,
        key: K,
        now: Stamp,
        make: impl Future<Output = Result<(Stamp, V), E>> + Send + 'static,
    ) -> Result<V, E>
    where
        E: From<JoinError> + Send + 'static,
    {
        let cell = self.cell(key, now);
        let made = async move { cell.get_or_try_init(|| make).await.map(|(_, value)| value.clone()) };
        tokio::spawn(made).await?
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

    /// Asks for a value that counts how often it was made.
    async fn get(cache: &Cache<u8, usize>, now: Stamp, made: &Arc<AtomicUsize>) -> usize {
        let made = made.clone();
        let make = async move {
            tokio::task::yield_now().await;
            Ok::<_, Failed>((now, made.fetch_add(1, Ordering::SeqCst)))
        };
        cache.get(1, now, make).await.expect("made")
    }

    #[tokio::test]
    async fn a_value_is_shared_until_it_is_old() {
        let (cache, made) = (Cache::new(Duration::from_secs(1)), Arc::default());
        let start = Clock::system().now();
        let at = |millis| Stamp { mono: start.mono + Duration::from_millis(millis), ..start };
        assert_eq!(get(&cache, at(0), &made).await, 0);
        assert_eq!(get(&cache, at(999), &made).await, 0);
        assert_eq!(get(&cache, at(1000), &made).await, 1);
    }

    #[tokio::test]
    async fn those_who_ask_at_the_same_time_share_even_when_nothing_is_kept() {
        let (cache, made) = (Cache::new(Duration::ZERO), Arc::default());
        let now = Clock::system().now();
        let (a, b, c) =
            tokio::join!(get(&cache, now, &made), get(&cache, now, &made), get(&cache, now, &made));
        assert_eq!((a, b, c), (0, 0, 0));
        assert_eq!(get(&cache, now, &made).await, 1);
    }

    #[tokio::test]
    async fn who_waits_for_a_maker_that_fails_makes_the_value() {
        let (cache, made) = (Cache::<u8, usize>::new(Duration::ZERO), Arc::new(AtomicUsize::new(7)));
        let now = Clock::system().now();
        let fails = cache.get(1, now, async {
            tokio::task::yield_now().await;
            Err(Failed)
        });
        let (failed, value) = tokio::join!(fails, get(&cache, now, &made));
        assert_eq!((failed, value), (Err(Failed), 7));
    }

    #[tokio::test]
    async fn a_value_is_made_once_though_the_first_who_asked_went_away() {
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
    async fn a_maker_that_panics_fails_and_is_not_remembered() {
        let (cache, made) = (Cache::<u8, usize>::new(Duration::from_secs(1)), Arc::default());
        let now = Clock::system().now();
        assert_eq!(cache.get(1, now, async { panic!("on purpose") }).await, Err(Failed));
        assert_eq!(get(&cache, now, &made).await, 0);
    }

    #[tokio::test]
    async fn old_values_are_let_go_when_another_is_asked_for() {
        let cache = Cache::new(Duration::from_secs(1));
        let now = Clock::system().now();
        let later = Stamp { mono: now.mono + Duration::from_secs(2), ..now };
        let value = Arc::new(());
        let shared = value.clone();
        let _ = cache.get(1, now, async move { Ok::<_, Failed>((now, shared)) }).await;
        assert_eq!(Arc::strong_count(&value), 2);
        let _ = cache.get(2, later, async move { Ok::<_, Failed>((later, Arc::new(()))) }).await;
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
