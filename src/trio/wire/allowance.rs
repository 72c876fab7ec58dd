//! Number and pace of the requests of a command that learns: its readings, the pages of the help, and
//! the proofs together.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Requests that a command may send, and the time between two of them.
// A production server answers operators and callers at the same time. One bound for each part of a
// command would be several bounds for the server.
#[derive(Debug)]
pub(in crate::trio) struct Allowance {
    limit: usize,
    pause: Duration,
    sent: Mutex<Sent>,
}

#[derive(Debug, Default)]
struct Sent {
    requests: usize,
    /// Time of the next request.
    next: Option<Instant>,
    /// A simulator answers, which needs no rest between requests.
    simulated: bool,
}

impl Allowance {
    /// Allows `limit` requests with this time between two of them.
    pub(in crate::trio) fn new(limit: usize, pause: Duration) -> Self {
        Self { limit, pause, sent: Mutex::default() }
    }

    /// Waits until the next request may be sent.
    ///
    /// # Errors
    /// The limit, if it is reached.
    pub(in crate::trio) async fn take(&self) -> Result<(), usize> {
        // Held during the wait: requests that come together go one after the other.
        let mut sent = self.sent.lock().await;
        if sent.requests >= self.limit {
            return Err(self.limit);
        }
        sent.wait().await;
        sent.requests += 1;
        sent.next = Some(Instant::now() + self.pause);
        Ok(())
    }

    /// Records that a simulator answers.
    pub(in crate::trio) async fn record_simulator(&self) {
        self.sent.lock().await.simulated = true;
    }

    /// Waits until the next request may be sent, and returns how many may.
    pub(in crate::trio) async fn left(&self) -> usize {
        let sent = self.sent.lock().await;
        sent.wait().await;
        self.limit - sent.requests
    }
}

impl Sent {
    async fn wait(&self) {
        if let Some(next) = self.next.filter(|_| !self.simulated) {
            sleep_until(next).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(500);

    #[tokio::test(start_paused = true)]
    async fn requests_are_counted_and_paced_also_when_they_come_together() {
        let allowance = Allowance::new(5, PAUSE);
        let begun = Instant::now();
        let times = futures_util::future::join_all((0..6).map(async |_| {
            let taken = allowance.take().await;
            (taken, begun.elapsed())
        }));
        let expected = (0..5).map(|n| (Ok(()), PAUSE * n)).chain([(Err(5), PAUSE * 4)]);
        assert_eq!(times.await, expected.collect::<Vec<_>>());
        assert_eq!(allowance.left().await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_answers_need_no_further_pause_and_a_simulator_none() {
        let allowance = Allowance::new(9, PAUSE);
        let begun = Instant::now();
        allowance.take().await.expect("one of nine");
        tokio::time::sleep(PAUSE * 3).await;
        allowance.take().await.expect("two of nine");
        assert_eq!(begun.elapsed(), PAUSE * 3);
        assert_eq!(allowance.left().await, 7);
        assert_eq!(begun.elapsed(), PAUSE * 4, "the wait is no part of the answer's time");
        allowance.take().await.expect("three of nine");
        allowance.record_simulator().await;
        allowance.take().await.expect("four of nine");
        assert_eq!(allowance.left().await, 5);
        assert_eq!(begun.elapsed(), PAUSE * 4);
    }
}
