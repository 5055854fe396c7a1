//! What is remembered of the hosts asked: condition, pace and robots.txt of each. Hosts of one
//! registrable domain share a pace; a site's two schemes share everything but their robots.txt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use url::{Host, Url};

use super::health::{Circuit, Denied, Health};
use super::outcome::TransientReason;
use super::pace::Pace;
use super::robots::Rules;

/// How long a robots.txt is believed (RFC 9309 section 2.4).
pub const ROBOTS_FOR: Duration = Duration::from_secs(24 * 3600);
/// From this many sites on, those not asked for long are forgotten.
const MANY: usize = 1000;
/// What is not asked for this long may be forgotten.
const LONG: Duration = Duration::from_secs(3600);

/// All sites asked so far.
#[derive(Debug)]
pub struct Sites {
    floor: Duration,
    backoff: Duration,
    /// Sites of this very machine that are asked without a pause.
    unpaced: Vec<String>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    sites: HashMap<String, Arc<Site>>,
    paces: HashMap<String, Arc<Pace>>,
}

/// One host, or one host and port where the port is neither 80 nor 443.
#[derive(Debug)]
pub struct Site {
    name: String,
    domain: String,
    pace: Arc<Pace>,
    state: Mutex<State>,
    robots: Mutex<HashMap<String, Arc<RobotsCell>>>,
}

#[derive(Debug)]
struct State {
    health: Health,
    last_asked: Instant,
}

/// The robots.txt of one scheme, host and port. Whoever holds the lock fetches it; others wait.
pub type RobotsCell = tokio::sync::Mutex<Option<CachedRobots>>;

/// A robots.txt that was had.
#[derive(Debug, Clone)]
pub struct CachedRobots {
    /// What it says to us.
    pub rules: Arc<Rules>,
    /// Until when it is believed.
    pub expires: Instant,
}

/// The present state of a host, for `/metrics`, health and the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostStatus {
    /// `host`, or `host:port` where the port is neither 80 nor 443.
    pub host: String,
    /// The registrable domain (or host and port) whose pace it shares.
    pub domain: String,
    /// The quiet time between two requests now in force, without jitter and Crawl-delay.
    pub interval: SignedDuration,
    /// Whether a request to its domain is under way or waits for the quiet time to end.
    pub busy: bool,
    /// The state of its circuit breaker.
    pub circuit: Circuit,
    /// Failures since its last good answer.
    pub failures: u32,
    /// It is not asked before this time.
    pub paused_until: Option<Timestamp>,
}

impl Sites {
    /// No sites yet; each domain will have this floor, each host this first back-off.
    pub fn new(floor: Duration, backoff: Duration) -> Self {
        Self { floor, backoff, unpaced: Vec::new(), known: Mutex::default() }
    }

    /// The same, but these sites have no floor.
    #[must_use]
    pub fn without_pace_at(self, unpaced: Vec<String>) -> Self {
        Self { unpaced, ..self }
    }

    /// The site of this address.
    pub fn of(&self, url: &Url) -> Arc<Site> {
        let name = site_name(url);
        let now = Instant::now();
        let mut known = lock(&self.known);
        if let Some(site) = known.sites.get(&name) {
            lock(&site.state).last_asked = now;
            return Arc::clone(site);
        }
        if known.sites.len() >= MANY {
            known.forget(now);
        }
        let domain = domain(url, &name);
        let floor = if self.unpaced.contains(&name) { Duration::ZERO } else { self.floor };
        let pace = known.paces.entry(domain.clone()).or_insert_with(|| Arc::new(Pace::new(floor)));
        let site = Arc::new(Site {
            name: name.clone(),
            domain,
            pace: Arc::clone(pace),
            state: Mutex::new(State { health: Health::new(self.backoff), last_asked: now }),
            robots: Mutex::default(),
        });
        known.sites.insert(name, Arc::clone(&site));
        site
    }

    /// The state of every site, by name.
    pub fn status(&self) -> Vec<HostStatus> {
        let now = Instant::now();
        let mut all: Vec<_> =
            lock(&self.known).sites.values().map(|site| site.status(now)).collect();
        all.sort_by(|one, other| one.host.cmp(&other.host));
        all
    }
}

