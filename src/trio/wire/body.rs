//! Memory of answers: limits by resource, and one large body at a time.
//!
//! A small compressed answer may unpack to gigabytes, and four answers arrive at the same time. So
//! each grows freely to a size that nearly all stay below; beyond it the answers of a target wait
//! for each other. The room of a body counts, not its length, and so do a copy in another charset and
//! the items that are decoded.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::block_in_place,
    time::{Instant, timeout_at},
};

use crate::model::Resource;

/// Size of an answer that becomes a tree of values: the Api resource, logins and nodes.
// They need some kilobytes. A tree takes up to 90 times the size of the text (`{"":0}`), so that four
// of them stay below 50 MiB.
pub(in crate::trio) const SMALL_BODY: usize = 128 << 10;
/// Size up to which an answer needs no permit.
// A thousand rows have some hundred kilobytes.
const FREE_BODY: usize = 8 << 20;
/// First allocation for a body.
const FIRST_CAPACITY: usize = 16 << 10;
/// Largest limit whose room a large body gets at once.
const AT_ONCE: usize = 256 << 20;
/// Size from which work on an answer leaves the threads of the runtime.
// Decoding runs at some hundred megabytes a second: about a millisecond.
const LONG_WORK: usize = 256 << 10;

/// Permit for the one large body of a target.
#[derive(Debug)]
pub(super) struct LargeBodies(Arc<Semaphore>);

impl Default for LargeBodies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

/// A body that arrives, and its room.
#[derive(Debug)]
pub(super) struct BodyBuffer {
    bytes: Vec<u8>,
    limit: usize,
    deadline: Instant,
    large: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

/// Reason why a body gets no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// It is larger than this limit in bytes.
    TooLarge(usize),
    /// The time of the request is over.
    TimedOut,
}

/// Largest size of an answer to `resource`, where `configured` holds for lists.
pub(super) fn limit_of(resource: Resource, configured: usize) -> usize {
    let own = match resource {
        Resource::Api
        | Resource::Login
        | Resource::RefreshLogin
        | Resource::Security
        | Resource::Directory => SMALL_BODY,
        // A contact centre has a name and some links.
        Resource::ContactCenters => 1 << 20,
        other if other.is_only_counted() => FREE_BODY,
        _ => usize::MAX,
    };
    own.min(configured)
}

impl LargeBodies {
    /// Begins a body of at most `limit` bytes, which has to arrive within `time`.
    pub(super) fn buffer(&self, limit: usize, time: Duration) -> BodyBuffer {
        BodyBuffer {
            bytes: Vec::new(),
            limit,
            deadline: Instant::now() + time,
            large: self.0.clone(),
            permit: None,
        }
    }
}

