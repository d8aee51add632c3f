//! Whom a request means, over HTTP. F07, F08.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::http::HeaderName;
use axum::routing::get as route;
use tenancy_axum::resolve::{
    CustomDomains, Directory, Domain, DomainDirectory, Subdomain, TenantHeader, TenantPath,
};
use tenancy_axum::{Edge, Member, Principal, Problem, Tenant};
use tenancy_diesel::testing::{RecordedEvent, RecordingSink};
use tenancy_diesel::{Authority, Scoped};
use tenancy_tests::fixture::{ACME, GLOBEX};

use super::app::{DECOY, Members, Names, Slugs, bearer, edge};
use super::http::{Answer, get, send, serve};

struct Domains;

impl DomainDirectory for Domains {
    type TenantId = i32;
    type Error = Infallible;

    async fn find(&self, domain: &str) -> Result<Option<Domain<i32>>, Infallible> {
        Ok(match domain {
            "shop.acme.org" => Some(Domain::Verified(ACME)),
            "pending.acme.org" => Some(Domain::Pending),
            _ => None,
        })
    }
}

async fn whose(Tenant(scope): Tenant<i32>, Principal(who): Principal<String>) -> String {
    format!("{} for {who}", scope.tenant())
}

async fn hosted(members: &Members) -> SocketAddr {
    let edge = edge(members)
        .resolver(Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap())
        .resolver(CustomDomains::of(Domains))
        .resolver(TenantPath::parameter("tenant", Directory::ids()));
    let app = Router::new().route("/", route(whose)).route("/t/{tenant}", route(whose));
    serve(app.layer(edge.layer())).await
}

async fn ask(address: SocketAddr, host: &str, path: &str, who: &str) -> Answer {
    get(address, path, &[("host", host), ("authorization", &bearer(who))]).await
}

#[tokio::test]
async fn l70_one_label_in_front_of_the_domain_is_a_tenant_in_whichever_spelling() {
    let (members, acme) = (Members::new(), format!("{ACME} for ada"));
    let address = hosted(&members).await;
    for host in [
        "acme.example.com",
        "ACME.Example.COM",
        "acme.example.com.",
        "acme.example.com:8443",
        "acme.example.com.:8443",
    ] {
        let answer = ask(address, host, "/", "ada").await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &acme), "{host}");
    }
    assert_eq!(ask(address, "bücher.example.com", "/", "zoe").await.body, format!("{GLOBEX} for zoe"));
    assert_eq!(ask(address, "xn--bcher-kva.example.com", "/", "zoe").await.body, format!("{GLOBEX} for zoe"));
    members.asked();
    // No tenant's: the apex and the reserved names say nothing, addresses and other people's hosts are refused.
    for host in [
        "example.com",
        "www.example.com",
        "127.0.0.1",
        "[::1]",
        "acme.example.com.evil.org",
        "acmeexample.com",
        "a.acme.example.com",
    ] {
        assert_eq!(ask(address, host, "/", "ada").await.status, 404, "{host}");
    }
    assert_eq!(members.asked(), [], "nobody is asked about what is no tenant's name");
    // There the credential, or the path, says it; not where the host is somebody else's.
    assert_eq!(ask(address, "www.example.com", "/", "ada@1").await.body, acme);
    assert_eq!(ask(address, "example.com", "/t/1", "ada").await.body, acme);
    assert_eq!(ask(address, "evil.org", "/t/1", "ada@1").await.status, 404);
    assert_eq!(ask(address, "127.0.0.1", "/t/1", "ada@1").await.status, 404);
    assert_eq!(ask(address, "a.acme.example.com", "/t/1", "ada@1").await.status, 404);
    for host in ["acme..example.com", "acme.example.com/x", "127.1"] {
        assert_eq!(ask(address, host, "/", "ada").await.status, 400, "{host}");
    }
}

