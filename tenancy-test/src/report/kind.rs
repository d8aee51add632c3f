//! The kinds of findings, each with its code.

use serde::{Serialize, Serializer};

/// What kind of leak was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// P01: a request of one tenant changed what another one has.
    OtherTenantChanged,
    /// P02: what another tenant's row holds was answered.
    OtherTenantRead,
    /// P03: a write took the id of another tenant's row.
    ForeignIdAccepted,
    /// P04: a text that only another tenant may see stood in an answer.
    TextOfOtherTenant,
    /// P05: the status tells a foreign id from one that exists nowhere.
    ExistenceByStatus,
    /// P06: the text of the answer tells them apart.
    ExistenceByText,
    /// P07: a header of the answer tells them apart.
    ExistenceByHeader,
    /// P08: a list, a count or an export changed when another tenant's rows did.
    CountsOtherTenant,
    /// P09: one tenant was answered what was kept for another.
    CacheWithoutTenant,
    /// P10: an answer that only one tenant may see lets shared caches keep it.
    SharedCacheAllowed,
    /// P11: a login was good where another tenant lives.
    LoginElsewhere,
    /// P12: a part of the request that anybody can write chose the tenant.
    TenantFromRequest,
    /// P13: whether a tenant exists was told to somebody who is not in it.
    TenantExistence,
    /// P14: a value that another tenant has was refused as taken.
    TakenByOtherTenant,
    /// P15: a refused request had changed something.
    RefusedButWritten,
    /// P16: a signed message of one tenant was taken for another one's account.
    SignedForOther,
    /// P17: a message was taken without a signature of its own: with none, or with that of another message.
    Unsigned,
}

