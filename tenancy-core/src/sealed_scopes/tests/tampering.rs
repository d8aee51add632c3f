use super::*;

/// Every letter that base64url has, of which several would be the same bits at an end, and some that it has not.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+=/ ";

#[tokio::test]
async fn no_changed_letter_opens() {
    let (authority, sink, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let text = sealed.as_str();
    for at in 0..text.len() {
        for letter in LETTERS {
            let mut changed = text.as_bytes().to_vec();
            changed[at] = *letter;
            let changed = String::from_utf8(changed).unwrap();
            if changed != text {
                let opened = authority.open(&changed, MAIL).await;
                assert!(
                    matches!(opened, Err(OpenError::Malformed | OpenError::UnknownKey | OpenError::Broken)),
                    "{at}: {changed}: {opened:?}"
                );
            }
        }
    }
    assert!(sink.events().is_empty(), "and nobody was asked");
    assert!(authority.open(text, MAIL).await.is_ok());
}

#[tokio::test]
async fn nothing_that_was_cut_or_made_longer_opens() {
    let (authority, _, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let text = sealed.as_str();
    for end in 0..text.len() {
        assert!(authority.open(&text[..end], MAIL).await.is_err(), "{end}");
    }
    for more in ["A", "=", ".", " ", "\n", "\0", ".AAAA"] {
        assert!(authority.open(&format!("{text}{more}"), MAIL).await.is_err(), "{more:?}");
        assert!(authority.open(&format!("{more}{text}"), MAIL).await.is_err(), "{more:?}");
    }
}

#[tokio::test]
async fn what_is_no_sealed_scope_does_not_open() {
    let (authority, _, _) = usual();
    let long = format!("v4.local.{}.azE", "A".repeat(SealedScope::LONGEST));
    for text in [
        "",
        ".",
        "....",
        "v4.local.",
        "v4.local..azE",
        "v4.local.AAAA.azE",
        "v3.local.AAAA.azE",
        "\u{1F980}",
        &long,
    ] {
        assert!(matches!(authority.open(text, MAIL).await, Err(OpenError::Malformed)), "{text:.40}");
    }
    // The signed kind of token, by whoever likes.
    let public = format!("v4.public.{}.azE", "A".repeat(120));
    assert!(matches!(authority.open(&public, MAIL).await, Err(OpenError::Malformed)));
    // A key's id, without one and with another.
    let body = "A".repeat(120);
    for footer in ["", ".", ".AAAA", ".___-"] {
        let opened = authority.open(&format!("v4.local.{body}{footer}"), MAIL).await;
        assert!(matches!(opened, Err(OpenError::Malformed | OpenError::UnknownKey)), "{footer}: {opened:?}");
    }
    assert!(matches!(authority.open(&format!("v4.local.{body}.azE"), MAIL).await, Err(OpenError::Broken)));
}

/// What is sealed does not tell whose it is, and no two of the same are alike.
#[test]
fn it_shows_nothing_but_the_keys_id() {
    let (authority, _, _) = usual();
    let acme = TenantId::new();
    let [one, other] = [(); 2].map(|()| authority.seal(&alice_in(acme), MAIL, HOUR).unwrap());
    assert_ne!(one, other);
    let parts: Vec<&str> = one.as_str().split('.').collect();
    assert_eq!((parts.len(), &parts[..2], parts[3]), (4, &["v4", "local"][..], "azE"), "azE is base64 of k1");
    assert!(!one.as_str().contains(&acme.to_string()[..8]));
    assert!(one.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    assert!(one.as_str().len() < 600, "it fits a cookie: {}", one.as_str().len());
}

#[test]
fn debug_shows_no_secret() {
    let (authority, _, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    assert_eq!(format!("{sealed:?}"), "SealedScope(..)");
    let keys = ScopeKeys::new("users", key("k1", 0xab)).accepting(key("k2", 0xcd)).unwrap();
    let shown = format!("{keys:?} {:?} {:#?}", key("k3", 0xef), ScopeKey::new("k4", &[1; 32]));
    for secret in ["171", "205", "239", "ab", "cd", "ef", "0xab", "[1"] {
        assert!(!shown.replace("ScopeKeyError", "").contains(secret), "{secret}: {shown}");
    }
    assert!(shown.contains("k1") && shown.contains("k2") && shown.contains("k3") && shown.contains("users"));
}

#[test]
fn serde_has_the_text() {
    let (authority, _, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let json = serde_json::to_string(&sealed).unwrap();
    assert_eq!(json, format!("\"{}\"", sealed.as_str()));
    assert_eq!(serde_json::from_str::<SealedScope>(&json).unwrap(), sealed);
}
