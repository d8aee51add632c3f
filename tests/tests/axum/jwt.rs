//! Bearer tokens, over HTTP: what is let in, and what is not.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get as route;
use serde_json::{Value, json};
use tenancy_axum::jwt::{Algorithm, InvalidKey, Jwt, Key, Keys};
use tenancy_axum::resolve::{Directory, Subdomain};
use tenancy_axum::{Edge, Principal, Tenant};
use tenancy_diesel::Authority;
use tenancy_tests::fixture::ACME;

use super::app::{Members, Slugs};
use super::http::{get, serve};
use super::tokens::{
    self, AUDIENCE, ISSUER, Pair, claims, claims_with, eddsa, es256, hs256, now, raw, rs256,
};

const SECRET: &[u8] = b"thirty-two bytes or more of secret";

async fn whose(Tenant(scope): Tenant<i32>, Principal(who): Principal<String>) -> String {
    format!("{} for {who}", scope.tenant())
}

fn jwt(keys: impl Keys) -> Jwt<i32> {
    Jwt::new(keys, ISSUER, AUDIENCE).tenant_claim("tenant")
}

async fn serve_jwt(jwt: Jwt<i32>) -> SocketAddr {
    let subdomain = Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap();
    let edge = Edge::new(Authority::new(Members::new()), jwt).resolver(subdomain);
    serve(Router::new().route("/", route(whose)).layer(edge.layer())).await
}

async fn status(address: SocketAddr, host: &str, token: &str) -> u16 {
    let answer = get(address, "/", &[("host", host), ("authorization", &format!("Bearer {token}"))]).await;
    if answer.status == 200 {
        assert_eq!(answer.body, format!("{ACME} for ada"));
    }
    answer.status.as_u16()
}

const APEX: &str = "example.com";
const ACMES: &str = "acme.example.com";

fn public(pair: &Pair, algorithm: Algorithm) -> Key {
    Key::public(&pair.jwk.to_string(), algorithm).unwrap()
}

#[tokio::test]
async fn f07_a_token_of_each_algorithm_names_its_tenant() {
    tokens_of_each(jwt).await;
}

async fn tokens_of_each(jwt: impl Fn(Key) -> Jwt<i32>) {
    let cases =
        [(rs256("r"), Algorithm::Rs256), (es256("e"), Algorithm::Es256), (eddsa("d"), Algorithm::EdDsa)];
    for (pair, algorithm) in cases {
        let address = serve_jwt(jwt(public(&pair, algorithm))).await;
        let good = pair.sign(&claims_with("ada", json!({ "tenant": ACME.to_string() })));
        assert_eq!(status(address, APEX, &good).await, 200, "{algorithm:?}");
        assert_eq!(status(address, ACMES, &pair.sign(&claims("ada"))).await, 200, "{algorithm:?}");
        assert_eq!(
            status(address, ACMES, &pair.sign(&claims_with("ada", json!({ "tenant": ACME })))).await,
            200,
            "a number"
        );
        // Every byte of the signature counts.
        let (message, signature) = good.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { 'B' } else { 'A' };
        let changed = format!("{message}.{other}{}", &signature[1..]);
        assert_eq!(status(address, APEX, &changed).await, 401, "{algorithm:?}");
        assert_eq!(status(address, APEX, &format!("{message}.")).await, 401);
        // Another key of the same algorithm, with the same id.
        if algorithm != Algorithm::Rs256 {
            let forger = if algorithm == Algorithm::Es256 { es256("e") } else { eddsa("d") };
            assert_eq!(
                status(address, APEX, &forger.sign(&claims_with("ada", json!({ "tenant": "1" })))).await,
                401
            );
        }
    }
    let address = serve_jwt(jwt(Key::secret(SECRET).unwrap())).await;
    assert_eq!(status(address, ACMES, &hs256(None, SECRET, &claims("ada"))).await, 200);
    assert_eq!(
        status(address, ACMES, &hs256(None, b"another secret of thirty-two bytes", &claims("ada"))).await,
        401
    );
}

