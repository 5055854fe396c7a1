//! The pace of one registrable domain: one request at a time, and a floor of quiet between the end
//! of one and the start of the next. Measured from the END of a request, so that the server, too,
//! never sees two closer than the floor. Errors can only slow it down.

use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep_until};

/// The most that errors add to the interval.
const MOST_EXTRA: Duration = Duration::from_secs(60);
/// What is added at least after an error, where the floor itself is shorter.
const LEAST_EXTRA: Duration = Duration::from_millis(100);
/// How much of what errors added a success leaves.
const KEPT_BY_SUCCESS: f64 = 0.9;
/// The most that jitter lengthens an interval, as a part of it.
const JITTER: f64 = 0.3;

/// The turns of one domain.
#[derive(Debug)]
pub struct Pace {
    floor: Duration,
    /// When the last request ended; `None` before the first. Whoever holds the lock has the turn.
    ended: Arc<Mutex<Option<Instant>>>,
    /// What errors have added to the interval.
    extra: Arc<StdMutex<Duration>>,
}

/// The right to send one request; dropping it, also by cancellation, starts the quiet time.
#[derive(Debug)]
pub struct Turn {
    ended: OwnedMutexGuard<Option<Instant>>,
    extra: Arc<StdMutex<Duration>>,
    floor: Duration,
    used: bool,
}

impl Pace {
    /// A pace with this time of quiet between two requests.
    pub fn new(floor: Duration) -> Self {
        Self { floor, ended: Arc::default(), extra: Arc::default() }
    }

    /// Waits for a turn, first come first served. `crawl_delay` is what the robots.txt of the host
    /// asks for, `dice` a number of `0.0..1.0`: jitter lengthens the interval, it never shortens it.
    pub async fn turn(&self, crawl_delay: Option<Duration>, dice: f64) -> Turn {
        let ended = Arc::clone(&self.ended).lock_owned().await;
        let floor = crawl_delay.unwrap_or_default().max(self.floor);
        if let Some(ended) = *ended {
            let interval = (floor + self.extra()).mul_f64(1.0 + JITTER * dice.clamp(0.0, 1.0));
            sleep_until(ended + interval).await;
        }
        Turn { ended, extra: Arc::clone(&self.extra), floor, used: true }
    }

    /// The quiet time now in force, without jitter and without what a robots.txt adds.
    pub fn interval(&self) -> Duration {
        self.floor + self.extra()
    }

    /// Whether a request is under way or someone waits for the quiet time to end.
    pub fn is_busy(&self) -> bool {
        self.ended.try_lock().is_err()
    }

    fn extra(&self) -> Duration {
        *self.extra.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// The request failed in a way that may be our fault: the next ones come later.
    pub fn slow_down(&mut self) {
        let step = self.floor.max(LEAST_EXTRA);
        self.change(|extra| (extra * 2).max(step).min(MOST_EXTRA));
    }

    /// The request was answered well: a little of what errors added is taken back.
    pub fn recover(&mut self) {
        self.change(|extra| extra.mul_f64(KEPT_BY_SUCCESS));
    }

    /// Gives the turn back without having sent anything: no quiet time starts.
    pub fn give_back(mut self) {
        self.used = false;
    }

    fn change(&mut self, by: impl FnOnce(Duration) -> Duration) {
        let mut extra = self.extra.lock().unwrap_or_else(PoisonError::into_inner);
        *extra = by(*extra);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.used {
            *self.ended = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Takes `turns` turns at once from many tasks and gives back when each began and ended.
    async fn schedule(
        pace: Pace,
        crawl_delay: Option<Duration>,
        turns: u32,
    ) -> Vec<(Instant, Instant)> {
        let pace = Arc::new(pace);
        let tasks: Vec<_> = (0..turns)
            .map(|number| {
                let pace = Arc::clone(&pace);
                tokio::spawn(async move {
                    let mut turn = pace.turn(crawl_delay, fastrand::f64()).await;
                    let began = Instant::now();
                    tokio::time::sleep(Duration::from_millis(u64::from(number % 7) * 130)).await;
                    if number % 3 == 0 {
                        turn.slow_down()
                    } else {
                        turn.recover()
                    }
                    drop(turn);
                    (began, Instant::now())
                })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap());
        }
        times.sort();
        times
    }

    #[tokio::test(start_paused = true)]
    async fn many_callers_never_get_two_turns_closer_than_the_floor() {
        for crawl_delay in [None, Some(SECOND * 7)] {
            let times = schedule(Pace::new(SECOND * 2), crawl_delay, 50).await;
            for pair in times.windows(2) {
                let quiet = pair[1].0 - pair[0].1;
                assert!(quiet >= crawl_delay.unwrap_or(SECOND * 2), "{quiet:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn jitter_lengthens_by_at_most_three_tenths() {
        let pace = Pace::new(SECOND * 10);
        drop(pace.turn(None, 0.0).await);
        for (dice, expected) in [(0.0, 10_000), (0.5, 11_500), (1.0, 13_000)] {
            let before = Instant::now();
            drop(pace.turn(None, dice).await);
            // Tokio's timer counts in whole milliseconds, rounded up.
            let waited = (Instant::now() - before).as_millis();
            assert!((expected..=expected + 1).contains(&waited), "{dice}: {waited}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn errors_slow_down_and_successes_never_go_under_the_floor() {
        let pace = Pace::new(SECOND * 2);
        pace.turn(None, 0.0).await.slow_down();
        assert_eq!(pace.interval(), SECOND * 4);
        pace.turn(None, 0.0).await.slow_down();
        assert_eq!(pace.interval(), SECOND * 6);
        for _ in 0..20 {
            pace.turn(None, 0.0).await.slow_down();
        }
        assert_eq!(pace.interval(), SECOND * 2 + MOST_EXTRA);
        for _ in 0..300 {
            pace.turn(None, 0.0).await.recover();
        }
        let before = Instant::now();
        drop(pace.turn(None, 0.0).await);
        assert!(Instant::now() - before >= SECOND * 2);
        assert!(Instant::now() - before < SECOND * 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_neither_blocks_nor_shortens_the_quiet_time() {
        let pace = Pace::new(SECOND * 2);
        drop(pace.turn(None, 0.0).await);
        let ended = Instant::now();
        let given_up = tokio::time::timeout(SECOND, pace.turn(None, 0.0)).await;
        assert!(given_up.is_err());
        drop(pace.turn(None, 0.0).await);
        assert!(Instant::now() - ended >= SECOND * 2);
    }
    #[tokio::test(start_paused = true)]
    async fn a_turn_given_back_unused_delays_nobody() {
        let pace = Pace::new(SECOND * 2);
        let turn = pace.turn(None, 0.0).await;
        assert!(pace.is_busy());
        turn.give_back();
        let before = Instant::now();
        drop(pace.turn(None, 0.0).await);
        assert_eq!(Instant::now(), before);
        assert!(!pace.is_busy());
    }
}
