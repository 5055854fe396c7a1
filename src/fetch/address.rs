//! The address guard: where the client may connect. It judges the URL at every hop and, inside the
//! resolver, the very addresses the client will connect to, so that a name cannot be checked with
//! one address and asked at another.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// IPv4 blocks of the IANA special-purpose registry that are not the public internet.
const CLOSED_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// The only IPv6 block given out for the public internet. Everything else (loopback, link-local,
/// unique local, multicast, IPv4-mapped, NAT64) lies outside it.
const OPEN_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Parts of [`OPEN_V6`] that carry another address inside (Teredo, 6to4) or are not routed.
const CLOSED_V6: &[Ipv6Net] = &[
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// Whether this is an address of the public internet. IPv6 addresses that wrap an IPv4 address
/// (mapped, NAT64, 6to4, Teredo) are not: they reach hosts by a back door.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !CLOSED_V4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => OPEN_V6.contains(&ip) && !CLOSED_V6.iter().any(|net| net.contains(&ip)),
    }
}

/// An address the guard refused, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressRefused(String);

/// An entry of `fetch.allow_hosts` that is neither `host` nor `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` in fetch.allow_hosts is neither a host nor host:port")]
pub struct AllowHostError(String);

/// How far an address is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clearance {
    /// Only addresses of the public internet may be connected to.
    Public,
    /// The operator named this host: any address of it.
    Named,
}

/// The guard, with the operator's exceptions.
#[derive(Debug, Clone, Default)]
pub struct AddressGuard {
    named: Vec<(String, Option<u16>)>,
}

impl AddressGuard {
    /// A guard that lets through `host` (every port) and `host:port` besides the public internet.
    pub fn new(allow_hosts: &[String]) -> Result<Self, AllowHostError> {
        let named = allow_hosts
            .iter()
            .map(|entry| read_exception(entry).ok_or_else(|| AllowHostError(entry.clone())))
            .collect::<Result<_, _>>()?;
        Ok(Self { named })
    }

    /// Judges a URL before it is asked. A name that passes still has its addresses checked by
    /// [`PublicResolver`].
    pub fn check(&self, url: &Url) -> Result<Clearance, AddressRefused> {
        let refuse = |why: String| Err(AddressRefused(why));
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(format!("the scheme `{}` is neither http nor https", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the address carries a user name or password".to_owned());
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return refuse("the address names no host".to_owned());
        };
        let name = plain_host(&host);
        if self.named.iter().any(|(known, at)| *known == name && at.is_none_or(|at| at == port)) {
            return Ok(Clearance::Named);
        }
        if !matches!(port, 80 | 443) {
            return refuse(format!(
                "port {port} of {name} is neither 80 nor 443; name `{name}:{port}` in fetch.allow_hosts to permit it"
            ));
        }
        let literal = match host {
            Host::Domain(_) => return Ok(Clearance::Public),
            Host::Ipv4(ip) => IpAddr::V4(ip),
            Host::Ipv6(ip) => IpAddr::V6(ip),
        };
        if is_public(literal) { Ok(Clearance::Public) } else { refuse(not_public(&name, literal)) }
    }
}

fn not_public(name: &str, ip: IpAddr) -> String {
    format!(
        "{name} is at {ip}, which is not an address of the public internet; name `{name}` in fetch.allow_hosts to permit it"
    )
}

/// The host without brackets and final dot, as exceptions are compared.
fn plain_host(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => ip.to_string(),
    }
}