/// RFC 8725, 2.1: the header chooses nothing.
#[tokio::test]
async fn the_algorithm_is_the_keys_and_not_the_tokens() {
    let pair = es256("e");
    let address = serve_jwt(jwt(public(&pair, Algorithm::Es256))).await;
    let claims = claims("ada");
    for alg in ["none", "None", "ES384", "HS256", "RS256"] {
        assert_eq!(
            status(address, ACMES, &raw(&json!({ "alg": alg, "kid": "e" }), &claims, b"")).await,
            401,
            "{alg}"
        );
    }
    // The public key as a secret, in the forms that it has.
    for secret in [pair.public.clone(), pair.jwk.to_string().into_bytes()] {
        assert_eq!(status(address, ACMES, &hs256(Some("e"), &secret, &claims)).await, 401);
    }
    // A key in the token's own header is a stranger's.
    let forger = es256("e");
    let header = json!({ "alg": "ES256", "kid": "e", "jwk": forger.jwk });
    let signature = forger.sign(&claims).rsplit_once('.').unwrap().1.to_owned();
    assert_eq!(status(address, ACMES, &raw(&header, &claims, signature.as_bytes())).await, 401);
    // The other way round: a secret's tokens by a public key.
    let secret = serve_jwt(jwt(Key::secret(SECRET).unwrap())).await;
    assert_eq!(status(secret, ACMES, &pair.sign(&claims)).await, 401);
}

#[tokio::test]
async fn f07_a_key_with_an_id_is_for_tokens_that_name_it() {
    let secret = || Key::secret(SECRET).unwrap();
    let (named, any) = (serve_jwt(jwt(secret().with_id("k"))).await, serve_jwt(jwt(secret())).await);
    for (id, by_named, by_any) in [(Some("k"), 200, 200), (None, 401, 200), (Some("other"), 401, 200)] {
        let token = hs256(id, SECRET, &claims("ada"));
        assert_eq!(status(named, ACMES, &token).await, by_named, "{id:?}");
        assert_eq!(status(any, ACMES, &token).await, by_any, "{id:?}");
    }
    // One that was published with an id is the only one that a token without could mean.
    let pair = es256("e");
    let published = || public(&pair, Algorithm::Es256);
    let token = pair.sign_as(None, &claims("ada"));
    assert_eq!(status(serve_jwt(jwt(published())).await, ACMES, &token).await, 200);
    assert_eq!(status(serve_jwt(jwt(published().with_id("e"))).await, ACMES, &token).await, 401);
}

#[tokio::test]
async fn a_token_has_to_be_for_us_from_its_issuer_and_within_its_time() {
    let pair = eddsa("d");
    let address = serve_jwt(jwt(public(&pair, Algorithm::EdDsa))).await;
    let refused = [
        json!({ "aud": "https://other.example.com" }),
        json!({ "aud": null }),
        json!({ "aud": [] }),
        json!({ "iss": "https://evil.example.com/" }),
        json!({ "iss": null }),
        json!({ "exp": now() - 31 }),
        json!({ "exp": null }),
        json!({ "exp": "soon" }),
        json!({ "nbf": now() + 60 }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 7 }),
        json!({ "tenant": "acme" }),
        json!({ "tenant": {} }),
    ];
    for changes in refused {
        let token = pair.sign(&claims_with("ada", changes.clone()));
        assert_eq!(status(address, ACMES, &token).await, 401, "{changes}");
    }
    for changes in
        [json!({ "aud": ["x", AUDIENCE] }), json!({ "exp": now() - 20 }), json!({ "nbf": now() + 20 })]
    {
        let token = pair.sign(&claims_with("ada", changes.clone()));
        assert_eq!(status(address, ACMES, &token).await, 200, "{changes}");
    }
    assert_eq!(status(address, ACMES, &"x".repeat(17_000)).await, 401);
    let answer = get(address, "/", &[("host", ACMES), ("authorization", "Basic YTpi")]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (401, r#"{"title":"Unauthorized","status":401}"#)
    );
}

