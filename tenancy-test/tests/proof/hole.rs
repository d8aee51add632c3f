//! The holes that can be planted in the shop, each a leak that real services have had.

use tenancy_test::Kind;

/// A hole. The numbers are those of the leaks' corpus (`tenancy-diesel/docs/leaks.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hole {
    /// L01: looked up by the id alone.
    PathId,
    /// L23: deleted by the id alone.
    DeleteById,
    /// L27: a write to another tenant's id takes the row over.
    TakeOver,
    /// L32: a child is put under another tenant's parent.
    BodyId,
    /// The same in a form with a file.
    MultipartId,
    /// L09: the parent is looked up within the tenant, and the child by its id.
    NestedChild,
    /// L25: a list of ids is changed without a filter.
    BulkIds,
    /// L14: a filter on a related row leads to other tenants' rows.
    FilterId,
    /// L01: looked for by a text alone.
    Search,
    /// L16: whether there is one of that name, of all tenants.
    Exists,
    /// An id in a header is believed.
    HeaderId,
    /// An id in a cookie is believed.
    CookieId,
    /// L02: an export without a filter.
    Export,
    /// L12: a count without a filter.
    Count,
    /// L12: whether there are more than a few, of all tenants.
    Threshold,
    /// L61: an error's text says whose row it is.
    ErrorText,
    /// L61: an error's text has the name of the row.
    ErrorName,
    /// 403 for what is there, and 404 for what is not.
    Forbidden,
    /// The refusal carries the row's tag.
    RefusalHeader,
    /// 304 for a row that was not changed, whoever asks.
    Conditional,
    /// L64: a cache whose key lacks the tenant.
    Cache,
    /// L48: a cache of rows by their ids answers before anybody asks whose they are.
    RowCache,
    /// L65: a second line lets shared caches keep what was asked for by a token.
    SharedCacheLine,
    /// L65: a header for the CDN alone does.
    CdnCache,
    /// L87: a login is good on every host.
    Host,
    /// L75: a stranger is told which tenants exist.
    KnownHost,
    /// L69: `X-Forwarded-Host` is believed.
    ForwardedHost,
    /// L68: a header chooses the tenant.
    TenantHeader,
    /// L30: the tenant's column can be written.
    MassAssignment,
    /// L31: in a row of a batch.
    MassAssignmentOfRows,
    /// L58: a unique key over all tenants.
    Unique,
    /// L26: something is written before the id is refused.
    PartialWrite,
    /// L72: the account in a webhook's body chooses the tenant.
    WebhookAccount,
    /// A webhook's signature is not looked at.
    WebhookUnsigned,
    /// Any signature is a good one.
    WebhookAnySignature,
}

impl Hole {
    /// Each with the code that it is to be found by and the operations that have it.
    pub(crate) const ALL: [(Self, Kind, &'static [&'static str]); 35] = [
        (Self::PathId, Kind::OtherTenantRead, &["GET /agents/{id}"]),
        (Self::DeleteById, Kind::OtherTenantChanged, &["DELETE /agents/{id}"]),
        (Self::TakeOver, Kind::OtherTenantChanged, &["PUT /agents/{id}"]),
        (Self::BodyId, Kind::ForeignIdAccepted, &["POST /canvases"]),
        (Self::MultipartId, Kind::ForeignIdAccepted, &["POST /agents/{id}/picture"]),
        (Self::NestedChild, Kind::OtherTenantRead, &["GET /agents/{agent_id}/canvases/{canvas_id}"]),
        (Self::BulkIds, Kind::OtherTenantChanged, &["POST /canvases/archive"]),
        (Self::FilterId, Kind::OtherTenantRead, &["GET /agents"]),
        (Self::Search, Kind::OtherTenantRead, &["GET /agents"]),
        (Self::Exists, Kind::OtherTenantRead, &["GET /agents/exists"]),
        (Self::HeaderId, Kind::OtherTenantRead, &["GET /current"]),
        (Self::CookieId, Kind::OtherTenantRead, &["GET /current"]),
        (Self::Export, Kind::TextOfOtherTenant, &["GET /export"]),
        (Self::Count, Kind::CountsOtherTenant, &["GET /agents/count"]),
        (Self::Threshold, Kind::CountsOtherTenant, &["GET /agents/count"]),
        (Self::ErrorText, Kind::ExistenceByText, &["GET /agents/{id}"]),
        (Self::ErrorName, Kind::TextOfOtherTenant, &["GET /agents/{id}"]),
        (Self::Forbidden, Kind::ExistenceByStatus, &["GET /agents/{id}"]),
        (Self::RefusalHeader, Kind::ExistenceByHeader, &["GET /agents/{id}"]),
        (Self::Conditional, Kind::ExistenceByStatus, &["GET /agents/{id}"]),
        (Self::Cache, Kind::CacheWithoutTenant, &["GET /report"]),
        (Self::RowCache, Kind::CacheWithoutTenant, &["GET /agents/{id}"]),
        (Self::SharedCacheLine, Kind::SharedCacheAllowed, &["GET /export"]),
        (Self::CdnCache, Kind::SharedCacheAllowed, &["GET /report"]),
        (Self::Host, Kind::LoginElsewhere, &[]),
        (Self::KnownHost, Kind::TenantExistence, &[]),
        (Self::ForwardedHost, Kind::TenantFromRequest, &[]),
        (Self::TenantHeader, Kind::TenantFromRequest, &[]),
        (Self::MassAssignment, Kind::TenantFromRequest, &["POST /agents"]),
        (Self::MassAssignmentOfRows, Kind::TenantFromRequest, &["POST /agents/import"]),
        (Self::Unique, Kind::TakenByOtherTenant, &["POST /agents"]),
        (Self::PartialWrite, Kind::RefusedButWritten, &["POST /canvases"]),
        (Self::WebhookAccount, Kind::SignedForOther, &["POST /webhooks/billing"]),
        (Self::WebhookUnsigned, Kind::Unsigned, &["POST /webhooks/billing"]),
        (Self::WebhookAnySignature, Kind::Unsigned, &["POST /webhooks/billing"]),
    ];
}
