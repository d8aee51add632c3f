//! Which proxies' words count about whom a request was sent to.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{FORWARDED, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

use crate::quoted::{is_token, split_quoted, value};
use crate::{Host, Problem};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The proxies in front of the application, and which header they write.
///
/// Anybody can send `X-Forwarded-Host`. It counts only where the connection comes from one of these addresses, and only the family of
/// headers that these proxies are known to write: a proxy that sets `X-Forwarded-Host` passes a client's `Forwarded` on as it is. Without a
/// peer's address, which axum's `into_make_service_with_connect_info::<SocketAddr>()` gives, no forwarded header counts.
///
/// # Examples
///
/// ```
/// use tenancy_axum::TrustedProxies;
///
/// let nginx = TrustedProxies::x_forwarded(["10.0.0.0/8", "::1"])?;
/// let envoy = TrustedProxies::forwarded(["192.0.2.1"])?;
/// # Ok::<(), tenancy_axum::InvalidNetwork>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    family: Family,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Family {
    #[default]
    XForwarded,
    Forwarded,
}

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no network of proxies: write an address (\"10.0.0.1\") or a network (\"10.0.0.0/8\")")]
pub struct InvalidNetwork {
    text: String,
}

impl TrustedProxies {
    /// Nobody: the connection and the `Host` header say everything.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// These, which write `X-Forwarded-For`, `-Host` and `-Proto`, and let no client's through: nginx with
    /// `proxy_set_header X-Forwarded-Host $host`.
    ///
    /// # Errors
    ///
    /// [`InvalidNetwork`] names the first that is neither an address nor a network.
    pub fn x_forwarded<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidNetwork> {
        Self::new(networks, Family::XForwarded)
    }

    /// These, which write `Forwarded` (RFC 7239).
    ///
    /// A request whose `Forwarded` is not as the RFC has it is answered 400: a quote that is left open, and a value that is neither a token nor in quotes. So
    /// `host="a.example.com:8443"` and `for="[2001:db8::1]"` have their quotes.
    ///
    /// # Errors
    ///
    /// [`InvalidNetwork`] names the first that is neither an address nor a network.
    pub fn forwarded<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidNetwork> {
        Self::new(networks, Family::Forwarded)
    }

    fn new<'a>(networks: impl IntoIterator<Item = &'a str>, family: Family) -> Result<Self, InvalidNetwork> {
        let network = |text: &str| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| InvalidNetwork { text: text.to_owned() })
        };
        let networks = networks.into_iter().map(network).collect::<Result<_, _>>()?;
        Ok(Self { networks, family })
    }

    /// The headers that decide who is meant, for a cache's `Vary`.
    pub(crate) fn headers(&self) -> &'static [HeaderName] {
        static X: [HeaderName; 2] = [X_FORWARDED_HOST, X_FORWARDED_PROTO];
        static F: [HeaderName; 1] = [FORWARDED];
        match (self.networks.is_empty(), self.family) {
            (true, _) => &[],
            (false, Family::XForwarded) => &X,
            (false, Family::Forwarded) => &F,
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        // A socket for both families sees IPv4 peers as `::ffff:10.0.0.1`.
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// What is known of how a request came: whom it was sent to, by whom, and over what.
///
/// The edge's layer puts one into the extensions of each request that it lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// Whom it was sent to; `None` where it does not say.
    pub host: Option<Host>,
    /// The address of whoever sent it to the first trusted proxy, or to us; `None` where it is not known.
    pub client: Option<IpAddr>,
    /// Whether the client's connection was encrypted, as a trusted proxy says; `None` where none says it.
    pub https: Option<bool>,
}

impl TrustedProxies {
    /// Reads how a request came.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where two of its words about its host disagree, or one is no host.
    pub fn origin(&self, request: &Parts) -> Result<Origin, Problem> {
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
        let host = direct_host(request)?;
        let direct = Origin { host, client: peer, https: None };
        match peer {
            Some(peer) if self.trusts(peer) => match self.family {
                Family::XForwarded => self.x_forwarded_origin(&request.headers, direct),
                Family::Forwarded => self.forwarded_origin(&request.headers, direct),
            },
            _ => Ok(direct),
        }
    }

