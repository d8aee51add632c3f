//! No shared cache keeps a tenant's answer (L65).

use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::quoted::split_quoted;

/// Headers by which a cache in front is told something else than by `Cache-Control`: RFC 9213 (`CDN-Cache-Control` and those of single
/// vendors, which all end like it), the Edge Architecture's, Akamai's, nginx's.
const TARGETED: [&str; 3] = ["surrogate-control", "edge-control", "x-accel-expires"];

/// Says that an answer is for one person: `private`, and nothing that opens it to others; `no-store` where a handler says nothing. `Vary` has
/// whatever decides whose it is.
pub(super) fn keep_private(headers: &mut HeaderMap, vary: &str) {
    let lines: Vec<String> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned())
        .collect();
    // What cannot be read may have said anything.
    let directives: Option<Vec<_>> = lines.iter().map(|line| split_quoted(line, ',')).collect();
    let directives: Vec<&str> = directives.unwrap_or_default().concat();
    let kept = directives.iter().copied().filter(|directive| !opens(directive));
    let is_stored_by_none = directives.iter().any(|directive| directive.eq_ignore_ascii_case("no-store"));
    let value = if directives.is_empty() || is_stored_by_none {
        "no-store".to_owned()
    } else {
        std::iter::once("private").chain(kept).collect::<Vec<_>>().join(", ")
    };
    // What a handler has written in it was a header's value before.
    let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("no-store"));
    headers.insert(CACHE_CONTROL, value);
    let targeted: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            **name != CACHE_CONTROL
                && (name.as_str().ends_with("cache-control") || TARGETED.contains(&name.as_str()))
        })
        .cloned()
        .collect();
    for name in targeted {
        headers.remove(name);
    }
    // A second line is the same as a longer one.
    if let Ok(vary) = HeaderValue::from_str(vary) {
        headers.append(VARY, vary);
    }
}

/// Whether a directive lets shared caches store, or is `private`, which is written anew: with names behind it (`private="set-cookie"`), it
/// speaks of these headers only (RFC 9111, 5.2.2.7).
fn opens(directive: &str) -> bool {
    let name = directive.split('=').next().unwrap_or(directive).trim();
    ["public", "private", "s-maxage"].iter().any(|opening| name.eq_ignore_ascii_case(opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(said: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(line));
        }
        keep_private(&mut headers, "authorization, cookie");
        let lines: Vec<_> =
            headers.get_all(CACHE_CONTROL).iter().map(|line| line.to_str().unwrap().to_owned()).collect();
        assert_eq!(headers[VARY], "authorization, cookie");
        lines.join(" | ")
    }

    #[test]
    fn l65_no_shared_cache_may_keep_an_answer() {
        assert_eq!(cached(&[]), "no-store");
        assert_eq!(cached(&["max-age=60"]), "private, max-age=60");
        assert_eq!(cached(&["public, max-age=60, s-maxage=600"]), "private, max-age=60");
        assert_eq!(cached(&["PUBLIC", "S-MaxAge = 600"]), "private");
        assert_eq!(cached(&["private=\"set-cookie, x\", max-age=60"]), "private, max-age=60");
        assert_eq!(cached(&["private, no-store"]), "no-store");
        assert_eq!(cached(&["no-cache"]), "private, no-cache");
        assert_eq!(cached(&["max-age=60", "private=\"x, max-age=60"]), "no-store", "a quote without an end");
    }

    #[test]
    fn l65_headers_of_single_caches_are_taken_away_and_vary_is_added_to() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("cdn-cache-control", "max-age=60"),
            ("vercel-cdn-cache-control", "max-age=60"),
            ("surrogate-control", "max-age=60"),
            ("x-accel-expires", "60"),
            ("vary", "accept"),
            ("etag", "\"1\""),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        keep_private(&mut headers, "authorization");
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cache-control", "etag", "vary"]);
        assert_eq!(headers.get_all(VARY).iter().count(), 2);
    }
}