#[tokio::test]
async fn l70_f07_a_reserved_name_is_no_tenants_in_whichever_spelling() {
    let subdomain = || Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap();
    let edge = edge(&Members::new()).resolver(subdomain().reserved(["BÜCHER", "Acme"]).unwrap());
    let address = serve(Router::new().route("/", route(whose)).layer(edge.layer())).await;
    for host in ["bücher.example.com", "xn--bcher-kva.example.com", "acme.example.com", "ACME.example.com"] {
        assert_eq!(ask(address, host, "/", "sam").await.status, 404, "{host}");
        // It says nothing, so that the credential does.
        assert_eq!(ask(address, host, "/", "sam@1").await.status, 200, "{host}");
    }
    for label in ["", "a.b", "a b", "a:80", "[::1]"] {
        assert!(subdomain().reserved([label]).is_err(), "{label:?}");
    }
}

#[tokio::test]
async fn l71_a_domain_is_its_tenants_when_it_was_verified() {
    let address = hosted(&Members::new()).await;
    assert_eq!(ask(address, "Shop.Acme.org.:443", "/", "ada").await.body, format!("{ACME} for ada"));
    assert_eq!(ask(address, "pending.acme.org", "/", "ada").await.status, 404);
    assert_eq!(ask(address, "pending.acme.org", "/t/1", "ada@1").await.status, 404, "nor by another way");
    assert_eq!(ask(address, "unknown.acme.org", "/", "ada").await.status, 404);
}

#[tokio::test]
async fn l87_a_credential_of_one_tenant_is_refused_on_anothers_host_and_path() {
    let (members, address) = (Members::new(), hosted(&Members::new()).await);
    let _ = &members;
    // Sam belongs to both: the host and the credential each would admit.
    assert_eq!(ask(address, "acme.example.com", "/", "sam").await.status, 200);
    assert_eq!(ask(address, "globex.example.com", "/", "sam").await.status, 200);
    assert_eq!(ask(address, "acme.example.com", "/", "sam@1").await.status, 200);
    let refused = [
        ("globex.example.com", "/", "sam@1"),
        ("acme.example.com", "/t/2", "sam"),
        ("acme.example.com", "/t/2", "sam@1"),
        ("example.com", "/t/2", "sam@1"),
        ("shop.acme.org", "/t/2", "sam"),
        ("shop.acme.org", "/", "sam@2"),
    ];
    for (host, path, who) in refused {
        assert_eq!(ask(address, host, path, who).await.status, 404, "{host}{path} {who}");
    }
}

