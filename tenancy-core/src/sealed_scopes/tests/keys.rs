use super::*;

#[tokio::test]
async fn a_key_is_replaced_while_what_it_sealed_is_under_way() {
    let (clock, tenant) = (Clock::at(NOON), TenantId::new());
    let (before, _) = sealing(ScopeKeys::new("users", key("old", 1)), &clock);
    let (accepting, _) =
        sealing(ScopeKeys::new("users", key("old", 1)).accepting(key("new", 2)).unwrap(), &clock);
    let (turned, _) =
        sealing(ScopeKeys::new("users", key("new", 2)).accepting(key("old", 1)).unwrap(), &clock);
    let (after, _) = sealing(ScopeKeys::new("users", key("new", 2)), &clock);

    let authorities = [&before, &accepting, &turned, &after];
    // Who opens what the one in this line sealed: two neighbours always do.
    for (sealer, opens) in [
        (&before, [true, true, true, false]),
        (&accepting, [true, true, true, false]),
        (&turned, [false, true, true, true]),
        (&after, [false, true, true, true]),
    ] {
        let sealed = sealer.seal(&alice_in(tenant), MAIL, HOUR).unwrap();
        for (authority, opens) in authorities.into_iter().zip(opens) {
            let opened = authority.open(sealed.as_str(), MAIL).await;
            assert_eq!(opened.is_ok(), opens);
            assert!(opens || matches!(opened, Err(OpenError::UnknownKey)), "it is retired");
        }
    }
}

/// L87: a credential of one authority is none of another.
#[tokio::test]
async fn neither_another_realm_nor_another_secret_opens() {
    let clock = Clock::at(NOON);
    let (users, _) = sealing(ScopeKeys::new("users", key("k1", 1)), &clock);
    let sealed = users.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    for (realm, key) in [
        ("staff", key("k1", 1)), // the same secret
        ("user", key("k1", 1)),
        ("users ", key("k1", 1)),
        ("", key("k1", 1)),
        ("users", key("k1", 2)), // another secret under the same id
    ] {
        let (other, sink) = sealing(ScopeKeys::new(realm, key), &clock);
        let opened = other.open(sealed.as_str(), MAIL).await;
        assert!(matches!(opened, Err(OpenError::Broken)), "{realm:?}: {opened:?}");
        assert!(sink.events().is_empty());
    }
    // The same secret under another id, which is authenticated as well.
    let (renamed, _) = sealing(ScopeKeys::new("users", key("k2", 1)), &clock);
    assert!(matches!(renamed.open(sealed.as_str(), MAIL).await, Err(OpenError::UnknownKey)));
    let relabelled = sealed.as_str().replace(".azE", ".azI"); // base64 of k2
    assert_ne!(relabelled, sealed.as_str());
    assert!(matches!(renamed.open(&relabelled, MAIL).await, Err(OpenError::Broken)));
    // Both under both ids: which key it is, is what it says.
    let both = ScopeKeys::new("users", key("k2", 1)).accepting(key("k1", 1)).unwrap();
    let (both, _) = sealing(both, &clock);
    assert!(both.open(sealed.as_str(), MAIL).await.is_ok());
    assert!(matches!(both.open(&relabelled, MAIL).await, Err(OpenError::Broken)));
}

