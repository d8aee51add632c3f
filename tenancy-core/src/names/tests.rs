use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Scoped;

fn names_of(namespace: &str, tenant: &str) -> TenantNames {
    Scoped::mint(tenant.to_owned(), "alice".into()).names(namespace).expect(tenant)
}

const SEPARATORS: [TopicSeparator; 3] = [TopicSeparator::Dot, TopicSeparator::Slash, TopicSeparator::Colon];

/// Every kind of name that has parts.
fn all(names: &TenantNames, parts: &[String]) -> Vec<String> {
    let mut all = vec![names.cache_key(parts).into(), names.storage_path(parts).into()];
    all.push(names.lock_key(parts).into());
    all.push(names.counter_key(parts).into());
    all.extend(SEPARATORS.map(|separator| names.topic(separator, parts).into()));
    all
}

fn prefixes(names: &TenantNames) -> Vec<String> {
    let cache = names.cache_prefix();
    let mut all = vec![cache.clone(), names.storage_prefix(), cache.clone(), cache];
    all.extend(SEPARATORS.map(|separator| names.topic_prefix(separator)));
    all
}

/// What somebody who wants another's name would write.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "", "a", "A", "b", "é", "e\u{301}", "_", "__", "-", "_h", "_r", "_-", "_2e", "_lock", "lock", ".",
        "..", "/", "\\", ":", "*", "#", "+", ">", "?", "[", "]", "{", "}", "^", "$", "%2f", "\0", "\n", " ",
        "con", "nul", "com1", ".txt", "~1", "İ", "ſ",
    ]);
    let long = prop_oneof![9 => Just(1_usize), 1 => 60..300_usize];
    (prop::collection::vec(pieces, 0..4), long).prop_map(|(pieces, times)| pieces.concat().repeat(times))
}

fn tenant() -> impl Strategy<Value = String> {
    hostile().prop_filter("an id", |text| crate::TenantKey::new(text).is_ok())
}

fn whole() -> impl Strategy<Value = (String, String, Vec<String>)> {
    (hostile(), tenant(), prop::collection::vec(hostile(), 0..4))
}