impl BodyBuffer {
    /// Appends a part of the body.
    ///
    /// # Errors
    /// There is no room for it.
    pub(super) async fn push(&mut self, part: &[u8]) -> Result<(), NoRoom> {
        let length = self.bytes.len() + part.len();
        self.require(length).await?;
        if length > self.bytes.capacity() {
            let ceiling =
                if self.permit.is_some() { self.limit } else { self.limit.min(FREE_BODY) };
            let additional = next_capacity(length, ceiling) - self.bytes.len();
            self.bytes.try_reserve_exact(additional).map_err(|_| NoRoom::TooLarge(self.limit))?;
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    /// Room that the body takes, in bytes.
    pub(super) fn room(&self) -> usize {
        self.bytes.capacity()
    }

    /// The body up to now.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Requires room for the body and everything made of it, `bytes` together. Waits for the permit
    /// if that is large.
    ///
    /// # Errors
    /// There is no such room.
    pub(super) async fn require(&mut self, bytes: usize) -> Result<(), NoRoom> {
        if bytes > self.limit {
            return Err(NoRoom::TooLarge(self.limit));
        }
        if bytes > FREE_BODY && self.permit.is_none() {
            let permit = timeout_at(self.deadline, self.large.clone().acquire_owned()).await;
            // The semaphore is never closed; were it, a body without a permit would be the lesser
            // harm.
            self.permit = permit.map_err(|_| NoRoom::TimedOut)?.ok();
        }
        Ok(())
    }

    /// Returns the body, and the permit that lasts until its content is decoded.
    pub(super) fn into_parts(self) -> (Vec<u8>, Option<OwnedSemaphorePermit>) {
        (self.bytes, self.permit)
    }
}

/// Returns the next capacity of a body of `length` bytes, at most `ceiling`.
// It doubles, which holds the old buffer and the new one for a moment. A large body therefore gets all
// that it may have at once: pages of memory that it does not write to cost nothing. A last small step
// would hold two buffers of nearly the full size.
fn next_capacity(length: usize, ceiling: usize) -> usize {
    let doubled = length.checked_next_power_of_two().unwrap_or(ceiling).max(FIRST_CAPACITY);
    let is_near = doubled > ceiling / 3 * 2;
    let is_large = length > FREE_BODY && ceiling <= AT_ONCE;
    if is_near || is_large { ceiling.max(length) } else { doubled }
}

/// Does work on an answer of `bytes` bytes; long work does not hold up the other tasks.
// The runtime hands the tasks of this thread over to another one. A runtime with a single thread
// (tests, tools) has no other task that could wait.
pub(super) fn apart<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let is_multi_thread =
        || Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread);
    if bytes >= LONG_WORK && is_multi_thread() { block_in_place(work) } else { work() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn body_grows_to_its_limit_and_no_further() {
        let mut body = LargeBodies::default().buffer(3000, SECOND);
        body.push(&[1; 2000]).await.expect("room");
        body.push(&[2; 1000]).await.expect("room");
        assert!(body.room() <= 3000, "{}", body.room());
        assert_eq!(body.push(&[3]).await, Err(NoRoom::TooLarge(3000)));
        assert_eq!(body.require(3001).await, Err(NoRoom::TooLarge(3000)));
        assert_eq!(body.bytes().len(), 3000);
    }

    #[tokio::test(start_paused = true)]
    async fn second_large_body_waits_for_the_first() {
        let large = LargeBodies::default();
        let buffer = || large.buffer(64 << 20, SECOND);
        let (mut first, mut second, mut small) = (buffer(), buffer(), buffer());
        let part = vec![0; FREE_BODY];
        for body in [&mut first, &mut second, &mut small] {
            body.push(&part).await.expect("free");
        }
        first.push(b"x").await.expect("the permit");
        assert_eq!(second.push(b"x").await, Err(NoRoom::TimedOut), "within the time");
        let mut second = buffer();
        let waiting = second.require(FREE_BODY + 1);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        let (_, permit) = first.into_parts();
        drop(permit);
        waiting.await.expect("the permit");
    }

    #[test]
    fn capacity_doubles_and_never_passes_the_ceiling() {
        for ceiling in [1 << 20, 50 << 20, 64 << 20, 65 << 20, 4096 << 20] {
            let mut capacity = 0;
            while capacity < ceiling {
                let next = next_capacity(capacity + 1, ceiling);
                assert!(next > capacity && next <= ceiling);
                assert!(capacity + next <= ceiling / 3 * 5 + 3, "{capacity} to {next}");
                capacity = next;
            }
        }
    }

    #[test]
    fn kilobytes_are_enough_for_single_items() {
        let configured = 64 << 20;
        for resource in [Resource::Api, Resource::Login, Resource::Directory] {
            assert_eq!(limit_of(resource, configured), SMALL_BODY);
        }
        assert_eq!(limit_of(Resource::Subscribers, configured), FREE_BODY);
        assert_eq!(limit_of(Resource::Agents, configured), configured);
        assert_eq!(limit_of(Resource::Api, 1000), 1000);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn long_work_does_not_stop_other_tasks() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let work = tokio::spawn(async move {
            tokio::spawn(async move { sender.send(()) });
            // Only the other task ends this; both have the same thread.
            apart(LONG_WORK, || receiver.recv_timeout(Duration::from_secs(20)))
        });
        assert_eq!(work.await.expect("no panic"), Ok(()));
    }
}
