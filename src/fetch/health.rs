//! Whether a host may be asked: back-off after failures, pauses it asked for, and the circuit
//! breaker. A pure state machine; the caller brings the time and the dice.
//!
//! One request at a time is in flight to a host, and a caller asks again when its turn has come, so
//! a circuit whose time is over lets exactly one probe through before it knows more.

use std::time::Duration;

use tokio::time::Instant;

/// Consecutive failures that open the circuit.
pub const THRESHOLD: u32 = 5;
/// The highest ceiling of a back-off.
pub const CAP: Duration = Duration::from_secs(3600);

/// The state of a host's circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// Requests go through.
    Closed,
    /// After repeated failures no request goes through for a time.
    Open,
    /// That time is over: the next request is a probe.
    HalfOpen,
}

/// Why a host may not be asked now, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// A pause after a failure, or one the host asked for.
    Paused(Instant),
    /// The circuit is open.
    CircuitOpen(Instant),
}

/// What is known of one host's condition.
#[derive(Debug, Clone)]
pub struct Health {
    base: Duration,
    failures: u32,
    until: Option<Instant>,
}

impl Health {
    /// A host not asked yet. `base` is the ceiling of the first back-off; each further failure
    /// doubles it.
    pub fn new(base: Duration) -> Self {
        Self { base, failures: 0, until: None }
    }

    /// Whether the host may be asked at this time.
    pub fn admit(&self, now: Instant) -> Result<(), Denied> {
        match self.until {
            Some(until) if now < until && self.failures >= THRESHOLD => {
                Err(Denied::CircuitOpen(until))
            }
            Some(until) if now < until => Err(Denied::Paused(until)),
            _ => Ok(()),
        }
    }

    /// The host answered as it should; a pause it asked for stays.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The host failed. `asked` is the pause it asked for itself, `dice` a number of `0.0..1.0`
    /// for full jitter. Returns the time before which the host is left alone.
    pub fn failed(&mut self, now: Instant, asked: Option<Duration>, dice: f64) -> Instant {
        let ceiling = 2_u32
            .checked_pow(self.failures)
            .and_then(|factor| self.base.checked_mul(factor))
            .map_or(CAP, |ceiling| ceiling.min(CAP));
        self.failures = self.failures.saturating_add(1);
        let mut pause = asked.unwrap_or_else(|| ceiling.mul_f64(dice.clamp(0.0, 1.0)));
        if self.failures >= THRESHOLD {
            // An open circuit is left alone for the whole time: no lucky throw shortens it.
            pause = pause.max(ceiling);
        }
        self.pause(now, pause)
    }

    /// The host is left alone for this long; never shortens a pause that holds.
    pub fn pause(&mut self, now: Instant, pause: Duration) -> Instant {
        let until = now + pause;
        let until = self.until.map_or(until, |earlier| earlier.max(until));
        self.until = Some(until);
        until
    }

    /// The state of the circuit at this time.
    pub fn circuit(&self, now: Instant) -> Circuit {
        match self.until {
            _ if self.failures < THRESHOLD => Circuit::Closed,
            Some(until) if now < until => Circuit::Open,
            _ => Circuit::HalfOpen,
        }
    }

    /// Failures since the last good answer.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The end of the present pause, if there is one.
    pub fn paused_until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|&until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_failure_pauses_the_host_up_to_a_doubling_ceiling() {
        let start = Instant::now();
        let mut health = Health::new(SECOND * 5);
        let mut now = start;
        for ceiling in [5, 10, 20, 40] {
            let until = health.failed(now, None, 1.0);
            assert_eq!(until - now, SECOND * ceiling);
            assert_eq!(health.admit(until - SECOND), Err(Denied::Paused(until)));
            assert_eq!(health.admit(until), Ok(()));
            now = until;
        }
    }

    #[test]
    fn the_fifth_failure_opens_the_circuit_and_one_probe_decides() {
        let mut now = Instant::now();
        let mut health = Health::new(SECOND * 5);
        for _ in 0..4 {
            health.failed(now, None, 0.0);
            assert_eq!(health.circuit(now), Circuit::Closed);
        }
        let until = health.failed(now, None, 0.0);
        assert_eq!(until - now, SECOND * 80, "an open circuit takes the whole ceiling");
        assert_eq!(health.admit(now), Err(Denied::CircuitOpen(until)));
        now = until;
        assert_eq!((health.circuit(now), health.admit(now)), (Circuit::HalfOpen, Ok(())));
        let mut recovered = health.clone();
        recovered.succeeded();
        assert_eq!(recovered.circuit(now), Circuit::Closed);
        assert_eq!(health.failed(now, None, 0.0) - now, SECOND * 160);
    }

    #[test]
    fn what_the_host_asks_for_counts_and_is_never_shortened() {
        let now = Instant::now();
        let mut health = Health::new(SECOND * 5);
        let until = health.failed(now, Some(SECOND * 300), 0.0);
        assert_eq!(until - now, SECOND * 300);
        assert_eq!(health.failed(now, None, 0.0), until);
        health.succeeded();
        assert_eq!(health.admit(now), Err(Denied::Paused(until)), "a pause outlives a success");
    }

    proptest! {
        #[test]
        fn a_pause_never_exceeds_its_cap(dice in proptest::collection::vec(0.0..1.0, 1..60)) {
            let now = Instant::now();
            let mut health = Health::new(SECOND * 5);
            for dice in dice {
                prop_assert!(health.failed(now, None, dice) - now <= CAP);
            }
        }
    }
}
