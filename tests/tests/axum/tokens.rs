//! Keys and tokens, made by `ring` and `jsonwebtoken`.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use serde_json::{Value, json};

/// A key for tests and nothing else: `openssl genrsa 2048`, as PKCS #1 in base64.
const RSA: &str = include_str!("rsa_2048.txt");

pub(crate) const ISSUER: &str = "https://id.example.com/";
pub(crate) const AUDIENCE: &str = "https://app.example.com";

/// A pair, with its public half as a JSON Web Key.
pub(crate) struct Pair {
    pub(crate) id: String,
    pub(crate) jwk: Value,
    pub(crate) public: Vec<u8>,
    algorithm: Algorithm,
    key: EncodingKey,
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn es256(id: &str) -> Pair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let public = pair.public_key().as_ref().to_vec();
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id, "x": base64(&public[1..33]), "y": base64(&public[33..]),
    });
    Pair {
        id: id.to_owned(),
        jwk,
        public,
        algorithm: Algorithm::ES256,
        key: EncodingKey::from_ec_der(pkcs8.as_ref()),
    }
}

pub(crate) fn eddsa(id: &str) -> Pair {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
    let public = pair.public_key().as_ref().to_vec();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": base64(&public) });
    Pair {
        id: id.to_owned(),
        jwk,
        public,
        algorithm: Algorithm::EdDSA,
        key: EncodingKey::from_ed_der(pkcs8.as_ref()),
    }
}

pub(crate) fn rs256(id: &str) -> Pair {
    let der = STANDARD.decode(RSA.replace('\n', "")).unwrap();
    let pair = RsaKeyPair::from_der(&der).unwrap();
    let components: ring::rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
    let jwk = json!({ "kty": "RSA", "kid": id, "n": base64(&components.n), "e": base64(&components.e) });
    let public = pair.public().as_ref().to_vec();
    Pair { id: id.to_owned(), jwk, public, algorithm: Algorithm::RS256, key: EncodingKey::from_rsa_der(&der) }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The claims of a good token.
pub(crate) fn claims(subject: &str) -> Value {
    json!({ "sub": subject, "iss": ISSUER, "aud": AUDIENCE, "exp": now() + 600 })
}

/// The same with some of them changed; null takes one away.
pub(crate) fn claims_with(subject: &str, changes: Value) -> Value {
    let mut claims = claims(subject);
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

impl Pair {
    /// A token signed by it, with its id.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(Some(&self.id), claims)
    }

    pub(crate) fn sign_as(&self, id: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = id.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
    }
}

/// One signed with a secret.
pub(crate) fn hs256(id: Option<&str>, secret: &[u8], claims: &Value) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = id.map(str::to_owned);
    encode(&header, claims, &EncodingKey::from_secret(secret).unwrap()).unwrap()
}

/// One with any header, and a signature of our own.
pub(crate) fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    [header.to_string().as_bytes(), claims.to_string().as_bytes(), signature].map(base64).join(".")
}

/// A set of public keys.
pub(crate) fn set(pairs: &[&Pair]) -> String {
    json!({ "keys": pairs.iter().map(|pair| pair.jwk.clone()).collect::<Vec<_>>() }).to_string()
}
