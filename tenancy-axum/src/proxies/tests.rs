use axum::http::Request;

use super::*;

fn request(peer: Option<&str>, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    let mut parts = request.body(()).expect("a request").into_parts().0;
    if let Some(peer) = peer {
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 5000)));
    }
    parts
}

fn host_of(proxies: &TrustedProxies, peer: &str, headers: &[(&str, &str)]) -> Option<String> {
    let origin = proxies.origin(&request(Some(peer), "/", headers)).ok()?;
    origin.host.map(|host| host.to_string())
}

const OWN: (&str, &str) = ("host", "own.example.com");

/// L69.
#[test]
fn l69_a_forwarded_header_counts_from_a_trusted_peer_only_and_of_one_family() {
    let x = TrustedProxies::x_forwarded(["10.0.0.0/8"]).unwrap();
    let f = TrustedProxies::forwarded(["10.0.0.0/8"]).unwrap();
    let (theirs, rfc) = (("x-forwarded-host", "evil.example.com"), ("forwarded", "host=evil.example.com"));
    for headers in [[OWN, theirs], [OWN, rfc]] {
        for proxies in [&x, &f, &TrustedProxies::none()] {
            assert_eq!(host_of(proxies, "192.0.2.1", &headers).as_deref(), Some("own.example.com"));
            assert_eq!(
                proxies.origin(&request(None, "/", &headers)).unwrap().host.unwrap().name(),
                Some("own.example.com"),
                "no peer"
            );
        }
    }
    assert_eq!(host_of(&x, "10.1.2.3", &[OWN, theirs]).as_deref(), Some("evil.example.com"));
    assert_eq!(host_of(&x, "::ffff:10.1.2.3", &[OWN, theirs]).as_deref(), Some("evil.example.com"), "mapped");
    assert_eq!(host_of(&f, "10.1.2.3", &[OWN, rfc]).as_deref(), Some("evil.example.com"));
    // The other family's header is whoever's.
    assert_eq!(host_of(&x, "10.1.2.3", &[OWN, rfc]).as_deref(), Some("own.example.com"));
    assert_eq!(host_of(&f, "10.1.2.3", &[OWN, theirs]).as_deref(), Some("own.example.com"));
}

#[test]
fn what_proxies_of_one_chain_do_not_agree_on_is_refused() {
    let x = TrustedProxies::x_forwarded(["10.0.0.0/8"]).unwrap();
    let two = [OWN, ("x-forwarded-host", "a.example.com, b.example.com")];
    assert_eq!(host_of(&x, "10.1.2.3", &two), None);
    let lines = [OWN, ("x-forwarded-host", "a.example.com"), ("x-forwarded-host", "b.example.com")];
    assert_eq!(host_of(&x, "10.1.2.3", &lines), None);
    let same = [OWN, ("x-forwarded-host", "a.example.com, A.example.com.:443")];
    assert_eq!(host_of(&x, "10.1.2.3", &same).as_deref(), Some("a.example.com"));
}

#[test]
fn the_client_is_the_last_that_is_none_of_ours() {
    let x = TrustedProxies::x_forwarded(["10.0.0.0/8"]).unwrap();
    let client = |value| {
        let headers = [OWN, ("x-forwarded-for", value), ("x-forwarded-proto", "https")];
        x.origin(&request(Some("10.1.2.3"), "/", &headers))
            .ok()
            .and_then(|origin| origin.client)
            .map(|address| address.to_string())
    };
    assert_eq!(client("198.51.100.7").as_deref(), Some("198.51.100.7"));
    assert_eq!(
        client("1.1.1.1, 198.51.100.7, 10.9.9.9").as_deref(),
        Some("198.51.100.7"),
        "what stands before it is the client's to say"
    );
    assert_eq!(client("nonsense, 198.51.100.7").as_deref(), Some("198.51.100.7"));
    assert_eq!(client("198.51.100.7, nonsense"), None);
    let headers = [OWN, ("x-forwarded-proto", "https, http")];
    assert_eq!(x.origin(&request(Some("10.1.2.3"), "/", &headers)).unwrap().https, Some(false));
}

