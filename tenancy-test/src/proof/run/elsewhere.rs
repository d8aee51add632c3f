//! Where another tenant lives, and other ways to name it: its host, its path, its header, and what a request ought not to say.

use http::HeaderName;
use serde_json::Value;

use super::compare::Question;
use super::judge::{Names, shown};
use super::{NewFinding, Run};
use crate::openapi::{Media, Node, Words};
use crate::proof::case::Case;
use crate::proof::error::ProofError;
use crate::proof::nowhere::nowhere;
use crate::proof::request::{Ask, Login, Target};
use crate::proof::written::plain_text;
use crate::report::Kind;
use crate::transport::Transport;

/// Headers that say which host was meant, and that some services believe whoever sends them.
const FORWARDED: [HeaderName; 3] = [
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-original-host"),
];

/// A way to go where another tenant lives.
struct Swap {
    label: String,
    theirs: Target,
    /// The same for a tenant that does not exist.
    nowhere: Target,
}

impl<T: Transport> Run<'_, T> {
    pub(super) async fn elsewhere(&mut self, cases: &[Case<'_>]) -> Result<(), ProofError> {
        for (number, case) in cases.iter().enumerate() {
            let deletes = case.operation.method == http::Method::DELETE;
            let writes = !case.operation.is_safe();
            // What is signed comes from outside, and is nobody's login.
            if self.signer(case).is_some() || (writes && self.proof.state.is_none()) {
                continue;
            }
            for (actor, other) in self.pairs() {
                let works = self.works[number][actor] && self.works[number][other];
                if !works && !deletes {
                    continue;
                }
                for swap in self.swaps(actor, other) {
                    if writes {
                        self.restore().await?;
                    }
                    if let Err(reason) = self.swapped(case, &swap, actor, other).await {
                        self.lacks(&case.operation.name, swap.label.clone(), reason);
                    }
                }
                if deletes {
                    continue;
                }
                if writes {
                    self.restore().await?;
                }
                if let Err(reason) = self.named(case, actor, other).await {
                    self.lacks(&case.operation.name, "other ways to name a tenant".to_owned(), reason);
                }
            }
        }
        Ok(())
    }

    /// Each way to say the tenant by itself, then all of them.
    fn swaps(&self, actor: usize, other: usize) -> Vec<Swap> {
        let (own, theirs) = (self.tenant(actor), self.tenant(other));
        if !own.is_selected() && !theirs.is_selected() {
            return Vec::new();
        }
        let (here, there) = (Target::of(own), Target::of(theirs));
        let lost = lost(&there);
        let mut swaps = Vec::new();
        if here.host != there.host {
            swaps.push(Swap {
                label: "the other's host".to_owned(),
                theirs: Target { host: there.host.clone(), ..here.clone() },
                nowhere: Target { host: lost.host.clone(), ..here.clone() },
            });
        }
        if here.prefix != there.prefix {
            swaps.push(Swap {
                label: "the other's path".to_owned(),
                theirs: Target { prefix: there.prefix.clone(), ..here.clone() },
                nowhere: Target { prefix: lost.prefix.clone(), ..here.clone() },
            });
        }
        if here.selectors != there.selectors {
            swaps.push(Swap {
                label: "the other's header".to_owned(),
                theirs: Target { selectors: there.selectors.clone(), ..here.clone() },
                nowhere: Target { selectors: lost.selectors.clone(), ..here },
            });
        }
        if swaps.len() > 1 {
            swaps.push(Swap {
                label: "the other's host, path and header".to_owned(),
                theirs: there,
                nowhere: lost,
            });
        }
        swaps
    }

    /// One's own login where the other tenant lives, with the other's ids.
    async fn swapped(
        &mut self,
        case: &Case<'_>,
        swap: &Swap,
        actor: usize,
        other: usize,
    ) -> Result<(), String> {
        self.tried(case, swap.label.clone());
        let writes = !case.operation.is_safe();
        let mut ask = self.own(case, other);
        (ask.writer, ask.login) = (actor, Login::Of(actor));
        ask.target = swap.theirs.clone();
        ask.said = words(&swap.theirs);
        let before = if writes { Some(self.state(other).await?) } else { None };
        let sent = self.send(case, &ask).await?;
        let mut evidence = Vec::new();
        if let Some(before) = before {
            let changed = self.state(other).await?.differences(&before, &self.state_noise[other]);
            evidence.extend(changed.iter().take(5).map(|one| format!("the other tenant's {}", shown(one))));
        }
        let is_changed = !evidence.is_empty();
        if sent.answer.is_granted() || is_changed {
            let stranger = Ask { login: Login::Nobody, ..ask.clone() };
            let anonymous = self.send(case, &stranger).await?.answer;
            let markers = self.markers(other);
            let marker = sent.answer.marker(&markers);
            // What everybody may have there is no secret, but for what was named as one.
            let is_public = anonymous.is_success() && anonymous.status == sent.answer.status;
            let is_secret = sent.answer.marker(&self.tenant(other).markers).is_some()
                || marker.is_some_and(|text| anonymous.marker([&text.to_owned()]).is_none());
            if is_public && !is_secret && !is_changed {
                return Ok(());
            }
            // Who is led to the page where one logs in was granted nothing.
            if is_changed || !self.is_sent_away(case, &stranger, &anonymous, &sent.answer).await? {
                evidence.push(format!("without a login it is answered {}", anonymous.shown()));
                evidence.extend(
                    marker.map(|marker| format!("the answer has `{marker}`, a text of the other tenant")),
                );
                let (kind, position) = (Kind::LoginElsewhere, swap.label.clone());
                let (sent, answered) = (sent.shown, sent.answer.shown());
                self.find(case, NewFinding { kind, position, actor, other, sent, answered, evidence });
                return Ok(());
            }
        }
        let lost = Ask { target: swap.nowhere.clone(), said: words(&swap.nowhere), ..ask.clone() };
        let control = || lost.clone();
        let question = Question { foreign: ask, control: &control, before: None, actor, other, writes };
        let names = Names { changed: Kind::LoginElsewhere, ..Names::all(Kind::TenantExistence) };
        self.examine(case, &question, names, &swap.label).await.map(|_| ())
    }

    /// The other tenant, named in places that anybody can write.
    async fn named(&mut self, case: &Case<'_>, actor: usize, other: usize) -> Result<(), String> {
        let own = self.own(case, actor);
        let names = Names::all(Kind::TenantFromRequest);
        let writes = !case.operation.is_safe();
        if let Some(host) = self.tenant(other).host.clone().filter(|_| !writes) {
            for header in FORWARDED {
                let position = format!("the other's host in {header}");
                let with = |host: &str| {
                    let mut ask = own.clone();
                    let value = if header == "forwarded" { format!("host={host}") } else { host.to_owned() };
                    ask.said = vec![host.to_owned()];
                    ask.more_headers.push((header.clone(), value));
                    ask
                };
                let control = || with(&lost_host(&host));
                let question =
                    Question { foreign: with(&host), control: &control, before: None, actor, other, writes };
                self.examine(case, &question, names, &position).await?;
            }
        }
        let keys: Vec<(String, Value)> = self.tenant(other).keys.clone();
        for (key, theirs) in keys {
            for way in Way::all(case, &key) {
                let with = |value: Value| {
                    let mut ask = own.clone();
                    ask.said = vec![plain_text(&value)];
                    match &way {
                        Way::Query => ask.more_query.push((key.clone(), plain_text(&value))),
                        Way::Header(name) => ask.more_headers.push((name.clone(), plain_text(&value))),
                        Way::Body => ask.more_body.push((key.clone(), value)),
                        Way::Within => ask.more_within.push((key.clone(), value)),
                    }
                    ask
                };
                let position = format!("the other's `{key}`, unasked, in the {}", way.label());
                let control = || with(nowhere(&theirs));
                let question = Question {
                    foreign: with(theirs.clone()),
                    control: &control,
                    before: None,
                    actor,
                    other,
                    writes,
                };
                self.examine(case, &question, names, &position).await?;
            }
        }
        Ok(())
    }
}

