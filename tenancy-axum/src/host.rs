//! A host's name, in the one spelling that names are compared in.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;

/// The longest name that the DNS has, without its trailing dot (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;

/// The longest label of a name (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

/// Whom a request was sent to: a name or an address, without its port.
///
/// Names are equal where the DNS takes them for one: case, a trailing dot and a port are dropped, and letters of other scripts are
/// in their ASCII form (UTS #46, by the crate `idna`).
///
/// # Examples
///
/// ```
/// use tenancy_axum::Host;
///
/// let host: Host = "Bücher.Example.com.:8443".parse()?;
/// assert_eq!(host.name(), Some("xn--bcher-kva.example.com"));
/// assert_eq!(host, "xn--bcher-kva.example.com".parse()?);
/// assert_eq!("127.0.0.1:3000".parse::<Host>()?.name(), None);
/// # Ok::<(), tenancy_axum::InvalidHost>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// The name, in lower-case ASCII; `None` where it is an address.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Kind::Name(name) => Some(name),
            Kind::Address(_) => None,
        }
    }

    /// The label in front of `base`, if there is exactly one.
    pub(crate) fn label_before(&self, base: &Host) -> Below<'_> {
        let (Some(name), Some(base)) = (self.name(), base.name()) else { return Below::Elsewhere };
        if name == base {
            return Below::Apex;
        }
        match name.strip_suffix(base).and_then(|rest| rest.strip_suffix('.')) {
            Some(label) if label.contains('.') => Below::Deeper,
            Some(label) => Below::Label(label),
            None => Below::Elsewhere,
        }
    }
}

/// Where a host stands to a base name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Below<'a> {
    /// It is the base itself.
    Apex,
    /// It is one label below it.
    Label(&'a str),
    /// It is further below it.
    Deeper,
    /// It is another name, or an address.
    Elsewhere,
}

impl std::str::FromStr for Host {
    type Err = InvalidHost;

    /// Reads a `Host` header, or the authority of a URI.
    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']').ok_or(InvalidHost)?;
            let address: Ipv6Addr = address.parse().map_err(|_| InvalidHost)?;
            return if port.is_empty() || is_port(port) {
                Ok(Self(Kind::Address(address.into())))
            } else {
                Err(InvalidHost)
            };
        }
        let name = match text.split_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) => return Err(InvalidHost),
            None => text,
        };
        if let Ok(address) = name.strip_suffix('.').unwrap_or(name).parse::<Ipv4Addr>() {
            return Ok(Self(Kind::Address(address.into())));
        }
        let ascii =
            idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::URL).map_err(|_| InvalidHost)?;
        // After the mapping, which makes dots of the full stops of other scripts.
        let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
        let labels_fit = ascii.split('.').all(|label| (1..=LONGEST_LABEL).contains(&label.len()));
        if !labels_fit || ascii.len() > LONGEST_NAME || is_number(ascii) {
            return Err(InvalidHost);
        }
        Ok(Self(Kind::Name(ascii.to_owned())))
    }
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether browsers read it as an IPv4 address in one of its other spellings: `127.1`, `0x7f.1`
/// (<https://url.spec.whatwg.org/#ends-in-a-number-checker>).
fn is_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Name(name) => f.pad(name),
            Kind::Address(address) => fmt::Display::fmt(address, f),
        }
    }
}

/// A text that is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a host: expected a name of the DNS such as \"acme.example.com\", or an address, with or without a port"
)]
pub struct InvalidHost;

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    /// L70: one tenant, however it is spelt.
    #[test]
    fn spellings_of_one_name_are_one_host() {
        for text in [
            "ACME.example.com",
            "acme.example.com.",
            "acme.example.com:443",
            "acme.example.com.:443",
            "acme.example.com:",
            "acme。example.com",
            "ａｃｍｅ.example.com",
            "acme.example.com。",
        ] {
            assert_eq!(host(text), host("acme.example.com"), "{text}");
        }
        assert_eq!(host("BÜCHER.example"), host("xn--bcher-kva.example"));
        assert_eq!(host("bu\u{308}cher.example"), host("XN--BCHER-KVA.example"), "composed");
    }

    #[test]
    fn addresses_are_no_names() {
        for text in ["127.0.0.1", "127.0.0.1:80", "127.0.0.1.", "[::1]", "[::1]:80", "[::ffff:127.0.0.1]"] {
            assert_eq!(host(text).name(), None, "{text}");
        }
        assert_eq!(host("localhost:80").name(), Some("localhost"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        let long_label = format!("{}.example.com", "x".repeat(64));
        let long_name = format!("{}com", "xxxxxxx.".repeat(40));
        for text in [
            "",
            ".",
            "..",
            "acme..example.com",
            ".example.com",
            "acme.example.com..",
            "a@example.com",
            "a/b.example.com",
            "acme%2eexample.com",
            "acme example.com",
            "acme.example.com:http",
            "[::1",
            "[::1]x",
            "[acme]",
            "::1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "1.2.3",
            "xn--a.example.com",
            "acme\u{0}.example.com",
            &long_label,
            &long_name,
        ] {
            assert!(text.parse::<Host>().is_err(), "{text:?}: {:?}", text.parse::<Host>());
        }
    }

    /// L70.
    #[test]
    fn l70_only_one_label_in_front_of_the_base_names_a_tenant() {
        let base = host("example.com");
        assert_eq!(host("Example.COM.").label_before(&base), Below::Apex);
        assert_eq!(host("acme.example.com").label_before(&base), Below::Label("acme"));
        assert_eq!(host("a.acme.example.com").label_before(&base), Below::Deeper);
        for text in ["acmeexample.com", "example.com.evil.org", "com", "10.0.0.1", "[::1]"] {
            assert_eq!(host(text).label_before(&base), Below::Elsewhere, "{text}");
        }
    }
}
