//! The other side: tokens of an identity provider, and requests.

use std::error::Error;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use tenancy_diesel::TenantId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A secret of this run: what is random in three UUIDs.
pub(crate) fn secret() -> Result<Vec<u8>, Box<dyn Error>> {
    Ok((0..3).flat_map(|_| *TenantId::new().as_uuid().as_bytes()).collect())
}

/// A token that is good for an hour, for whichever tenant the person belongs to, or for one.
fn token(secret: &[u8], person: &str, tenant: Option<&str>) -> Result<String, Box<dyn Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut claims = json!({
        "sub": person, "iss": "https://id.example.com/", "aud": "https://example.com", "exp": now + 3600,
    });
    if let Some(tenant) = tenant {
        claims["tenant"] = tenant.into();
    }
    Ok(encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret)?)?)
}

pub(crate) fn help(address: SocketAddr, secret: &[u8]) -> Result<(), Box<dyn Error>> {
    for person in ["ada", "alan", "grace"] {
        println!("{person}={}", token(secret, person, None)?);
    }
    println!("curl -H 'Host: acme.example.com' -H \"Authorization: Bearer $ada\" http://{address}/notes");
    Ok(())
}

/// Asks, prints, and compares with what has to come.
pub(crate) async fn all(address: SocketAddr, secret: &[u8]) -> Result<(), Box<dyn Error>> {
    let [ada, alan, grace] = ["ada", "alan", "grace"].map(|person| token(secret, person, None));
    let (ada, alan, grace) = (ada?, alan?, grace?);
    let adas_at_acme = token(secret, "ada", Some("acme"))?;
    let note = r#"{"title":"lunch","body":"at noon"}"#;
    let cases = [
        ("Ada writes a note at Acme", "POST", "acme", "/notes", Some(&ada), note, 201),
        ("and another one of the same title", "POST", "acme", "/notes", Some(&ada), note, 409),
        ("Grace has a note of that title at Globex", "POST", "globex", "/notes", Some(&grace), note, 201),
        ("Ada lists Acme's", "GET", "ACME", "/notes", Some(&ada), "", 200),
        ("Grace lists Globex'", "GET", "globex", "/notes", Some(&grace), "", 200),
        ("Alan, who reads, reads", "GET", "acme", "/notes/lunch", Some(&alan), "", 200),
        ("and does not write", "POST", "acme", "/notes", Some(&alan), note, 403),
        ("Ada asks for Globex' plans at Acme", "GET", "acme", "/notes/plans", Some(&ada), "", 404),
        ("and at Globex", "GET", "globex", "/notes/plans", Some(&ada), "", 404),
        ("with a token for Acme", "GET", "globex", "/notes/plans", Some(&adas_at_acme), "", 404),
        ("and at a tenant that does not exist", "GET", "initech", "/notes/plans", Some(&ada), "", 404),
        ("Nobody asks", "GET", "acme", "/notes", None, "", 401),
    ];
    for (what, method, tenant, path, token, body, expected) in cases {
        let (status, answer) = send(address, method, tenant, path, token.map(String::as_str), body).await?;
        println!("{what}: {method} {tenant}.example.com{path}\n  {status} {answer}");
        if status != expected {
            return Err(format!("{what}: {status}, and not {expected}").into());
        }
    }
    Ok(())
}

/// HTTP by hand, to any host name at this machine's address.
async fn send(
    address: SocketAddr,
    method: &str,
    tenant: &str,
    path: &str,
    token: Option<&str>,
    body: &str,
) -> Result<(u16, String), Box<dyn Error>> {
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {tenant}.example.com\r\n{authorization}content-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status")?;
    Ok((status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()))
}
