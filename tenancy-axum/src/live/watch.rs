//! What ends a stream when its principal no longer belongs.

use std::any::type_name;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use futures_util::future::{BoxFuture, select_all};
use futures_util::stream::unfold;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use tenancy_core::Admitted;
use tokio::time::{Instant, sleep_until, timeout};

use super::ended::Ended;
use crate::Problem;
use crate::extract::found;
use crate::recheck::{Changes, Recheck};

/// How often the membership is asked, unless said otherwise.
const EVERY: Duration = Duration::from_secs(60);

/// How long a stream goes on while the membership does not answer, unless said otherwise.
const GRACE: Duration = Duration::from_secs(120);

/// How long the membership may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How long to wait before asking a membership again that did not answer.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// How long nothing passes while the membership is asked. One that answers as it should takes a part of it; one that hangs is what the grace is for.
const HOLD: Duration = Duration::from_secs(1);

/// A time that does not come.
const NEVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// How long a close frame may take.
#[cfg(feature = "ws")]
pub(super) const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// Watches whether the principal of a request still belongs to its tenant. An extractor, behind the [edge's layer](crate::EdgeLayer). Behind several
/// edges, of an organisation and of a workspace in it say, it asks each of them, and ends with the first.
///
/// It asks the membership every minute, and at once when [`MembershipChanges`](crate::MembershipChanges) says that this one has changed. Nothing passes while it
/// asks, for a second at most; what comes later than that passes until there is an answer, or the [grace](Self::grace) is over. With a rule of
/// [`only_while`](Self::only_while) nothing passes before the first answer, however late that is.
///
/// A question that has begun is asked to its end, however often somebody stops waiting for it.
///
/// It asks the membership and nothing else: what a layer or a handler refuses beside that, members of a tenant that is suspended for example, it
/// knows only where [`only_while`](Self::only_while) says so.
#[must_use = "a watch ends nothing by itself: guard a stream with it, or wait for its end"]
pub struct Watch {
    recheck: Recheck,
    changes: Vec<Changes>,
    every: Duration,
    grace: Duration,
    next: Instant,
    /// When the membership last said yes.
    confirmed: Instant,
    /// Since when it is asked without an answer.
    unanswered_since: Option<Instant>,
    /// The question that is under way. It is here, and not in the future of whoever waits, because that one is dropped for each item that comes first.
    asking: Option<Question>,
    /// Whether somebody has said that it has changed, since it was asked.
    is_told: bool,
    /// What else has to hold of what the membership learns.
    rules: Vec<Rule>,
    /// Whether a rule was given that no answer has been held against yet. The request was admitted without it.
    is_untried: bool,
    ended: Option<Ended>,
}

type Rule = Arc<dyn Fn(&Extensions) -> bool + Send + Sync>;

struct Question {
    /// What was found out, if anything was.
    answer: BoxFuture<'static, Option<Found>>,
    holds_until: Instant,
}

/// What the membership and the rules say.
enum Found {
    GoesOn,
    Ends(Ended),
}

impl Watch {
    /// Asks this often instead. No less than a tenth of a second lies between two.
    pub fn every(mut self, interval: Duration) -> Self {
        self.every = interval.max(Duration::from_millis(100));
        let now = Instant::now();
        // What is due stays so.
        if self.next > now {
            self.next = after(now, self.every);
        }
        self
    }

