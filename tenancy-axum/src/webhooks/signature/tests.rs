use axum::http::{HeaderName, HeaderValue};

use super::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let value = |text: &str| HeaderValue::from_str(text).expect("a value");
    pairs.iter().map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The example of GitHub's documentation (<https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>).
#[test]
fn githubs_own_example() {
    let signature = Signature::github(Secrets::one("It's a Secret to Everybody")).unwrap();
    let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let check = |header: &str, body: &[u8]| {
        signature.check(&headers(&[("x-hub-signature-256", header)]), body, at(0))
    };
    assert_eq!(
        check(good, b"Hello, World!").unwrap(),
        "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f"
    );
    assert_eq!(check(good, b"Hello, World"), Err(Fault::Forged));
    assert_eq!(check(&good.replace("75", "76"), b"Hello, World!"), Err(Fault::Forged));
    for malformed in [
        "",
        "sha256=",
        "sha1=757107ea0eb2509fc211221cce984b8a37570b6d",
        "sha256=é",
        &good[..70],
        &good.replace('7', "+"),
    ] {
        assert_eq!(check(malformed, b"Hello, World!"), Err(Fault::Malformed), "{malformed}");
    }
    assert_eq!(signature.check(&headers(&[]), b"Hello, World!", at(0)), Err(Fault::Missing));
    let twice = headers(&[("x-hub-signature-256", good), ("x-hub-signature-256", good)]);
    assert_eq!(signature.check(&twice, b"Hello, World!", at(0)), Err(Fault::Missing));
}

const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The example of Standard Webhooks' documentation, with `openssl dgst` as a second opinion.
#[test]
fn the_example_of_standard_webhooks() {
    let signature = Signature::standard(Secrets::one(SECRET)).unwrap();
    let body = br#"{"test": 2432232314}"#;
    let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let check = |id: &str, time: &str, signatures: &str, now| {
        let headers =
            headers(&[("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signatures)]);
        signature.check(&headers, body, at(now))
    };
    let time = "1614265330";
    assert_eq!(check(ID, time, good, 1_614_265_330).unwrap(), ID);
    assert_eq!(
        check(ID, time, &format!("v1,AAAA v2,xyz {good}"), 1_614_265_630).unwrap(),
        ID,
        "among others, at the edge of its time"
    );
    assert_eq!(check(ID, time, good, 1_614_265_631), Err(Fault::OutOfTime));
    assert_eq!(check(ID, time, good, 1_614_265_029), Err(Fault::OutOfTime), "from the future");
    assert_eq!(check("msg_other", time, good, 1_614_265_330), Err(Fault::Forged), "the id is signed");
    assert_eq!(check(ID, "1614265331", good, 1_614_265_330), Err(Fault::Forged), "the time is signed");
    assert_eq!(check(ID, time, &good.replace("v1,", "v1a,"), 1_614_265_330), Err(Fault::Forged));
    assert_eq!(check("msg.1614265330", time, good, 1_614_265_330), Err(Fault::Malformed));
    // The eighth is the last that is looked at.
    let many = format!("{}{good}", "v1,AAAA ".repeat(8));
    assert_eq!(check(ID, time, &many, 1_614_265_330), Err(Fault::Forged));
}

/// Computed with `openssl dgst -sha256 -hmac`.
#[test]
fn stripes_form() {
    let signature = Signature::stripe(Secrets::one("whsec_test_secret_of_stripe")).unwrap();
    let body = br#"{"id":"evt_1","account":"acct_1"}"#;
    let good = "1174c660349205b6fd60dbea64f29045174821b1849979b17b8f319752f11e96";
    let check = |header: &str, body: &[u8], now| {
        signature.check(&headers(&[("stripe-signature", header)]), body, at(now))
    };
    let now = 1_492_774_577;
    assert_eq!(check(&format!("t={now},v1={good}"), body, now).unwrap(), "evt_1");
    assert_eq!(check(&format!("t={now},v1={},v1={good},v0=00", "0".repeat(64)), body, now).unwrap(), "evt_1");
    assert_eq!(check(&format!("t={now},v0={good}"), body, now), Err(Fault::Forged), "an older scheme");
    assert_eq!(
        check(&format!("t={},v1={good}", now + 1), body, now),
        Err(Fault::Forged),
        "the time is signed"
    );
    assert_eq!(check(&format!("t={now},t={now},v1={good}"), body, now), Err(Fault::Malformed));
    assert_eq!(
        check(&format!("t={now},v1={good}"), br#"{"id":"evt_1","account":"acct_2"}"#, now),
        Err(Fault::Forged)
    );
    assert_eq!(check(&format!("t={now},v1={good}"), body, now + 301), Err(Fault::OutOfTime));
}

#[test]
fn two_secrets_while_one_is_replaced_and_none_that_is_guessed() {
    let old_and_new = Secrets::rotating("a new secret of some length", "It's a Secret to Everybody");
    let signature = Signature::github(old_and_new).unwrap();
    let header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert!(signature.check(&headers(&[("x-hub-signature-256", header)]), b"Hello, World!", at(0)).is_ok());
    let new_only = Signature::github(Secrets::one("a new secret of some length")).unwrap();
    assert!(new_only.check(&headers(&[("x-hub-signature-256", header)]), b"Hello, World!", at(0)).is_err());

    assert_eq!(Signature::github(Secrets::one("")).unwrap_err(), InvalidSecret::Short(0));
    assert_eq!(
        Signature::stripe(Secrets::rotating("a secret of some length", "short")).unwrap_err(),
        InvalidSecret::Short(5)
    );
    assert_eq!(Signature::standard(Secrets::one("whsec_???")).unwrap_err(), InvalidSecret::NotBase64);
    assert_eq!(format!("{:?}", Secrets::one("a secret")), "Secrets(1)");
}
