//! What a tenant has set, put over the defaults.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A setting of a tenant's that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting {
    /// Its name: those of nested ones have dots in them.
    pub name: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.name, self.reason)
    }
}

/// A value of the overlay, and where it belongs.
struct Set<'a> {
    path: Vec<&'a str>,
    value: &'a Value,
}

impl Set<'_> {
    fn name(&self) -> String {
        self.path.join(".")
    }
}

/// `defaults` with `overlay` over it, and what of that cannot be used, which stays as it is by default.
///
/// # Errors
///
/// The message of `serde_json` where the defaults themselves cannot be read.
pub(super) fn read<T: DeserializeOwned>(
    defaults: &Value,
    overlay: &Value,
    retired: &[&str],
) -> Result<(T, Vec<InvalidSetting>), serde_json::Error> {
    let mut invalid = Vec::new();
    let sets = match (overlay, defaults) {
        (Value::Null, _) => Vec::new(),
        (Value::Object(overlay), Value::Object(defaults)) => {
            let mut sets = Vec::new();
            walk(overlay, defaults, &[], retired, &mut sets, &mut invalid);
            sets
        }
        _ => {
            let reason = "settings are a JSON object, from names to values".to_owned();
            invalid.push(InvalidSetting { name: ".".to_owned(), reason });
            Vec::new()
        }
    };
    let mut all = defaults.clone();
    sets.iter().for_each(|set| put(&mut all, &set.path, set.value));
    if let Ok(settings) = T::deserialize(&all) {
        return Ok((settings, invalid));
    }
    // One of them is to blame: each by itself, on those that were good.
    let mut good = defaults.clone();
    for set in &sets {
        let mut with = good.clone();
        put(&mut with, &set.path, set.value);
        match T::deserialize(&with) {
            Ok(_) => good = with,
            Err(error) => invalid.push(InvalidSetting { name: set.name(), reason: error.to_string() }),
        }
    }
    Ok((T::deserialize(&good)?, invalid))
}

/// Collects what is set. It goes no deeper than the defaults do.
fn walk<'a>(
    overlay: &'a Map<String, Value>,
    defaults: &Map<String, Value>,
    above: &[&'a str],
    retired: &[&str],
    sets: &mut Vec<Set<'a>>,
    invalid: &mut Vec<InvalidSetting>,
) {
    for (name, value) in overlay {
        let path: Vec<&str> = above.iter().copied().chain([name.as_str()]).collect();
        match (defaults.get(name), value) {
            // A map that is empty by default has whatever keys the tenant gives it.
            (Some(Value::Object(below)), Value::Object(value)) if !below.is_empty() => {
                walk(value, below, &path, retired, sets, invalid);
            }
            (Some(_), value) => sets.push(Set { path, value }),
            (None, _) => {
                let name = path.join(".");
                if !retired.contains(&name.as_str()) {
                    let known: Vec<_> = defaults.keys().map(String::as_str).collect();
                    let reason = format!("there is no such setting; there are {}", known.join(", "));
                    invalid.push(InvalidSetting { name, reason });
                }
            }
        }
    }
}

/// Sets what is at `path`, all of which but the last is there and an object.
fn put(settings: &mut Value, path: &[&str], value: &Value) {
    let Some((last, above)) = path.split_last() else { return };
    let place = above.iter().try_fold(settings, |place, name| place.get_mut(*name));
    if let Some(Value::Object(place)) = place {
        place.insert((*last).to_owned(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Shop {
        title: String,
        mail: Mail,
        theme: Theme,
        limit: Option<u32>,
        flags: BTreeMap<String, bool>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Mail {
        sender: String,
        a_day: u16,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Theme {
        Light,
        Dark,
    }

    fn defaults() -> Shop {
        let mail = Mail { sender: "shop@example.com".into(), a_day: 10 };
        Shop { title: "Shop".into(), mail, theme: Theme::Light, limit: None, flags: BTreeMap::new() }
    }

    fn over(overlay: Value) -> (Shop, Vec<String>) {
        let defaults = serde_json::to_value(defaults()).unwrap();
        let (shop, invalid) = read(&defaults, &overlay, &["mail.old"]).unwrap();
        (shop, invalid.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn f13_what_is_set_is_put_over_the_defaults_at_any_depth() {
        assert_eq!(over(Value::Null), (defaults(), vec![]));
        assert_eq!(over(json!({})), (defaults(), vec![]));
        let (shop, invalid) =
            over(json!({"mail": {"a_day": 7}, "theme": "dark", "limit": 3, "flags": {"new": true}}));
        assert!(invalid.is_empty(), "{invalid:?}");
        assert_eq!(
            (shop.mail.a_day, shop.mail.sender.as_str(), shop.title.as_str()),
            (7, "shop@example.com", "Shop")
        );
        assert_eq!((shop.theme, shop.limit, shop.flags["new"]), (Theme::Dark, Some(3), true));
    }

    #[test]
    fn f13_each_setting_that_cannot_be_used_is_named_and_the_others_are_used() {
        let (shop, invalid) = over(json!({
            "titel": "x", "title": "Mine", "mail": {"a_day": "many", "reply_to": "x", "old": 1}, "theme": "pink", "limit": 3,
        }));
        assert_eq!(
            (shop.title.as_str(), shop.mail.a_day, shop.theme, shop.limit),
            ("Mine", 10, Theme::Light, Some(3))
        );
        assert_eq!(invalid.len(), 4, "{invalid:?}");
        assert_eq!(invalid[0], "`mail.reply_to`: there is no such setting; there are a_day, sender");
        assert!(
            invalid[1].starts_with("`titel`: there is no such setting; there are flags, limit"),
            "{invalid:?}"
        );
        assert!(
            invalid[2].starts_with("`mail.a_day`: invalid type: string \"many\", expected u16"),
            "{invalid:?}"
        );
        assert!(invalid[3].starts_with("`theme`: unknown variant `pink`"), "{invalid:?}");
    }

    #[test]
    fn f13_what_is_no_object_is_named_where_it_stands() {
        for (overlay, name) in [
            (json!([1]), "`.`"),
            (json!("x"), "`.`"),
            (json!({"mail": 1}), "`mail`"),
            (json!({"title": null}), "`title`"),
        ] {
            let (shop, invalid) = over(overlay);
            assert_eq!(shop, defaults());
            assert!(matches!(&invalid[..], [one] if one.starts_with(name)), "{invalid:?}");
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z]{0,4}".prop_map(Value::from),
            Just(Value::from("dark")),
        ];
        let name =
            prop::sample::select(vec!["title", "mail", "sender", "a_day", "theme", "limit", "flags", "x"]);
        leaf.prop_recursive(3, 20, 5, move |inner| {
            prop::collection::hash_map(name.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// F13: whatever is stored, there are settings, and each that is not as it was set has been named.
        #[test]
        fn f13_nothing_is_ignored_in_silence(overlay in value()) {
            let (shop, invalid) = over(overlay.clone());
            let read = serde_json::to_value(&shop).unwrap();
            if invalid.is_empty() {
                for (name, value) in overlay.as_object().into_iter().flatten().filter(|(name, _)| *name != "mail") {
                    prop_assert_eq!(&read[name], value);
                }
                for (name, value) in overlay["mail"].as_object().into_iter().flatten().filter(|(name, _)| *name != "old") {
                    prop_assert_eq!(&read["mail"][name], value);
                }
            }
        }
    }
}