    /// Goes on for so long after the membership's last answer while it does not answer, instead of two minutes. A question is waited for in any case, for ten
    /// seconds or for this long, whichever is shorter.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Ends also when `rule` says no of what the membership learns, by [`Ended::NotAllowed`]. It is asked whenever the membership is, and once before
    /// anything passes.
    ///
    /// For what refuses requests behind the edge: a stream is a request that was let through once. The edge has to be one
    /// [`with_details`](crate::Edge::with_details) of this type; otherwise the rule does not hold, and the log says why. Several rules have to hold all.
    ///
    /// # Examples
    ///
    /// ```
    /// use tenancy_axum::live::Watch;
    /// use tenancy_core::{Admitted, TenantId};
    ///
    /// struct Standing { is_suspended: bool }
    ///
    /// fn unless_suspended(watch: Watch) -> Watch {
    ///     watch.only_while(|member: &Admitted<TenantId, Standing>| !member.details().is_suspended)
    /// }
    /// ```
    pub fn only_while<I, D>(mut self, rule: impl Fn(&Admitted<I, D>) -> bool + Send + Sync + 'static) -> Self
    where
        I: Clone + Send + Sync + 'static,
        D: Send + Sync + 'static,
    {
        self.rules.push(Arc::new(move |learnt: &Extensions| match learnt.get::<Admitted<I, D>>() {
            Some(member) => rule(member),
            None => {
                let details = type_name::<D>();
                tracing::error!(
                    target: "tenancy::edge",
                    details,
                    "a watch has a rule about details that the edge does not learn: make the edge by `Edge::with_details`, with these details"
                );
                false
            }
        }));
        self.is_untried = true;
        self.next = Instant::now();
        self
    }

    /// Waits until the principal no longer belongs. After that it returns at once.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing: the next one goes on, with the same question to the membership.
    pub async fn ended(&mut self) -> Ended {
        loop {
            if let Some(ended) = self.look() {
                return ended;
            }
            self.step().await;
        }
    }

    /// What `happens`, unless it has ended before. Nothing happens while it is not sure.
    ///
    /// # Cancellation
    ///
    /// It loses what `happens` loses.
    pub(super) async fn unless_ended<F: Future>(&mut self, happens: F) -> Result<F::Output, Ended> {
        let mut happens = pin!(happens);
        loop {
            if let Some(ended) = self.look() {
                return Err(ended);
            }
            let is_held = self.is_untried || self.held_until().is_some();
            tokio::select! {
                biased;
                () = self.step() => {}
                happened = &mut happens, if !is_held => return Ok(happened),
            }
        }
    }

    /// Ends `stream` when the principal no longer belongs.
    pub fn guard<S>(self, stream: S) -> impl Stream<Item = S::Item> + Send
    where
        S: Stream<Item: Send> + Send + 'static,
    {
        unfold((self, Box::pin(stream)), |(mut watch, mut stream)| async move {
            let next = watch.unless_ended(stream.next()).await.ok().flatten();
            next.map(|item| (item, (watch, stream)))
        })
    }

    /// As [`guard`](Self::guard), and the last item says why it has ended, unless the stream has ended by itself: for a client that is to be told.
    pub fn guard_to_the_end<S>(self, stream: S) -> impl Stream<Item = Result<S::Item, Ended>> + Send
    where
        S: Stream<Item: Send> + Send + 'static,
    {
        unfold(Some((self, Box::pin(stream))), |open| async move {
            let (mut watch, mut stream) = open?;
            match watch.unless_ended(stream.next()).await {
                Ok(next) => next.map(|item| (Ok(item), Some((watch, stream)))),
                Err(ended) => Some((Err(ended), None)),
            }
        })
    }

    /// Whether it has ended, as far as the clocks and the last answer say. A question that is due begins.
    ///
    /// By the clocks, and not by timers: those of a future that is dropped at once may never be seen to fire.
    fn look(&mut self) -> Option<Ended> {
        if self.ended.is_some() {
            return self.ended;
        }
        let now = Instant::now();
        if self.time_left().is_some_and(|left| left.is_zero()) {
            self.ended = Some(Ended::Expired);
        } else if self.grace_ends().is_some_and(|end| end <= now) {
            self.ended = Some(Ended::Unanswered);
        } else if self.asking.is_none() && (self.hear() || self.next <= now) {
            self.ask(now);
        }
        self.ended
    }

    /// Waits until there is something to [look](Self::look) at.
    async fn step(&mut self) {
        let expiry = self.time_left();
        let next = self.asking.is_none().then_some(self.next);
        let wake = [next, self.held_until(), self.grace_ends()].into_iter().flatten().min();
        let is_asking = self.asking.is_some();
        tokio::select! {
            biased;
            answer = answered(&mut self.asking) => self.take(answer),
            // While it is asked, changes wait: the answer may be older than they are, so it is asked again.
            is_ours = next_of(&mut self.changes), if !is_asking => self.is_told |= is_ours,
            () = expire(expiry) => self.ended = Some(Ended::Expired),
            () = sleep_until(wake.unwrap_or_else(|| after(Instant::now(), NEVER))) => {}
        }
    }

    /// Whether a change of this membership was told since it was last asked. One question answers all of them.
    fn hear(&mut self) -> bool {
        // Each of them, and not only up to the first that says so: what stays would be another question.
        self.changes
            .iter_mut()
            .fold(std::mem::take(&mut self.is_told), |is_told, changes| changes.heard() | is_told)
    }

    fn ask(&mut self, now: Instant) {
        let (asked, rules) = (self.recheck.ask(), self.rules.clone());
        let answer = async move {
            let learnt = timeout(ANSWER_WITHIN, asked).await.ok()?.ok()?;
            Some(match learnt {
                None => Found::Ends(Ended::NoMember),
                Some(learnt) if rules.iter().all(|rule| rule(&learnt)) => Found::GoesOn,
                Some(_) => Found::Ends(Ended::NotAllowed),
            })
        }
        .boxed();
        self.asking = Some(Question { answer, holds_until: now + HOLD });
        self.unanswered_since.get_or_insert(now);
    }

    fn take(&mut self, answer: Option<Found>) {
        let now = Instant::now();
        self.asking = None;
        match answer {
            Some(Found::GoesOn) => {
                self.confirmed = now;
                self.is_untried = false;
                self.unanswered_since = None;
                self.next = after(now, self.every);
            }
            Some(Found::Ends(ended)) => self.ended = Some(ended),
            None => {
                if now.duration_since(self.confirmed) >= self.grace {
                    self.ended = Some(Ended::Unanswered);
                }
                self.next = now + ASK_AGAIN.min(self.every);
            }
        }
    }

    /// Until when nothing passes, if that is so.
    fn held_until(&self) -> Option<Instant> {
        let until = self.asking.as_ref()?.holds_until;
        (until > Instant::now()).then_some(until)
    }

    /// When a membership that is asked and does not answer has not answered for too long.
    fn grace_ends(&self) -> Option<Instant> {
        let waits = after(self.unanswered_since?, self.grace.min(ANSWER_WITHIN));
        Some(waits.max(after(self.confirmed, self.grace)))
    }

    /// Until the credential expires, by the clock of the wall, which may be set.
    fn time_left(&self) -> Option<Duration> {
        let end = self.recheck.expires_at()?;
        Some(end.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO))
    }
}

