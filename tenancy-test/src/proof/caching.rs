//! What an answer lets shared caches do with it.

use std::time::SystemTime;

use super::answer::Answer;

/// Headers by which a cache in front is told something else than by `Cache-Control`, beside those whose names end like it: RFC 9213
/// (`CDN-Cache-Control`) and its vendors.
const TARGETED: [&str; 3] = ["surrogate-control", "edge-control", "x-accel-expires"];

/// Directives of targeted headers that say how long: RFC 9111's, and those that Akamai adds.
const LIFETIMES: [&str; 4] = ["s-maxage", "max-age", "cache-maxage", "downstream-ttl"];

/// What an answer says to shared caches, where that lets one keep it and give it to somebody else without asking the service again.
///
/// It goes by RFC 9111, §3 and §4.2: kept is what has a lifetime, is not `private` and not `no-store`; and what was asked for by
/// `Authorization` only where the answer opens it (§3.5). What says nothing at all is left to heuristics, and is not counted.
pub(crate) fn opens(answer: &Answer, by_authorization: bool) -> Option<String> {
    let said = Directives::of(&answer.joined("cache-control"));
    if said.opens(by_authorization, expires_later(answer)) {
        return Some(format!("Cache-Control: {}; Expires: {}", said.text, answer.joined("expires")));
    }
    let targeted = answer.header_names().find(|name| {
        let is_targeted =
            (name.ends_with("cache-control") && *name != "cache-control") || TARGETED.contains(name);
        is_targeted && Directives::of(&answer.joined(name)).opens_targeted()
    })?;
    Some(format!("{targeted}: {}", answer.joined(targeted)))
}

/// Whether `Expires` names a time to come, by the answer's own clock if it says one. What is no time is past (RFC 9111, §5.3).
fn expires_later(answer: &Answer) -> bool {
    let time = |name: &str| answer.header(name).and_then(|value| httpdate::parse_http_date(value).ok());
    time("expires").is_some_and(|expires| expires > time("date").unwrap_or_else(SystemTime::now))
}

/// Directives, in lower case.
struct Directives {
    text: String,
    all: Vec<(String, Option<String>)>,
}

impl Directives {
    /// Of all lines of a header, joined.
    fn of(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let one = |directive: &str| match directive.split_once('=') {
            Some((name, value)) => (name.trim().to_owned(), Some(value.trim().trim_matches('"').to_owned())),
            None => (directive.trim().to_owned(), None),
        };
        let all = split_quoted(&text).into_iter().map(one).collect();
        Self { text, all }
    }

    fn has(&self, name: &str) -> bool {
        self.all.iter().any(|(known, _)| known == name)
    }

    /// Whether it says so of the whole answer: `private="set-cookie"` speaks of that header only.
    fn has_whole(&self, name: &str) -> bool {
        self.all.iter().any(|(known, value)| known == name && value.is_none())
    }

    /// Whether it gives a lifetime by this name, and which is not none. What is no number counts as one: caches differ.
    fn lasts(&self, name: &str) -> Option<bool> {
        let value = self.all.iter().find(|(known, _)| known == name)?.1.as_deref().unwrap_or_default();
        Some(is_some_time(value))
    }

    fn is_closed(&self) -> bool {
        self.has("no-store") || self.has_whole("private") || self.has_whole("no-cache")
    }

    fn opens(&self, by_authorization: bool, expires_later: bool) -> bool {
        let is_public = self.has("public");
        let lifetime = self.lasts("s-maxage").or_else(|| self.lasts("max-age"));
        // Without one of its own, `Expires` is one, and a heuristic one is allowed for what is `public` (§4.2.2).
        let lasts = lifetime.unwrap_or(is_public || expires_later)
            || self.lasts("stale-while-revalidate") == Some(true);
        let is_allowed =
            !by_authorization || is_public || self.has("s-maxage") || self.has("must-revalidate");
        !self.is_closed() && lasts && is_allowed
    }