/// A place for what the document does not have.
enum Way {
    Query,
    Header(HeaderName),
    Body,
    /// In each object within the body: a row of a batch.
    Within,
}

impl Way {
    /// Those where the document has no such place. Where it has, the name is an id like any other.
    fn all(case: &Case<'_>, key: &str) -> Vec<Self> {
        let words = Words::of(key);
        let is_known = |name: &str| Words::of(name) == words;
        let operation = case.operation;
        if operation
            .parameters
            .iter()
            .any(|parameter| is_known(&parameter.name) || Words::of_header(&parameter.name) == words)
        {
            return Vec::new();
        }
        let mut ways = vec![Self::Query];
        for name in [words.as_header(), format!("x-{}", words.as_header())] {
            ways.extend(name.parse().map(Self::Header));
        }
        let Some(body) = case.body else { return ways };
        let has = case.slots.iter().any(|slot| slot.label == format!("`{key}` in the body"));
        if body.media != Media::Text && matches!(body.node, Node::Object(_)) && !has {
            ways.push(Self::Body);
        }
        if body.media == Media::Json && body.node.has_objects_within() {
            ways.push(Self::Within);
        }
        ways
    }

    fn label(&self) -> String {
        match self {
            Self::Query => "query".to_owned(),
            Self::Header(name) => format!("header {name}"),
            Self::Body => "body".to_owned(),
            Self::Within => "objects within the body".to_owned(),
        }
    }
}

/// Where a tenant would live that does not exist.
fn lost(target: &Target) -> Target {
    let segment = |prefix: &str| match prefix.rsplit_once('/') {
        Some((before, last)) if !last.is_empty() => {
            format!("{before}/{}", plain_text(&nowhere(&Value::from(last))))
        }
        _ => prefix.to_owned(),
    };
    let selector = |(name, value): &(HeaderName, String)| {
        (name.clone(), plain_text(&nowhere(&Value::from(value.as_str()))))
    };
    Target {
        host: target.host.as_deref().map(lost_host),
        prefix: segment(&target.prefix),
        selectors: target.selectors.iter().map(selector).collect(),
    }
}

/// Beside a tenant's host, in the same domain.
fn lost_host(host: &str) -> String {
    match host.split_once('.') {
        Some((first, domain)) => {
            format!("{}.{domain}", plain_text(&nowhere(&Value::from(first))).to_lowercase())
        }
        None => plain_text(&nowhere(&Value::from(host))).to_lowercase(),
    }
}

/// What a request says by where it goes, which an answer may repeat.
pub(super) fn words(target: &Target) -> Vec<String> {
    let prefix = target.prefix.rsplit('/').next().unwrap_or_default().to_owned();
    let host = target.host.clone().unwrap_or_default();
    let first = host.split('.').next().unwrap_or_default().to_owned();
    let mut words = vec![host, first, target.prefix.clone(), prefix];
    words.extend(target.selectors.iter().map(|(_, value)| value.clone()));
    words.retain(|word| !word.is_empty());
    words
}