#[test]
fn what_is_no_key_is_refused_in_words() {
    let good = "8b2f0f6a52c9f1b14cc1b6b3e2f9d0a77c51e60a4f8d3b92e1c07f5a6d8e4b31";
    assert!(ScopeKey::from_hex("2026-11_a.b", good).is_ok());
    assert!(ScopeKey::from_hex("K1", &good.to_uppercase()).is_ok());
    let long = "x".repeat(65);
    for id in ["", "a b", "a\n", "é", "a/b", "{\"kid\":1}", &long] {
        assert_eq!(ScopeKey::from_hex(id, good).unwrap_err(), ScopeKeyError::Id, "{id}");
    }
    for (secret, error) in [
        ("", ScopeKeyError::Length),
        (&good[2..], ScopeKeyError::Length),
        (&format!("{good}00"), ScopeKeyError::Length),
        (&format!("0x{}", &good[2..]), ScopeKeyError::Digits),
        (&format!("é{}", &good[2..]), ScopeKeyError::Digits),
        (&format!("+1{}", &good[2..]), ScopeKeyError::Digits),
        (&"0".repeat(64), ScopeKeyError::Placeholder),
        (&"ab".repeat(32), ScopeKeyError::Placeholder),
    ] {
        let refused = ScopeKey::from_hex("k1", secret).unwrap_err();
        assert_eq!(refused, error, "{secret}");
        assert!(secret.is_empty() || !refused.to_string().contains(secret));
    }
    let twice = ScopeKeys::new("users", key("k1", 1)).accepting(key("k1", 2));
    assert_eq!(twice.unwrap_err(), ScopeKeyError::SameId);
    assert_eq!(ScopeKeys::new("users", key("k1", 1)).realm(), "users");
}

#[test]
fn hexadecimal_digits_are_the_bytes() {
    let clock = Clock::at(NOON);
    let mut bytes = [0_u8; 32];
    bytes.iter_mut().zip(0_u8..).for_each(|(byte, value)| *byte = value.wrapping_mul(37).wrapping_add(0x9e));
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (one, _) = sealing(ScopeKeys::new("users", ScopeKey::new("k1", &bytes).unwrap()), &clock);
    let (other, _) = sealing(ScopeKeys::new("users", ScopeKey::from_hex("k1", &text).unwrap()), &clock);
    let sealed = one.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    assert!(other.open_without_membership(sealed.as_str(), MAIL, "comparing").is_ok());
}

/// Such are in queues and mails, sealed at noon. A test that fails here tells of a breaking change.
#[tokio::test]
async fn what_an_older_version_sealed_opens() {
    let (authority, _, _) = usual();
    let opened = authority.open(OLD_SCOPE, MAIL).await.unwrap();
    assert_eq!(opened.tenant().to_string(), "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1");
    assert_eq!(opened.admitted().principal(), "alice");
    let job: TenantJob<Vec<u32>> = OLD_JOB.to_owned().into();
    assert_eq!(authority.open_job(&job, EXPORT).await.unwrap().1, [1, 2, 3]);
}

const OLD_SCOPE: &str = "v4.local.uy0wNGsrHv8CVstK4jtLdhm5hkVEwvN3c_4V2KvGBcErRZTOPz_x07NME_eo1LLAhtrIaEWZkYrNiqG\
    WddN3NsJSPIW4lUvFK96uL1jsKjbvY5LYUCizISE8y6IuHgyunlVPu4uGX6iqbYK_eaujir70ER0XBz2-kWz-gv0\
    gyarpuKbFJQh-ghhLa2OqB_t_pJaIMiMn1c0KfLu0rA-XT6Q3p66C_FBsipEhqXXP-mrQ9-CBkxeEL0IPBLRtOT4\
    RB6QXZ3xn4WfhhjeS1ChGG46YOO6z8Sepst7sKxcPamDaTz_r7Er3YUFwRyiR.azE";
const OLD_JOB: &str = "v4.local.6QGh-glnCnfbSXFXQneJwyxlnX6q36jygjHp5NSNHJmhREcVaGagTjdtIQLXu2BuGdzbnEWiGJ1u9wD\
    jy6miUkC21KmoQH3V1KnGeAJSZWVBp5h_TH8U6A5GLwryHu-MYALueSRvh-ueMDwmKbYMelm1AZzlQkXNQojKWCZ\
    qJ4J2C6kzgQqtwvHLgsibFzTN_0Q1cKhO0y66OeAC-ueQXEp-JLuG7JfWjG1ZhO-BUgzjZwhwplGCdTxQiKjadP2\
    QI2UlvHt7sd9oU8GL_vLsXZMcWiA1FeGjfEAlr7fFSYFmosdikX5sj7sAR6fksRVmB0I.azE";