impl Known {
    /// Forgets what can be learnt again without asking anybody too early: sites nobody uses, that
    /// are in no pause, and that were not asked for long.
    fn forget(&mut self, now: Instant) {
        self.sites.retain(|_, site| Arc::strong_count(site) > 1 || !site.is_idle(now));
        self.paces.retain(|_, pace| Arc::strong_count(pace) > 1);
    }
}

impl Site {
    /// Its name: `host`, or `host:port` where the port is neither 80 nor 443.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pace of its domain.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Whether it may be asked now; if not, why and from when on.
    pub fn admit(&self) -> Result<(), (TransientReason, Timestamp)> {
        let now = Instant::now();
        lock(&self.state).health.admit(now).map_err(|denied| match denied {
            Denied::Paused(until) => (TransientReason::Paused, timestamp(until, now)),
            Denied::CircuitOpen(until) => (TransientReason::CircuitOpen, timestamp(until, now)),
        })
    }

    /// It answered as it should; `pause` is what it asked for all the same.
    pub fn succeeded(&self, pause: Option<Duration>) {
        let health = &mut lock(&self.state).health;
        health.succeeded();
        if let Some(pause) = pause {
            health.pause(Instant::now(), pause);
        }
    }

    /// It failed; `asked` is the pause it asked for. Returns when it may be asked again.
    pub fn failed(&self, asked: Option<Duration>) -> Timestamp {
        let now = Instant::now();
        timestamp(lock(&self.state).health.failed(now, asked, fastrand::f64()), now)
    }

    /// The place of the robots.txt for this address' scheme, host and port.
    pub fn robots(&self, url: &Url) -> Arc<RobotsCell> {
        let origin = url.origin().ascii_serialization();
        Arc::clone(lock(&self.robots).entry(origin).or_default())
    }

    fn is_idle(&self, now: Instant) -> bool {
        let state = lock(&self.state);
        now.duration_since(state.last_asked) > LONG
            && state.health.paused_until(now).is_none()
            && state.health.circuit(now) == Circuit::Closed
    }

    fn status(&self, now: Instant) -> HostStatus {
        let state = lock(&self.state);
        HostStatus {
            host: self.name.clone(),
            domain: self.domain.clone(),
            interval: SignedDuration::try_from(self.pace.interval()).unwrap_or(SignedDuration::MAX),
            busy: self.pace.is_busy(),
            circuit: state.health.circuit(now),
            failures: state.health.failures(),
            paused_until: state.health.paused_until(now).map(|until| timestamp(until, now)),
        }
    }
}

/// A poisoned lock still holds whole values: every change under it is a single assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn timestamp(at: Instant, now: Instant) -> Timestamp {
    SignedDuration::try_from(at.saturating_duration_since(now))
        .ok()
        .and_then(|span| Timestamp::now().checked_add(span).ok())
        .unwrap_or(Timestamp::MAX)
}