/// The next change that is told, and whether it is of the membership that it was told for. Dropping the future loses none.
async fn next_of(changes: &mut [Changes]) -> bool {
    select_all(changes.iter_mut().map(|changes| changes.next().boxed())).await.0
}

/// The answer to a question, or nothing for ever where there is none.
async fn answered(asking: &mut Option<Question>) -> Option<Found> {
    match asking {
        Some(question) => (&mut question.answer).await,
        None => std::future::pending().await,
    }
}

/// Where that is beyond all clocks, as good as never.
fn after(instant: Instant, duration: Duration) -> Instant {
    instant.checked_add(duration).unwrap_or(instant + NEVER)
}

/// Waits for so long, or for ever.
async fn expire(left: Option<Duration>) {
    match left {
        Some(left) => tokio::time::sleep(left).await,
        None => std::future::pending().await,
    }
}

impl<S: Sync> FromRequestParts<S> for Watch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let recheck = found(parts.extensions.get::<Recheck>().cloned(), "a watch", "Watch")?;
        let now = Instant::now();
        let (changes, missed) = recheck.changes();
        // It may have been about this one.
        let next = if missed { now } else { now + EVERY };
        Ok(Self {
            recheck,
            changes,
            every: EVERY,
            grace: GRACE,
            next,
            confirmed: now,
            unanswered_since: None,
            asking: None,
            is_told: false,
            rules: Vec::new(),
            is_untried: false,
            ended: None,
        })
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("every", &self.every)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