/// GHSA-c4gg-mvfq-h268.
#[tokio::test]
async fn l87_a_token_of_one_tenant_is_refused_on_anothers_host() {
    let pair = es256("e");
    let address = serve_jwt(jwt(public(&pair, Algorithm::Es256))).await;
    let sams = |tenant: Value| pair.sign(&claims_with("sam", json!({ "tenant": tenant })));
    let ask = async |host: &str, token: &str| {
        get(address, "/", &[("host", host), ("authorization", &format!("Bearer {token}"))])
            .await
            .status
            .as_u16()
    };
    assert_eq!(ask(ACMES, &sams(json!("1"))).await, 200);
    assert_eq!(ask("globex.example.com", &sams(json!("1"))).await, 404);
    assert_eq!(ask("globex.example.com", &pair.sign(&claims("sam"))).await, 200, "one for whichever tenant");
    let strict = serve_jwt(
        Jwt::new(public(&pair, Algorithm::Es256), ISSUER, AUDIENCE).required_tenant_claim("tenant"),
    )
    .await;
    assert_eq!(status(strict, ACMES, &pair.sign(&claims("ada"))).await, 401);
}

#[tokio::test]
async fn a_cookie_counts_where_it_was_named_and_is_there_once() {
    let pair = es256("e");
    let with = serve_jwt(jwt(public(&pair, Algorithm::Es256)).cookie("__Host-session")).await;
    let without = serve_jwt(jwt(public(&pair, Algorithm::Es256))).await;
    let token = pair.sign(&claims("ada"));
    let ask = async |address, cookie: &str| {
        get(address, "/", &[("host", ACMES), ("cookie", cookie)]).await.status.as_u16()
    };
    let cookie = format!("theme=dark; __Host-session={token}");
    assert_eq!(ask(with, &cookie).await, 200);
    assert_eq!(ask(without, &cookie).await, 401);
    assert_eq!(ask(with, &format!("{cookie}; __Host-session=planted")).await, 401);
    // The header is the one that counts where there are both.
    let bad = get(with, "/", &[("host", ACMES), ("cookie", &cookie), ("authorization", "Bearer x")]).await;
    assert_eq!(bad.status, 401);
}

#[tokio::test]
async fn the_type_of_a_token_is_looked_at_where_one_is_required() {
    let secret = Key::secret(SECRET).unwrap();
    let address = serve_jwt(jwt(secret).required_type("at+jwt")).await;
    assert_eq!(status(address, ACMES, &hs256(None, SECRET, &claims("ada"))).await, 401, "`JWT`");
    for typ in ["at+jwt", "application/at+JWT"] {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.typ = Some(typ.to_owned());
        let key = jsonwebtoken::EncodingKey::from_secret(SECRET).unwrap();
        let token = jsonwebtoken::encode(&header, &claims("ada"), &key).unwrap();
        assert_eq!(status(address, ACMES, &token).await, 200, "{typ}");
    }
}

#[test]
fn keys_are_refused_that_are_weak_or_for_something_else() {
    assert_eq!(Key::secret(&SECRET[..31]).unwrap_err(), InvalidKey::ShortSecret(31));
    let pair = tokens::es256("e");
    for (algorithm, changes) in [
        (Algorithm::Rs256, json!({})),
        (Algorithm::EdDsa, json!({})),
        (Algorithm::Hs256, json!({})),
        (Algorithm::Es256, json!({ "use": "enc" })),
        (Algorithm::Es256, json!({ "alg": "ES384" })),
        (Algorithm::Es256, json!({ "crv": "P-384" })),
        (Algorithm::Es256, json!({ "key_ops": ["sign"] })),
    ] {
        let mut jwk = pair.jwk.clone();
        changes.as_object().unwrap().iter().for_each(|(name, value)| jwk[name] = value.clone());
        assert_eq!(
            Key::public(&jwk.to_string(), algorithm).unwrap_err(),
            InvalidKey::NotOf(algorithm),
            "{changes}"
        );
    }
    let oct = json!({ "kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    assert!(Key::public(&oct.to_string(), Algorithm::Hs256).is_err(), "a secret that is public");
}