fn site_name(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    match url.port_or_known_default() {
        None | Some(80 | 443) => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
}

/// The site an entry of `fetch.unpaced_hosts` names: an address of this very machine, never a name,
/// which might lead elsewhere tomorrow.
pub fn unpaced(entry: &str) -> Option<String> {
    let url = Url::parse(&format!("http://{entry}/")).ok()?;
    let is_here = match url.host()? {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(_) => false,
    };
    let is_bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    (is_here && is_bare).then(|| site_name(&url))
}

/// Whose pace a site keeps. Names share that of their registrable domain, whatever the port: one
/// operator's machines. Behind an IP address, or a name under `localhost`, each port is another
/// service that nobody but this machine's operator named: there each site has its own.
fn domain(url: &Url, site: &str) -> String {
    let Some(Host::Domain(name)) = url.host() else { return site.to_owned() };
    let name = name.trim_end_matches('.');
    if name == "localhost" || name.ends_with(".localhost") {
        return site.to_owned();
    }
    psl::domain_str(name).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        Sites::new(Duration::from_secs(2), Duration::from_secs(5))
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn who_shares_a_site_and_who_a_pace() {
        let cases = [
            ("https://t.me/s/kanal", "t.me", "t.me"),
            ("http://t.me/", "t.me", "t.me"),
            ("https://Berita.Contoh.co.id./a", "berita.contoh.co.id", "contoh.co.id"),
            ("https://contoh.co.id/", "contoh.co.id", "contoh.co.id"),
            ("https://satu.blogspot.com/", "satu.blogspot.com", "satu.blogspot.com"),
            ("https://co.id/", "co.id", "co.id"),
            ("http://contoh.example:8080/", "contoh.example:8080", "contoh.example"),
            ("http://127.0.0.1:9001/", "127.0.0.1:9001", "127.0.0.1:9001"),
            ("http://[::1]:9001/", "[::1]:9001", "[::1]:9001"),
            ("http://1.1.1.1/", "1.1.1.1", "1.1.1.1"),
            ("http://snac.localhost:8801/", "snac.localhost:8801", "snac.localhost:8801"),
            ("http://localhost/", "localhost", "localhost"),
        ];
        let sites = sites();
        for (address, name, domain) in cases {
            let site = sites.of(&url(address));
            assert_eq!((site.name.as_str(), site.domain.as_str()), (name, domain), "{address}");
        }
        let pace = |address| Arc::as_ptr(&sites.of(&url(address)).pace);
        assert_eq!(pace("https://a.contoh.co.id/"), pace("http://b.contoh.co.id/"));
        assert_ne!(pace("http://127.0.0.1:1/"), pace("http://127.0.0.1:2/"));
    }

    #[test]
    fn only_this_machine_may_be_asked_without_a_pause() {
        for (entry, site) in [
            ("127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("127.1.2.3", Some("127.1.2.3")),
            ("[::1]:8080", Some("[::1]:8080")),
            ("localhost:8080", None),
            ("10.0.0.1:8080", None),
            ("contoh.example", None),
            ("127.0.0.1:8080/a", None),
            ("127.0.0.1@contoh.example", None),
            ("", None),
        ] {
            assert_eq!(unpaced(entry).as_deref(), site, "{entry}");
        }
        let sites = sites().without_pace_at(vec!["127.0.0.1:8080".to_owned()]);
        let floor = |address| sites.of(&url(address)).pace().interval();
        assert_eq!(floor("http://127.0.0.1:8080/"), Duration::ZERO);
        assert_eq!(floor("http://127.0.0.1:8081/"), Duration::from_secs(2));
        assert_eq!(floor("https://contoh.example/"), Duration::from_secs(2));
    }

    #[test]
    fn robots_are_kept_for_each_scheme_host_and_port() {
        let sites = sites();
        let cell = |address| {
            let url = url(address);
            Arc::as_ptr(&sites.of(&url).robots(&url))
        };
        assert_eq!(cell("https://contoh.example/a"), cell("https://contoh.example/b?c"));
        assert_ne!(cell("https://contoh.example/"), cell("http://contoh.example/"));
        assert_ne!(cell("https://contoh.example/"), cell("https://www.contoh.example/"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hosts_state_can_be_seen() {
        let sites = sites();
        let broken = sites.of(&url("https://rusak.example/"));
        sites.of(&url("https://baik.example/")).succeeded(None);
        for _ in 0..5 {
            broken.failed(Some(Duration::from_secs(600)));
        }
        let [good, bad] = sites.status().try_into().unwrap();
        assert_eq!(
            (good.host.as_str(), good.circuit, good.failures, good.paused_until),
            ("baik.example", Circuit::Closed, 0, None)
        );
        assert_eq!(
            (bad.host.as_str(), bad.circuit, bad.failures),
            ("rusak.example", Circuit::Open, 5)
        );
        assert!(bad.paused_until.unwrap() > Timestamp::now());
        assert_eq!(bad.interval, SignedDuration::from_secs(2));
        let (reason, _) = broken.admit().unwrap_err();
        assert_eq!(reason, TransientReason::CircuitOpen);
        tokio::time::advance(Duration::from_secs(601)).await;
        assert_eq!((sites.status()[1].circuit, broken.admit()), (Circuit::HalfOpen, Ok(())));
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_can_be_learnt_again_is_forgotten() {
        let sites = sites();
        let in_use = sites.of(&url("https://dipakai.example/"));
        sites.of(&url("https://jeda.example/")).failed(Some(Duration::from_secs(5 * 3600)));
        for number in 0..MANY - 2 {
            sites.of(&url(&format!("https://h{number}.example/")));
        }
        tokio::time::advance(LONG * 2).await;
        sites.of(&url("https://baru.example/"));
        let left: Vec<String> = sites.status().into_iter().map(|status| status.host).collect();
        assert_eq!(left, ["baru.example", "dipakai.example", "jeda.example"]);
        assert_eq!(in_use.name(), "dipakai.example");
        assert_eq!(lock(&sites.known).paces.len(), 3);
    }
}