#[test]
fn elements_of_forwarded_are_read_from_the_right() {
    let f = TrustedProxies::forwarded(["10.0.0.0/8", "2001:db8::/32"]).unwrap();
    let read = |value: &str| host_of(&f, "10.1.2.3", &[OWN, ("forwarded", value)]);
    assert_eq!(read("for=198.51.100.7;host=a.example.com;proto=https").as_deref(), Some("a.example.com"));
    // What the client sent along stands to the left of what our proxy has added.
    assert_eq!(
        read("for=10.0.0.9;host=evil.example.com, for=198.51.100.7;host=a.example.com").as_deref(),
        Some("a.example.com")
    );
    // Two of ours: the outer one's word counts.
    assert_eq!(
        read("for=198.51.100.7;host=a.example.com, for=\"[2001:db8::1]:80\";host=inner").as_deref(),
        Some("a.example.com")
    );
    assert_eq!(
        read("for=unknown;host=a.example.com, for=_hidden;host=b.example.com").as_deref(),
        Some("b.example.com")
    );
    // A separator within quotes is none.
    assert_eq!(
        read("for=\"x,host=evil.example.com\";host=\"a.example\\.com\"").as_deref(),
        Some("a.example.com")
    );
    assert_eq!(read("host=a b"), None);
    assert_eq!(read("host"), None);
}

/// L69: what a client leaves open does not swallow what a proxy adds to the line.
#[test]
fn l69_a_forwarded_header_that_is_malformed_is_refused() {
    let f = TrustedProxies::forwarded(["10.0.0.0/8"]).unwrap();
    let read = |value: &str| f.origin(&request(Some("10.1.2.3"), "/", &[OWN, ("forwarded", value)]));
    let added = [
        "for=6.6.6.6;host=a.example.com;proto=http",
        "for=\"[2001:db9::1]\";host=a.example.com",
        "for=\"[2001:db9::1]:80\";host=\"a.example.com\";proto=\"http\"",
        "for=\"6.6.6.6\";host=\"a.example.com:443\"",
    ];
    let sent = [
        "host=evil.example.com;proto=https;by=\"x",
        "for=10.0.0.1;host=evil.example.com;by=\"",
        "host=evil.example.com;by=\"x\\",
        "host=evil.example.com;by=\"\\\"",
        "host=evil.example.com;by=\"x\"\"",
        "host=evil.example.com;by=x\"",
        "host=evil.example.com, by=\"",
        "host=evil.example.com;\"",
    ];
    for added in added {
        assert_eq!(read(added).unwrap().host.unwrap().name(), Some("a.example.com"), "{added}");
        for sent in sent {
            let origin = read(&format!("{sent}, {added}"));
            assert_eq!(origin.map_err(|problem| problem.status().as_u16()), Err(400), "{sent}, {added}");
        }
    }
    for text in [
        "host=\"a\"b",
        "host=a\"b\"",
        "host=",
        "host =a",
        "host=a:80",
        "=a",
        "host=a;HOST=b",
        "host=\"a\\\"",
        "for=[::1]",
    ] {
        assert_eq!(read(text).unwrap_err().status(), 400, "{text}");
    }
    // In lines of their own as well.
    let lines =
        [OWN, ("forwarded", "host=evil.example.com;by=\""), ("forwarded", "host=a.example.com;for=\"\"")];
    assert_eq!(f.origin(&request(Some("10.1.2.3"), "/", &lines)).unwrap_err().status(), 400);
}

#[test]
fn a_request_that_names_two_hosts_is_refused() {
    let none = TrustedProxies::none();
    let refused = |uri, headers: &[_]| none.origin(&request(None, uri, headers)).unwrap_err().status();
    assert_eq!(refused("/", &[OWN, ("host", "other.example.com")]), 400);
    assert_eq!(refused("http://other.example.com/", &[OWN]), 400);
    assert_eq!(refused("http://user@own.example.com/", &[OWN]), 400);
    assert_eq!(refused("/", &[("host", "a/b")]), 400);
    let same = none.origin(&request(None, "http://OWN.example.com:80/", &[OWN])).unwrap();
    assert_eq!(same.host.unwrap().name(), Some("own.example.com"));
    assert_eq!(none.origin(&request(None, "/", &[])).unwrap().host, None);
}

#[test]
fn networks_are_checked() {
    assert!(TrustedProxies::x_forwarded(["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"]).is_ok());
    let error = TrustedProxies::forwarded(["proxy.internal"]).unwrap_err().to_string();
    assert!(error.contains("\"proxy.internal\"") && error.contains("10.0.0.0/8"), "{error}");
}