impl Kind {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 17] = [
        Self::OtherTenantChanged,
        Self::OtherTenantRead,
        Self::ForeignIdAccepted,
        Self::TextOfOtherTenant,
        Self::ExistenceByStatus,
        Self::ExistenceByText,
        Self::ExistenceByHeader,
        Self::CountsOtherTenant,
        Self::CacheWithoutTenant,
        Self::SharedCacheAllowed,
        Self::LoginElsewhere,
        Self::TenantFromRequest,
        Self::TenantExistence,
        Self::TakenByOtherTenant,
        Self::RefusedButWritten,
        Self::SignedForOther,
        Self::Unsigned,
    ];

    /// Its code, which keeps its meaning in every version.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherTenantChanged => "P01",
            Self::OtherTenantRead => "P02",
            Self::ForeignIdAccepted => "P03",
            Self::TextOfOtherTenant => "P04",
            Self::ExistenceByStatus => "P05",
            Self::ExistenceByText => "P06",
            Self::ExistenceByHeader => "P07",
            Self::CountsOtherTenant => "P08",
            Self::CacheWithoutTenant => "P09",
            Self::SharedCacheAllowed => "P10",
            Self::LoginElsewhere => "P11",
            Self::TenantFromRequest => "P12",
            Self::TenantExistence => "P13",
            Self::TakenByOtherTenant => "P14",
            Self::RefusedButWritten => "P15",
            Self::SignedForOther => "P16",
            Self::Unsigned => "P17",
        }
    }

    /// What happened, in a line.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OtherTenantChanged => "another tenant's rows were changed",
            Self::OtherTenantRead => "another tenant's row was read",
            Self::ForeignIdAccepted => "a write took the id of another tenant's row",
            Self::TextOfOtherTenant => "another tenant's text stood in the answer",
            Self::ExistenceByStatus => "the status tells that another tenant's row exists",
            Self::ExistenceByText => "the text of the answer tells that another tenant's row exists",
            Self::ExistenceByHeader => "a header tells that another tenant's row exists",
            Self::CountsOtherTenant => "the answer changes when another tenant's rows do",
            Self::CacheWithoutTenant => "one tenant was given the answer kept for another",
            Self::SharedCacheAllowed => "shared caches may keep one tenant's answer for all",
            Self::LoginElsewhere => "a login is good where another tenant lives",
            Self::TenantFromRequest => "the request chose the tenant",
            Self::TenantExistence => "a stranger is told which tenants exist",
            Self::TakenByOtherTenant => "a value is refused because another tenant has it",
            Self::RefusedButWritten => "a refused request had changed something",
            Self::SignedForOther => "one tenant's signed message was taken for another's account",
            Self::Unsigned => "a message was taken without a signature of its own",
        }
    }

    /// Why that is a leak.
    pub const fn why(self) -> &'static str {
        match self {
            Self::OtherTenantChanged => {
                "whoever has or guesses an id can change or delete what is not theirs"
            }
            Self::OtherTenantRead => "whoever has or guesses an id can read what is not theirs",
            Self::ForeignIdAccepted => {
                "the tenant's row now refers to a row that is not its own: what joins the two shows it, what cascades changes it, and \
                 the answer tells that the id exists"
            }
            Self::TextOfOtherTenant => {
                "the text was written by another tenant, or named as its secret, and nobody else may see it"
            }
            Self::ExistenceByStatus | Self::ExistenceByText | Self::ExistenceByHeader => {
                "an id of another tenant is answered otherwise than one that exists nowhere, so ids can be tried out"
            }
            Self::CountsOtherTenant => {
                "the answer counts or lists rows of all tenants, so one can watch another one's business grow"
            }
            Self::CacheWithoutTenant => {
                "the key of a cache lacks the tenant: who comes second is given the first one's rows"
            }
            Self::SharedCacheAllowed => {
                "a proxy or CDN that obeys the header gives the answer to whoever asks for the same address, logged in or not"
            }
            Self::LoginElsewhere => {
                "a session or token of one tenant is taken where another one lives: hosts do not keep them apart"
            }
            Self::TenantFromRequest => {
                "the caller named another tenant in a place that anybody can write, and the service went by it"
            }
            Self::TenantExistence => "the names of tenants can be tried out: the list of customers is told",
            Self::TakenByOtherTenant => {
                "uniqueness is kept over all tenants, so values (names, mail addresses) can be tried out"
            }
            Self::RefusedButWritten => "something was written before the foreign id was refused, and stays",
            Self::SignedForOther => {
                "the account in a message chose the tenant, and not the key that signed it"
            }
            Self::Unsigned => "anybody who knows an account can send messages for it",
        }
    }

    /// How it is usually mended.
    pub const fn fix(self) -> &'static str {
        match self {
            Self::OtherTenantChanged | Self::OtherTenantRead => {
                "look the row up within the caller's tenant, and answer 404 when it is not there"
            }
            Self::ForeignIdAccepted => {
                "look up every id of a body within the tenant before it is stored; a foreign key that leads with the tenant's column backs it"
            }
            Self::TextOfOtherTenant => {
                "scope whatever the text was read from; an error's text says nothing of rows the caller may not see"
            }
            Self::ExistenceByStatus | Self::ExistenceByText | Self::ExistenceByHeader => {
                "answer by one and the same path whether the row is another tenant's or nobody's: 404, one text, the same headers"
            }
            Self::CountsOtherTenant => "scope the list, the count, the aggregate or the export by the tenant",
            Self::CacheWithoutTenant => "put the tenant into the key of the cache",
            Self::SharedCacheAllowed => {
                "answer `Cache-Control: private` or `no-store`; where a shared cache is wanted, have `Vary` name the header of the login"
            }
            Self::LoginElsewhere => {
                "check that the login's principal belongs to the tenant that host, path or header name, on every request"
            }
            Self::TenantFromRequest => {
                "take the tenant from the admitted scope alone; trust forwarded headers of your own proxy only, and ignore the field"
            }
            Self::TenantExistence => {
                "answer the same 404 for a tenant that does not exist and for one that the caller is not in"
            }
            Self::TakenByOtherTenant => "make the unique key lead with the tenant's column",
            Self::RefusedButWritten => {
                "check every id first, and do all of it in one transaction that is rolled back"
            }
            Self::SignedForOther => {
                "take the tenant from the key or the endpoint that the signature belongs to, and require that the account is its own"
            }
            Self::Unsigned => "verify the signature over the raw body before anything of it is read",
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_each_has_its_words() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind.code(), format!("P{:02}", at + 1));
            for text in [kind.title(), kind.why(), kind.fix()] {
                assert!(text.len() > 20, "{kind:?}: {text}");
            }
        }
    }
}