/// What a stranger learns: nothing, by the answer or by what is asked of the membership.
#[tokio::test]
async fn l75_a_stranger_is_answered_as_if_there_were_no_such_tenant() {
    let members = Members::new();
    let address = hosted(&members).await;
    members.asked();
    let mut answers = Vec::new();
    let cases = [
        ("globex.example.com", "/", "ada", vec![("ada".to_owned(), GLOBEX)]),
        ("nobody.example.com", "/", "ada", vec![("ada".to_owned(), DECOY)]),
        ("globex.example.com", "/", "ada@1", vec![("ada".to_owned(), GLOBEX)]),
        ("nobody.example.com", "/", "ada@1", vec![("ada".to_owned(), DECOY)]),
        ("example.com", "/t/2", "ada", vec![("ada".to_owned(), GLOBEX)]),
        ("example.com", "/t/77", "ada", vec![("ada".to_owned(), 77)]),
    ];
    for (host, path, who, asked) in cases {
        let mut answer = ask(address, host, path, who).await;
        assert_eq!(members.asked(), asked, "{host}{path}: the same work");
        answer.headers.remove("date");
        answers.push((answer.status, answer.headers, answer.body));
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    assert_eq!(answers[0].0, 404);
    assert_eq!(answers[0].2, r#"{"title":"Not Found","status":404}"#);
    assert_eq!(answers[0].1["content-type"], "application/problem+json");
    // Without a credential nobody is asked, whatever is named.
    for host in ["acme.example.com", "nobody.example.com", "evil.org"] {
        let answer = get(address, "/", &[("host", host)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate").as_str()),
            (401, "Bearer"),
            "{host}"
        );
    }
    assert_eq!(members.asked(), []);
}

/// The same for domains, where their directory has a decoy; and whoever reads the audit sees all of them.
#[tokio::test]
async fn l75_which_domains_are_registered_is_not_told_and_each_refusal_is_audited() {
    struct Decoyed;
    impl DomainDirectory for Decoyed {
        type TenantId = i32;
        type Error = Infallible;
        async fn find(&self, domain: &str) -> Result<Option<Domain<i32>>, Infallible> {
            Domains.find(domain).await
        }
        fn decoy(&self) -> Option<i32> {
            Some(DECOY)
        }
    }
    let (members, sink) = (Members::new(), RecordingSink::new());
    let authority = || Authority::new(members.clone()).with_audit_sink(sink.clone());
    let edges = [Edge::new(authority(), Names), Edge::with_details(authority(), Names)];
    for edge in edges {
        let edge = edge
            .resolver(Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap())
            .resolver(CustomDomains::of(Decoyed));
        let address = serve(Router::new().route("/", route(whose)).layer(edge.layer())).await;
        for (host, who, tenant) in [
            ("shop.acme.org", "zoe", ACME),
            ("pending.acme.org", "zoe", DECOY),
            ("unknown.acme.org", "zoe", DECOY),
            ("nobody.example.com", "zoe", DECOY),
            ("acme.example.com", "zoe", ACME),
            // Another tenant's host, to which sam belongs as well.
            ("globex.example.com", "sam@1", GLOBEX),
        ] {
            assert_eq!(ask(address, host, "/", who).await.status, 404, "{host}");
            let who = who.trim_end_matches("@1").to_owned();
            assert_eq!(members.asked(), [(who.clone(), tenant)], "{host}");
            let denied = RecordedEvent::Denied { principal: who, tenant: tenant.to_string() };
            assert_eq!(sink.take(), [denied], "{host}");
        }
        assert_eq!(ask(address, "acme.example.com", "/", "ada").await.status, 200, "it is no foreign host");
        members.asked();
        let _ = sink.take();
    }
}

/// A decoy is never admitted to, whoever may see every tenant.
#[tokio::test]
async fn l75_who_belongs_to_every_tenant_gets_no_scope_of_one_that_does_not_exist() {
    struct Everywhere;
    impl tenancy_diesel::Membership for Everywhere {
        type TenantId = i32;
        type Principal = str;
        type Error = Infallible;
        async fn check(&self, _: &str, _: &i32) -> Result<tenancy_diesel::Decision, Infallible> {
            Ok(tenancy_diesel::Decision::Admit)
        }
    }
    let subdomain = Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap();
    let edge = Edge::new(Authority::new(Everywhere), Names).resolver(subdomain);
    let address = serve(Router::new().route("/", route(whose)).layer(edge.layer())).await;
    assert_eq!(ask(address, "globex.example.com", "/", "root").await.status, 200);
    assert_eq!(ask(address, "nobody.example.com", "/", "root").await.status, 404);
}

#[tokio::test]
async fn l68_a_header_names_a_tenant_only_where_that_was_asked_for() {
    let members = Members::new();
    let own = || Router::new().route("/", route(whose));
    let without = serve(own().layer(edge(&members).layer())).await;
    let name = HeaderName::from_static("x-tenant");
    let with =
        serve(own().layer(edge(&members).resolver(TenantHeader::named(name, Directory::ids())).layer()))
            .await;
    let ask = async |address, who: &str, tenants: &[&str]| {
        let authorization = bearer(who);
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(tenants.iter().map(|tenant| ("x-tenant", *tenant)));
        get(address, "/", &headers).await
    };
    assert_eq!(ask(without, "ada", &["1"]).await.status, 404);
    assert_eq!(ask(without, "ada@1", &["2"]).await.body, format!("{ACME} for ada"), "it is not looked at");
    let answer = ask(with, "ada", &["1"]).await;
    assert_eq!(answer.body, format!("{ACME} for ada"));
    assert!(answer.header("vary").contains("x-tenant"), "{answer:?}");
    for (tenants, status) in [(&["2"][..], 404), (&["x"], 404), (&["é"], 404), (&["1", "1"], 400), (&[], 404)]
    {
        assert_eq!(ask(with, "ada", tenants).await.status, status, "{tenants:?}");
    }
}

#[tokio::test]
async fn f08_a_route_without_the_edge_has_no_scope_and_is_no_way_around_it() {
    let members = Members::new();
    let asks = members.clone();
    let app = Router::new()
        .route("/behind", route(whose))
        // A handler that asks for nothing is guarded all the same.
        .route("/silent", route(async || "secret"))
        .layer(edge(&members).layer())
        .route("/outside", route(whose));
    let address = serve(app).await;
    assert_eq!(get(address, "/silent", &[]).await.status, 401);
    assert_eq!(ask(address, "h", "/silent", "ada@2").await.status, 404);
    assert_eq!(ask(address, "h", "/silent", "ada@1").await.body, "secret");
    let outside = ask(address, "h", "/outside", "ada@1").await;
    assert_eq!(
        (outside.status.as_u16(), outside.body.as_str()),
        (500, r#"{"title":"Internal Server Error","status":500}"#)
    );
    assert_eq!(
        send(address, "GET", "/nowhere", &[], "").await.status,
        401,
        "a fallback is behind it as well"
    );
    asks.failing.store(true, std::sync::atomic::Ordering::SeqCst);
    let answer = ask(address, "h", "/behind", "ada@1").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after").as_str()), (503, "5"));
}

#[tokio::test]
async fn details_are_the_members_and_an_edge_twice_admits_once() {
    async fn role(
        Member(member): Member<String, i32>,
        Tenant(scope): Tenant<i32>,
    ) -> Result<String, Problem> {
        fn tenant(scope: &Scoped<i32>) -> i32 {
            *scope.tenant()
        }
        assert_eq!(tenant(&member), tenant(&scope));
        Ok(member.details().clone())
    }
    let members = Members::new();
    let edge = Edge::with_details(Authority::new(members.clone()), Names);
    let inner = Router::new().route("/", route(role)).layer(edge.layer());
    // Two layers of one edge, and one edge of two layers.
    let layer = edge.layer();
    let app = Router::new().nest("/in", inner).route("/", route(role)).layer(layer.clone()).layer(layer);
    let address = serve(app).await;
    assert_eq!(ask(address, "h", "/", "ada@1").await.body, "ada of 1");
    assert_eq!(members.asked().len(), 1);
    assert_eq!(ask(address, "h", "/in", "ada@1").await.body, "ada of 1");
}

/// What an outer edge could not see, an inner one does; they have to agree.
#[tokio::test]
async fn l87_a_router_that_is_nested_as_a_service_is_no_way_to_another_tenant() {
    let members = Members::new();
    let layer = edge(&members).resolver(TenantPath::parameter("tenant", Directory::ids())).layer();
    let inner = Router::new().route("/{tenant}", route(whose)).layer(layer.clone());
    let outer = Router::new().nest_service("/of", inner).layer(layer);
    let address = serve(outer).await;
    assert_eq!(ask(address, "h", "/of/1", "sam@1").await.body, format!("{ACME} for sam"));
    assert_eq!(ask(address, "h", "/of/2", "sam@1").await.status, 404);
    // Two edges, of which each would admit.
    let by = |name| TenantHeader::named(HeaderName::from_static(name), Directory::ids());
    let [one, other] = ["x-one", "x-other"].map(|name| edge(&members).resolver(by(name)).layer());
    let address = serve(Router::new().route("/", route(whose)).layer(one).layer(other)).await;
    for (tenant, status) in [("1", 200), ("2", 404)] {
        let headers = [("authorization", &*bearer("sam")), ("x-one", "1"), ("x-other", tenant)];
        assert_eq!(get(address, "/", &headers).await.status, status, "{tenant}");
    }
}