/// A second one that often differs in one place only.
fn pair() -> impl Strategy<Value = [(String, String, Vec<String>); 2]> {
    (whole(), whole(), 0..5_u8).prop_map(|(one, mut other, same)| {
        if same & 1 != 0 {
            other.0.clone_from(&one.0);
        }
        if same & 2 != 0 {
            other.1.clone_from(&one.1);
        }
        if same & 4 != 0 {
            other.2.clone_from(&one.2);
        }
        [one, other]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    /// L64, L66, L67, L74, F16, F17, F18.
    #[test]
    fn names_are_equal_only_where_everything_in_them_is([one, other] in pair()) {
        let (names, others) = (names_of(&one.0, &one.1), names_of(&other.0, &other.1));
        for (name, other_name) in all(&names, &one.2).into_iter().zip(all(&others, &other.2)) {
            prop_assert_eq!(name == other_name, one == other, "{} {}", name, other_name);
            // For what does not tell upper from lower case, by any rule.
            prop_assert_eq!(&name.to_lowercase(), &name);
            prop_assert_eq!(name.to_uppercase() == other_name.to_uppercase(), one == other);
        }
        let locks = [names.lock_key(&one.2).as_i64(), others.lock_key(&other.2).as_i64()];
        prop_assert_eq!(locks[0] == locks[1], one == other);
        prop_assert_eq!(names.label() == others.label(), one.1 == other.1);
    }

    /// L66, L67: a subscription to a prefix, or a listing of a folder, has one tenant's.
    #[test]
    fn a_prefix_is_that_of_its_tenant_and_of_nobody_else([one, other] in pair()) {
        let (names, others) = (names_of(&one.0, &one.1), names_of(&other.0, &other.1));
        let same = one.0 == other.0 && one.1 == other.1;
        for ((prefix, mine), theirs) in prefixes(&names).iter().zip(all(&names, &one.2)).zip(all(&others, &other.2)) {
            prop_assert!(mine.starts_with(prefix));
            prop_assert_eq!(theirs.starts_with(prefix), same, "{} {}", prefix, theirs);
        }
    }

    /// Locks, counts and cache entries share Redis' keys.
    #[test]
    fn a_lock_or_a_count_has_no_cache_entrys_name([one, other] in pair()) {
        let (names, others) = (names_of(&one.0, &one.1), names_of(&other.0, &other.1));
        let (lock, count) = (names.lock_key(&one.2), names.counter_key(&one.2));
        let (key, other_lock) = (others.cache_key(&other.2), others.lock_key(&other.2));
        prop_assert_ne!(lock.as_str(), key.as_str());
        prop_assert_ne!(count.as_str(), key.as_str());
        prop_assert_ne!(count.as_str(), other_lock.as_str());
    }

    #[test]
    fn no_character_means_anything_and_no_part_is_empty(one in whole()) {
        let names = names_of(&one.0, &one.1);
        let [cache, path, lock, count, dot, slash, colon] = &all(&names, &one.2)[..] else { panic!("seven kinds") };
        for (name, separator, longest, component) in [
            (cache, ':', 249, 80), (path, '/', 1024, 200), (lock, ':', 249, 80), (count, ':', 249, 80),
            (dot, '.', 249, 80), (slash, '/', 249, 80), (colon, ':', 249, 80),
        ] {
            prop_assert!(name.len() <= longest, "{name}");
            for part in name.split(separator) {
                prop_assert!(!part.is_empty() && part.len() <= component, "{name}");
                prop_assert!(!part.starts_with(['-', '.']) && !part.ends_with('.') && !part.contains(".."), "{name}");
                let stem = part.split('.').next().unwrap_or_default();
                prop_assert!(!["con", "prn", "aux", "nul", "com1", "lpt9"].contains(&stem), "{name}");
                prop_assert!(
                    part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
                        || (byte == b'.' && separator == '/' && name == path)),
                    "{name}"
                );
            }
        }
        let label = names.label();
        prop_assert!(!label.as_str().is_empty() && label.as_str().len() <= 80);
    }

    /// What is spelt out can be read back, which is why no two are the same.
    #[test]
    fn what_is_not_hashed_can_be_decoded(part in hostile()) {
        for place in [encode::Place::Name, encode::Place::File] {
            let encoded = encode::encode(&part, place);
            if !encoded.starts_with("_h") {
                prop_assert_eq!(decode(&encoded), part.as_bytes());
            }
        }
    }
}

fn decode(encoded: &str) -> Vec<u8> {
    if encoded == "_-" {
        return Vec::new();
    }
    let (mut bytes, mut found) = (encoded.bytes(), Vec::new());
    while let Some(byte) = bytes.next() {
        found.push(match (byte, byte == b'_') {
            (_, false) => byte,
            (_, true) => match bytes.next().expect("an escape goes on") {
                b'_' => b'_',
                first => {
                    let digits = [first, bytes.next().expect("two digits")];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).expect("two digits")
                }
            },
        });
    }
    found
}