    /// As [`opens`](Self::opens), of a header that speaks to shared caches alone.
    fn opens_targeted(&self) -> bool {
        let by_itself = self.all.iter().any(|(name, value)| {
            // `X-Accel-Expires: 60`, or `@` and a time.
            value.is_none()
                && name.starts_with(|first: char| first.is_ascii_digit() || first == '@')
                && name != "0"
        });
        let lifetime = LIFETIMES.iter().find_map(|name| self.lasts(name));
        !self.is_closed() && (by_itself || lifetime.unwrap_or(self.has("public")))
    }
}

/// Whether a lifetime is longer than none: `600`, Akamai's `10m`, `Surrogate-Control`'s `600+60`.
fn is_some_time(value: &str) -> bool {
    let digits: &str = value.split(|one: char| !one.is_ascii_digit()).next().unwrap_or_default();
    digits.is_empty() || digits.bytes().any(|digit| digit != b'0')
}

/// The parts between commas, and between the semicolons of `Surrogate-Control`, that stand in no quotes.
fn split_quoted(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|one: char| {
        is_quoted ^= one == '"';
        !is_quoted && matches!(one, ',' | ';')
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Response;

    use super::*;

    fn opened(headers: &[(&str, &str)], by_authorization: bool) -> bool {
        let mut answer = Response::builder();
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        opens(&Answer::read(answer.body(Bytes::new()).unwrap(), Vec::new()), by_authorization).is_some()
    }

    #[test]
    fn l65_what_shared_caches_may_keep_is_known() {
        for said in [
            "public",
            "public, max-age=60",
            "max-age=60, s-maxage=600",
            "s-maxage=60",
            "max-age=60, must-revalidate",
            "Public , Max-Age = 60",
            "public, private=\"set-cookie, x\"",
            "public, max-age=0, stale-while-revalidate=60",
        ] {
            assert!(opened(&[("cache-control", said)], true), "{said}");
        }
        for said in [
            "",
            "private, max-age=60",
            "no-store",
            "public, no-store",
            "public, no-cache",
            "public, max-age=0, must-revalidate",
            "public, s-maxage=0, max-age=60",
            "must-revalidate",
        ] {
            assert!(!opened(&[("cache-control", said)], true), "{said}");
            assert!(!opened(&[("cache-control", said)], false), "{said}");
        }
        // RFC 9111, 3.5 shields what is asked for by `Authorization`, and nothing else.
        assert!(!opened(&[("cache-control", "max-age=60")], true));
        assert!(opened(&[("cache-control", "max-age=60")], false));
        assert!(opened(&[("expires", "Thu, 01 Dec 2044 16:00:00 GMT")], false));
        for past in ["0", "-1", "Thu, 19 Nov 1981 08:52:00 GMT"] {
            assert!(!opened(&[("expires", past)], false), "{past}");
        }
    }

    #[test]
    fn l65_every_line_counts_and_so_do_the_headers_of_single_caches() {
        assert!(opened(&[("cache-control", "max-age=60"), ("cache-control", "public")], true));
        assert!(!opened(&[("cache-control", "public, max-age=60"), ("cache-control", "private")], true));
        for (name, value) in [
            ("cdn-cache-control", "max-age=60"),
            ("vercel-cdn-cache-control", "s-maxage=60"),
            ("surrogate-control", "content=\"ESI/1.0\";max-age=60+30"),
            ("edge-control", "cache-maxage=10m"),
            ("x-accel-expires", "60"),
        ] {
            assert!(opened(&[("cache-control", "private"), (name, value)], true), "{name}");
        }
        for (name, value) in
            [("cdn-cache-control", "no-store"), ("surrogate-control", "max-age=0"), ("x-accel-expires", "0")]
        {
            assert!(!opened(&[("cache-control", "private"), (name, value)], true), "{name}");
        }
    }
}
