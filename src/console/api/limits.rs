//! How often somebody may ask: a bucket a caller that fills at a steady rate. Memory is bounded
//! however many callers there are.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests at once, and how many a minute after that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    burst: u32,
    per_minute: u32,
}

/// What one token may.
pub(super) const PER_TOKEN: Rate = Rate { burst: 30, per_minute: 30 };
/// What one address may, whatever tokens it has or guesses.
pub(super) const PER_ADDRESS: Rate = Rate { burst: 60, per_minute: 60 };
/// What one person's token may: a program that works through the queue.
pub(super) const PER_BEARER: Rate = Rate { burst: 300, per_minute: 600 };
/// What one address may that works in the queue: several people share an office's.
pub(super) const PER_OFFICE: Rate = Rate { burst: 600, per_minute: 2400 };

/// Callers remembered at a time.
const MOST_CALLERS: usize = 10_000;

/// An address as far as one caller has it to himself: all of IPv4, half of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) >> 64 << 64;
                IpAddr::V6(network.into())
            }
            v4 => v4,
        })
    }
}

/// One bucket a caller.
pub(super) struct Limiter<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Eq + Hash> Limiter<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Lets a request through, or says how long to wait.
    pub(super) fn admit(&self, caller: K, now: Instant) -> Result<(), Duration> {
        let most = f64::from(self.rate.burst);
        let a_second = f64::from(self.rate.per_minute) / 60.0;
        let filled = |bucket: &Bucket| {
            let since = now.saturating_duration_since(bucket.at).as_secs_f64();
            (bucket.tokens + since * a_second).min(most)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_CALLERS && !buckets.contains_key(&caller) {
            // Whose bucket is full again is as good as new.
            buckets.retain(|_, bucket| filled(bucket) < most);
            if buckets.len() >= MOST_CALLERS {
                return Err(Duration::from_secs(60));
            }
        }
        let bucket = buckets.entry(caller).or_insert(Bucket { tokens: most, at: now });
        bucket.tokens = filled(bucket);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.tokens) / a_second));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Rate = Rate { burst: 3, per_minute: 60 };

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::new(SLOW);
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..3 {
            assert_eq!(limiter.admit("a", at(0)), Ok(()));
        }
        assert_eq!(limiter.admit("a", at(0)), Err(Duration::from_secs(1)));
        assert_eq!(limiter.admit("b", at(0)), Ok(()), "each caller has his own");
        assert_eq!(limiter.admit("a", at(1)), Ok(()));
        assert!(limiter.admit("a", at(1)).is_err());
        for _ in 0..3 {
            assert_eq!(limiter.admit("a", at(100)), Ok(()));
        }
        assert!(limiter.admit("a", at(100)).is_err(), "it never holds more than its burst");
    }

    #[test]
    fn memory_is_bounded_and_nobody_is_forgiven_for_it() {
        let limiter = Limiter::new(SLOW);
        let start = Instant::now();
        for caller in 0..MOST_CALLERS {
            limiter.admit(caller, start).unwrap();
        }
        assert!(limiter.admit(MOST_CALLERS, start).is_err());
        assert_eq!(limiter.admit(0, start), Ok(()), "who is known is heard");
        let later = start + Duration::from_secs(60);
        assert_eq!(limiter.admit(MOST_CALLERS, later), Ok(()));
        assert_eq!(limiter.buckets.lock().unwrap().len(), 1);
    }

    #[test]
    fn an_address_is_what_one_caller_has() {
        let address = |text: &str| Address::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:127.0.0.1"), address("127.0.0.1"));
        assert_ne!(address("127.0.0.1"), address("127.0.0.2"));
    }
}
