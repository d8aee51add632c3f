//! What several ways of naming a tenant come to together.

use std::fmt;

use tenancy_core::Claimed;

use crate::resolve::{HostIs, Resolution, Said};

/// What all of them say.
#[derive(Debug)]
pub(super) enum Agreement<I> {
    /// One tenant.
    On(Claimed<I>),
    /// None that could be admitted to. With the id to ask the membership about nevertheless.
    Refused(Refusal, Option<I>),
}

/// Why, for the log: the answer is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Silent,
    Disagreement,
    Nobody,
    ForeignHost,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Silent => "the request names no tenant",
            Self::Disagreement => "the request names two tenants, or its credential is for another one",
            Self::Nobody => "the request names what is no tenant's",
            Self::ForeignHost => "the request's host is none that a resolver knows",
        })
    }
}

/// The credential's own tenant comes first. All that say something have to say the same.
pub(super) fn agree<I: PartialEq>(
    credential: Option<Claimed<I>>,
    resolutions: Vec<Resolution<I>>,
) -> Agreement<I> {
    let hosts = |which| resolutions.iter().any(|resolution| resolution.host == which);
    if hosts(HostIs::Foreign) && !hosts(HostIs::Ours) {
        let decoy = resolutions.into_iter().find_map(|resolution| resolution.decoy);
        return Agreement::Refused(Refusal::ForeignHost, decoy);
    }
    let mut agreed: Option<Claimed<I>> = credential;
    let mut refused: Option<(Refusal, Option<I>)> = None;
    for resolution in resolutions {
        match (resolution.said, &agreed) {
            (Said::Nothing, _) => {}
            (Said::Nobody(decoy), _) => refused = Some((Refusal::Nobody, decoy)),
            (Said::Tenant(tenant), None) => agreed = Some(tenant),
            (Said::Tenant(tenant), Some(agreed)) if tenant == *agreed => {}
            (Said::Tenant(tenant), Some(_)) => {
                refused.get_or_insert((Refusal::Disagreement, Some(tenant.into_unverified())));
            }
        }
    }
    match (refused, agreed) {
        (Some((why, ask_about)), _) => Agreement::Refused(why, ask_about),
        (None, Some(tenant)) => Agreement::On(tenant),
        (None, None) => Agreement::Refused(Refusal::Silent, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(tenant: &'static str) -> Resolution<&'static str> {
        Resolution::claims(Claimed::new(tenant))
    }

    fn said(
        credential: Option<&'static str>,
        resolutions: &[Resolution<&'static str>],
    ) -> Result<&'static str, (Refusal, Option<&'static str>)> {
        match agree(credential.map(Claimed::new), resolutions.to_vec()) {
            Agreement::On(tenant) => Ok(tenant.into_unverified()),
            Agreement::Refused(why, ask_about) => Err((why, ask_about)),
        }
    }

    /// L87, F07.
    #[test]
    fn l87_all_that_name_a_tenant_have_to_name_the_same() {
        let silent = Resolution::silent;
        assert_eq!(said(Some("a"), &[silent(), claim("a"), claim("a")]), Ok("a"));
        assert_eq!(said(None, &[silent(), claim("a")]), Ok("a"));
        assert_eq!(said(Some("a"), &[]), Ok("a"));
        assert_eq!(said(Some("a"), &[claim("b")]), Err((Refusal::Disagreement, Some("b"))));
        assert_eq!(said(None, &[claim("a"), claim("b")]), Err((Refusal::Disagreement, Some("b"))));
        assert_eq!(said(None, &[silent()]), Err((Refusal::Silent, None)));
        // The same as for a tenant that is another's, whatever else is said.
        assert_eq!(said(Some("a"), &[Resolution::nobody(Some("x"))]), Err((Refusal::Nobody, Some("x"))));
        assert_eq!(
            said(None, &[claim("a"), Resolution::nobody(None), claim("a")]),
            Err((Refusal::Nobody, None))
        );
    }

    /// L70, L71.
    #[test]
    fn l70_l71_a_host_that_no_resolver_knows_is_refused_whatever_else_is_said() {
        let foreign = || Resolution::silent().on_foreign_host();
        assert_eq!(said(Some("a"), &[foreign(), claim("a")]), Err((Refusal::ForeignHost, None)));
        assert_eq!(said(Some("a"), &[foreign(), Resolution::silent().on_own_host()]), Ok("a"));
        assert_eq!(said(None, &[foreign(), claim("a").on_own_host()]), Ok("a"));
        // L75: with something to ask about, where there is.
        let decoyed = || foreign().with_decoy("x");
        assert_eq!(said(Some("a"), &[foreign(), decoyed()]), Err((Refusal::ForeignHost, Some("x"))));
        assert_eq!(said(Some("a"), &[decoyed(), claim("a").on_own_host()]), Ok("a"));
    }
}