fn read_exception(entry: &str) -> Option<(String, Option<u16>)> {
    if let Ok(ip) = entry.parse::<IpAddr>() {
        return Some((ip.to_string(), None));
    }
    if let Ok(socket) = entry.parse::<SocketAddr>() {
        return Some((socket.ip().to_string(), Some(socket.port())));
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    let host = Host::parse(host).ok()?;
    let name = plain_host(&match &host {
        Host::Domain(name) => Host::Domain(name.as_str()),
        Host::Ipv4(ip) => Host::Ipv4(*ip),
        Host::Ipv6(ip) => Host::Ipv6(*ip),
    });
    (!name.is_empty()).then_some((name, port))
}

/// Resolves names as the system does and gives back only addresses of the public internet. The
/// client connects to what this returns, so a second, different answer has no chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public = public_only(name.as_str(), &found)?;
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// The addresses of a URL that passed [`AddressGuard::check`], for who connects without reqwest:
/// all of them where the operator named the host, else only those of the public internet.
pub async fn addresses(
    url: &Url,
    clearance: Clearance,
) -> std::io::Result<Result<Vec<SocketAddr>, AddressRefused>> {
    let port = url.port_or_known_default().unwrap_or_default();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    Ok(match clearance {
        Clearance::Named => Ok(found),
        Clearance::Public => public_only(host, &found),
    })
}

fn public_only(name: &str, found: &[SocketAddr]) -> Result<Vec<SocketAddr>, AddressRefused> {
    let public: Vec<SocketAddr> =
        found.iter().copied().filter(|address| is_public(address.ip())).collect();
    match found.first() {
        Some(first) if public.is_empty() => Err(AddressRefused(not_public(name, first.ip()))),
        _ => Ok(public),
    }
}

/// The guard's refusal inside a failed connection, if that is why it failed.
pub fn refusal_in<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a AddressRefused> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(refused) = error.downcast_ref::<AddressRefused>() {
            return Some(refused);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard(allow: &[&str]) -> AddressGuard {
        AddressGuard::new(&allow.iter().map(|&entry| entry.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn passes(guard: &AddressGuard, url: &str) -> bool {
        guard.check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn without_exceptions_only_the_public_internet_is_open() {
        let guard = guard(&[]);
        for url in [
            "https://contoh.example/",
            "http://contoh.example:80/",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
        ] {
            assert!(passes(&guard, url), "{url} must pass");
        }
        for url in [
            "ftp://contoh.example/",
            "file:///etc/hosts",
            "http://contoh.example:8080/",
            "https://user@contoh.example/",
            "https://:rahasia@contoh.example/",
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://0.0.0.0/",
            "http://10.0.0.1/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://192.0.2.1/",
            "http://198.51.100.1/",
            "http://203.0.113.1/",
            "http://198.18.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:8.8.8.8]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:7f00:1::]/",
            "http://[2001:db8::1]/",
            "http://[3fff::1]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://[ff02::1]/",
        ] {
            assert!(!passes(&guard, url), "{url} must be refused");
        }
    }

    #[test]
    fn an_exception_holds_for_what_it_names() {
        let cases = [
            ("127.0.0.1:8801", "http://127.0.0.1:8801/", true),
            ("127.0.0.1:8801", "http://0x7f.1:8801/", true),
            ("127.0.0.1:8801", "http://127.0.0.1:8802/", false),
            ("127.0.0.1", "http://127.0.0.1:8802/", true),
            ("127.0.0.1", "http://127.0.0.2:8802/", false),
            ("::1", "http://[::1]:9/", true),
            ("[::1]:9", "http://[::1]:9/", true),
            ("[::1]:9", "http://[::1]/", false),
            ("Snac.LocalHost:8801", "http://snac.localhost:8801/", true),
            ("snac.localhost", "http://snac.localhost.:8801/", true),
            ("snac.localhost", "http://lain.localhost:8801/", false),
            ("intranet.example:80", "ftp://intranet.example:80/", false),
        ];
        for (allow, url, expected) in cases {
            assert_eq!(passes(&guard(&[allow]), url), expected, "{allow} {url}");
        }
        for entry in ["", "a b", "host:port", "host:99999", "https://host/"] {
            assert!(AddressGuard::new(&[entry.to_owned()]).is_err(), "{entry:?}");
        }
    }

    #[test]
    fn of_a_names_addresses_only_public_ones_are_connected_to() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let mixed = [address("10.0.0.1:0"), address("1.1.1.1:0"), address("[::1]:0")];
        assert_eq!(public_only("campur.example", &mixed), Ok(vec![address("1.1.1.1:0")]));
        let refused = public_only("dalam.example", &mixed[..1]).unwrap_err();
        assert!(refused.to_string().contains("dalam.example is at 10.0.0.1"), "{refused}");
        assert_eq!(public_only("kosong.example", &[]), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn a_url_is_open_exactly_when_its_address_is(octets in any::<[u8; 4]>(), notation in 0..4) {
            let ip = Ipv4Addr::from(octets);
            let [a, b, c, d] = octets;
            let host = match notation {
                0 => ip.to_string(),
                1 => u32::from(ip).to_string(),
                2 => format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
                _ => format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            };
            let open = passes(&guard(&[]), &format!("http://{host}/"));
            prop_assert_eq!(open, is_public(IpAddr::V4(ip)));
            // The standard library's own classes are all closed.
            if ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_broadcast()
                || ip.is_documentation() || ip.is_multicast() || ip.is_unspecified() {
                prop_assert!(!open);
            }
        }

        #[test]
        fn no_wrapped_address_is_public(octets in any::<[u8; 4]>()) {
            let ip = Ipv4Addr::from(octets);
            prop_assert!(!is_public(IpAddr::V6(ip.to_ipv6_mapped())));
            let [a, b, c, d] = octets;
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for wrapped in [
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 1),
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            ] {
                prop_assert!(!is_public(IpAddr::V6(wrapped)), "{wrapped}");
            }
        }
    }
}