    fn x_forwarded_origin(&self, headers: &HeaderMap, direct: Origin) -> Result<Origin, Problem> {
        let hosts: Vec<Host> =
            listed(headers, &X_FORWARDED_HOST)?.into_iter().map(parse_host).collect::<Result<_, _>>()?;
        // One for each proxy on the way. They cannot be told apart, so they have to be of one mind.
        let host = match hosts.split_first() {
            None => direct.host,
            Some((first, others)) if others.iter().all(|other| other == first) => Some(first.clone()),
            Some(_) => return Err(CONTRADICTION),
        };
        let protos = listed(headers, &X_FORWARDED_PROTO)?;
        let is_secure =
            |proto: &&str| proto.eq_ignore_ascii_case("https") || proto.eq_ignore_ascii_case("wss");
        // Any hop in the open is in the open.
        let https = (!protos.is_empty()).then(|| protos.iter().all(is_secure));
        // From the right, where our own proxies have written, to the first that is not ours.
        let mut client = direct.client;
        for text in listed(headers, &X_FORWARDED_FOR)?.into_iter().rev() {
            client = Some(node(text).ok_or(MALFORMED)?);
            if client.is_none_or(|address| !self.trusts(address)) {
                break;
            }
        }
        Ok(Origin { host, client, https })
    }

    fn forwarded_origin(&self, headers: &HeaderMap, direct: Origin) -> Result<Origin, Problem> {
        let mut origin = direct;
        let lines = headers.get_all(FORWARDED).iter().map(text).collect::<Result<Vec<_>, _>>()?;
        let elements = lines.into_iter().map(elements_of).collect::<Option<Vec<_>>>().ok_or(MALFORMED)?;
        // The last element is our own proxy's. Where it was sent to by another of ours, that one's is the element before it.
        for element in elements.into_iter().flatten().rev() {
            let mut sender = None;
            for (name, value) in element {
                match name.as_str() {
                    "host" => origin.host = Some(parse_host(&value)?),
                    "proto" => {
                        origin.https =
                            Some(value.eq_ignore_ascii_case("https") || value.eq_ignore_ascii_case("wss"));
                    }
                    "for" => sender = node(&value),
                    _ => {}
                }
            }
            // `unknown` and `_hidden` are no addresses: whoever it was, it is none of ours.
            origin.client = sender;
            if sender.is_none_or(|address| !self.trusts(address)) {
                break;
            }
        }
        Ok(origin)
    }
}

const CONTRADICTION: Problem = Problem::bad_request("the request names two hosts");
const MALFORMED: Problem = Problem::bad_request("a header about the request's way here cannot be read");

/// The host that the request itself names: in its URI, as HTTP/2 has it, or in its `Host`.
fn direct_host(request: &Parts) -> Result<Option<Host>, Problem> {
    let mut headers = request.headers.get_all(HOST).iter();
    let header = headers.next().map(|value| parse_host(text(value)?)).transpose()?;
    if headers.next().is_some() {
        return Err(CONTRADICTION);
    }
    // Not `host()`, which drops what would make it no host.
    let uri = request.uri.authority().map(|authority| parse_host(authority.as_str())).transpose()?;
    match (uri, header) {
        (Some(uri), Some(header)) if uri != header => Err(CONTRADICTION),
        (Some(host), _) | (None, Some(host)) => Ok(Some(host)),
        (None, None) => Ok(None),
    }
}

fn parse_host(text: &str) -> Result<Host, Problem> {
    text.trim().parse().map_err(|_| Problem::bad_request("the request's host cannot be read"))
}

/// A header's bytes: letters of other scripts are UTF-8, where a client sends them at all.
fn text(value: &HeaderValue) -> Result<&str, Problem> {
    std::str::from_utf8(value.as_bytes()).map_err(|_| MALFORMED)
}

/// The elements of a header that is a list, in all its lines.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Vec<&'a str>, Problem> {
    let lines = headers.get_all(name).iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(lines
        .into_iter()
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
        .collect())
}

/// The names, in lower case, and values of a line of `Forwarded`, by its elements; `None` where it is not as RFC 7239, 4, has it.
///
/// All of the line, also what stands in front of our proxies' elements: a client that leaves a quote open makes their words a part of its own.
fn elements_of(line: &str) -> Option<Vec<Vec<(String, String)>>> {
    let pair = |pair: &str| {
        let (name, text) = pair.split_once('=')?;
        is_token(name).then_some(())?;
        Some((name.to_ascii_lowercase(), value(text)?))
    };
    let element = |element: &str| {
        let pairs = split_quoted(element, ';')?.into_iter().map(pair).collect::<Option<Vec<_>>>()?;
        let is_said_twice = |at: usize| pairs[..at].iter().any(|(name, _)| *name == pairs[at].0);
        (!(0..pairs.len()).any(is_said_twice)).then_some(pairs)
    };
    split_quoted(line, ',')?.into_iter().map(element).collect()
}

/// An address, with or without a port, IPv6 in brackets or without.
fn node(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address.or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests;
