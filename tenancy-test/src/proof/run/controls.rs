//! The tenants' own requests: without them nothing that is refused means anything.

use super::judge::shown;
use super::{NewFinding, Run};
use crate::proof::answer::Answer;
use crate::proof::caching::opens;
use crate::proof::case::Case;
use crate::proof::error::ProofError;
use crate::proof::request::{Ask, Login};
use crate::report::{Kind, Notice};
use crate::transport::Transport;

/// What a position is called that nothing foreign stands in.
pub(super) const OWN_REQUEST: &str = "a request of its own";

impl<T: Transport> Run<'_, T> {
    /// Sends each tenant's own request of each of these cases, and each of its optional ids.
    pub(super) async fn controls(
        &mut self,
        cases: &[Case<'_>],
        among: impl Fn(&Case<'_>) -> bool,
    ) -> Result<(), ProofError> {
        for (number, case) in cases.iter().enumerate().filter(|(_, case)| among(case)) {
            let writes = !case.operation.is_safe();
            for tenant in 0..self.proof.tenants.len() {
                if writes {
                    self.restore().await?;
                }
                let ask = self.own(case, tenant);
                self.works[number][tenant] = match self.control(case, tenant, &ask).await {
                    Ok(()) => true,
                    Err(reason) => {
                        self.lacks(&case.operation.name, case.name(), reason);
                        false
                    }
                };
                if !self.works[number][tenant] {
                    continue;
                }
                for (slot, place) in case.slots.iter().enumerate().filter(|(_, slot)| !slot.required) {
                    let mut ask = self.own(case, tenant);
                    ask.ids.insert(slot, self.seed(place, tenant));
                    if let Err(reason) = self.control(case, tenant, &ask).await {
                        self.slots_work[number][slot] = false;
                        self.lacks(&case.operation.name, place.label.clone(), reason);
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends a tenant's own request, which has to be granted and has to leave everybody else alone.
    async fn control(&mut self, case: &Case<'_>, tenant: usize, ask: &Ask) -> Result<(), String> {
        let writes = !case.operation.is_safe();
        if writes && self.proof.state.is_none() {
            return Err(
                "nobody says how to read what a tenant has: `Proof::state`, or `Proof::state_by_gets`"
                    .to_owned(),
            );
        }
        let others: Vec<usize> = (0..self.proof.tenants.len()).filter(|other| *other != tenant).collect();
        let mut before = Vec::new();
        if writes {
            for other in &others {
                before.push(
                    self.state(*other).await.map_err(|error| format!("a state cannot be read: {error}"))?,
                );
            }
        }
        let sent = self.send(case, ask).await?;
        for (other, before) in others.iter().zip(before) {
            let after =
                self.state(*other).await.map_err(|error| format!("a state cannot be read: {error}"))?;
            let changed = after.differences(&before, &self.state_noise[*other]);
            if !changed.is_empty() {
                let evidence =
                    changed.iter().take(5).map(|one| format!("the other tenant's {}", shown(one))).collect();
                let (sent, answered) = (sent.shown.clone(), sent.answer.shown());
                let kind = Kind::OtherTenantChanged;
                let position = OWN_REQUEST.to_owned();
                self.find(
                    case,
                    NewFinding { kind, position, actor: tenant, other: *other, sent, answered, evidence },
                );
            }
        }
        for other in others {
            let markers = self.markers(other);
            let Some(marker) = sent.answer.marker(&markers) else { continue };
            let kind = if self.is_only_kept(case, ask, &markers).await {
                Kind::CacheWithoutTenant
            } else {
                Kind::TextOfOtherTenant
            };
            let evidence = vec![format!("the answer has `{marker}`, a text of the other tenant")];
            let (sent, answered) = (sent.shown.clone(), sent.answer.shown());
            self.find(
                case,
                NewFinding {
                    kind,
                    position: OWN_REQUEST.to_owned(),
                    actor: tenant,
                    other,
                    sent,
                    answered,
                    evidence,
                },
            );
        }
        if !sent.answer.is_granted() {
            return Err(format!(
                "{}'s own request was answered {}: {}; say what it lacks by `Tenant::id` or `Proof::value`",
                self.tenant(tenant).name,
                sent.answer.shown(),
                sent.shown
            ));
        }
        self.check_login(case, tenant, ask, &sent).await?;
        self.tried(case, OWN_REQUEST);
        self.check_shared_caches(case, tenant, ask, &sent).await
    }

    /// Whether the login made a difference: who is sent to the page where one logs in was granted nothing.
    async fn check_login(
        &mut self,
        case: &Case<'_>,
        tenant: usize,
        ask: &Ask,
        sent: &super::Sent,
    ) -> Result<(), String> {
        let leads_elsewhere = !sent.answer.is_success();
        if self.signer(case).is_some() || !(leads_elsewhere || case.operation.is_safe()) {
            return Ok(());
        }
        let stranger = Ask { login: Login::Nobody, ..ask.clone() };
        let anonymous = self.send(case, &stranger).await?.answer;
        if self.is_sent_away(case, &stranger, &anonymous, &sent.answer).await? {
            return Err(format!(
                "{}'s own request was answered {}, and so it is without a login: the login is not good",
                self.tenant(tenant).name,
                sent.answer.shown()
            ));
        }
        if anonymous.status == sent.answer.status && !leads_elsewhere {
            let text =
                "it is granted without a login as well: everybody may have it, or nobody asks for the login";
            let notice = Notice { about: case.operation.name.clone(), text: text.to_owned() };
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        Ok(())
    }

    /// Whether an answer leads elsewhere, and to where somebody without a login is led as well: to the page where one logs in.
    pub(super) async fn is_sent_away(
        &mut self,
        case: &Case<'_>,
        stranger: &Ask,
        anonymous: &Answer,
        answer: &Answer,
    ) -> Result<bool, String> {
        if answer.is_success() || !answer.is_granted() || !answer.leads_like(anonymous, false) {
            return Ok(false);
        }
        if answer.leads_like(anonymous, true) {
            return Ok(true);
        }
        // What is new each time, such as the `state` of OAuth, makes no difference; `?page=login` does.
        let again = self.send(case, stranger).await?.answer;
        Ok(!again.leads_like(anonymous, true))
    }

    /// Whether a proxy may keep what only one tenant may see, and would give it to whoever asks for the same address.
    async fn check_shared_caches(
        &mut self,
        case: &Case<'_>,
        tenant: usize,
        ask: &Ask,
        sent: &super::Sent,
    ) -> Result<(), String> {
        let own = self.tenant(tenant);
        let by_authorization = own.login.iter().any(|(name, _)| *name == http::header::AUTHORIZATION);
        let Some(said) = opens(&sent.answer, by_authorization).filter(|_| case.operation.is_safe()) else {
            return Ok(());
        };
        let Some(other) = (0..self.proof.tenants.len()).find(|other| *other != tenant) else { return Ok(()) };
        // The login decides who may have it. What names the tenant can be named by anybody.
        let varies = sent.answer.joined("vary").to_ascii_lowercase();
        let is_varied = |name: &str| name == "*" || own.login.iter().any(|(login, _)| login.as_str() == name);
        if varies.split(',').any(|name| is_varied(name.trim())) {
            return Ok(());
        }
        // What everybody may have may be kept; a page that asks for the login is not that.
        let anonymous = self.send(case, &Ask { login: Login::Nobody, ..ask.clone() }).await?.answer;
        let markers = self.markers(tenant);
        let is_public = anonymous.is_success() && anonymous.status == sent.answer.status;
        if is_public && (sent.answer.marker(&markers).is_none() || anonymous.marker(&markers).is_some()) {
            return Ok(());
        }
        let without = anonymous.shown();
        let evidence =
            vec![format!("{said}; Vary: {varies}"), format!("without a login it is answered {without}")];
        let (sent, answered) = (sent.shown.clone(), sent.answer.shown());
        let (kind, position) = (Kind::SharedCacheAllowed, OWN_REQUEST.to_owned());
        self.find(case, NewFinding { kind, position, actor: tenant, other, sent, answered, evidence });
        Ok(())
    }
}