/// These are in caches, buckets and brokers. A test that fails here tells of a breaking change.
#[test]
fn names_are_those_of_every_version() {
    let acme = names_of("shop", "acme");
    let id = names_of("shop", "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1");
    assert_eq!(id.cache_key(["user", "42"]).as_str(), "shop:01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1:user:42");
    assert_eq!(acme.cache_key(["user_name", ""]).as_str(), "shop:acme:user__name:_-");
    assert_eq!(acme.cache_key([""; 0]).as_str(), "shop:acme:_");
    assert_eq!(acme.cache_prefix(), "shop:acme:");
    assert_eq!(names_of("Shop", "Acme Ltd.").cache_key(["Ö"]).as_str(), "_53hop:_41cme_20_4ctd_2e:_c3_96");
    assert_eq!(
        acme.storage_path(["2026", "Report v1.2.tar.gz"]).as_str(),
        "shop/acme/2026/_52eport_20v1.2.tar.gz"
    );
    assert_eq!(
        acme.storage_path(["..", ".", "a..b", "con.txt", "-rf", "x."]).as_str(),
        "shop/acme/_2e_2e/_2e/a_2e_2eb/_63on.txt/_2drf/x_2e"
    );
    assert_eq!(acme.topic(TopicSeparator::Slash, ["+", "#"]).as_str(), "shop/acme/_2b/_23");
    assert_eq!(acme.topic(TopicSeparator::Dot, ["*", ">", "a.b"]).as_str(), "shop.acme._2a._3e.a_2eb");
    assert_eq!(acme.topic(TopicSeparator::Colon, ["a:b"]).as_str(), "shop:acme:a_3ab");
    assert_eq!(acme.topic_prefix(TopicSeparator::Slash), "shop/acme/");
    assert_eq!(acme.lock_key(["billing"]).as_str(), "shop:acme:_lock:billing");
    assert_eq!(acme.lock_key(["billing"]).as_i64(), 7_491_046_123_841_388_636);
    assert_eq!(id.label().to_string(), "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1");

    let long = "x".repeat(81);
    assert_eq!(acme.cache_key([&long[..80]]).as_str(), format!("shop:acme:{}", &long[..80]));
    assert_eq!(
        acme.cache_key([&long]).as_str(),
        "shop:acme:_h4d1f7bb876c6aae013f06a7430b8c6545ff30d8f9252838eb18b6357c1a2ba13"
    );
    assert_eq!(acme.storage_path([&long]).as_str(), format!("shop/acme/{long}"));
    assert_eq!(
        acme.cache_key(["y"; 200]).as_str(),
        "shop:acme:_rba69e9f805ca2960772c949681eac83c771c5c0d5b4a9bf6372fd50d0390ffaa"
    );
}

#[test]
fn the_longest_names_fit() {
    let (long, parts) = ("X".repeat(300), vec!["y".repeat(300); 40]);
    for (namespace, tenant) in [(&long[..], &long[..255]), (&long[..26], &long[..26]), ("n", "t")] {
        let names = names_of(namespace, tenant);
        for (name, prefix) in all(&names, &parts).iter().zip(prefixes(&names)) {
            let longest = if *name == names.storage_path(&parts).as_str() { 1024 } else { 249 };
            assert!(name.len() <= longest && name.starts_with(&prefix), "{name}");
        }
        assert!(names.label().as_str().len() <= 80);
    }
}

/// Whoever chooses a part could otherwise write what the hash of several others is made of.
#[test]
fn a_part_that_spells_others_is_not_these() {
    let acme = names_of("shop", "acme");
    let several = ["y"; 200];
    let spelt = several.join(":");
    assert_ne!(acme.cache_key(several), acme.cache_key([&spelt]));
    let hashed = acme.cache_key([&spelt]);
    let text = hashed.as_str().rsplit(':').next().unwrap();
    assert!(text.starts_with("_h"));
    assert_ne!(acme.cache_key([text]), hashed);
}

/// L67 on a file system that does not tell `A` from `a`, and one that composes letters.
#[test]
fn tenants_that_differ_in_case_or_composition_have_folders_of_their_own() {
    let tenants =
        ["a", "A", "é", "e\u{301}", "\u{212a}", "k", "K", "ß", "ss", "SS", "a.", "a_", "con", "CON"];
    let folders: BTreeSet<String> =
        tenants.iter().map(|tenant| names_of("shop", tenant).storage_prefix().to_lowercase()).collect();
    assert_eq!(folders.len(), tenants.len(), "{folders:?}");
    assert!(folders.iter().all(|folder| folder.is_ascii()));
}

#[test]
fn an_id_without_a_text_has_no_names() {
    for bad in ["", " acme", "a\0b", &"x".repeat(256)] {
        assert!(Scoped::mint(bad.to_owned(), "alice".into()).names("shop").is_err(), "{bad:?}");
    }
}
