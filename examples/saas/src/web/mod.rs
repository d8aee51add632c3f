//! The program over HTTP: its parts, and its routes.

mod admin;
mod agents;
mod api;
mod chart;
mod errors;
mod files;
mod invitations;
mod layout;
mod made;
mod operator;
mod org;
mod organisations;
mod overview;
mod parts;
mod projects;
mod session;
mod sign_in;
mod tasks;
mod webhooks;

use std::error::Error;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::{Json, Router, middleware};
use tenancy_axum::resolve::{Directory, Lookup, TenantPath};
use tenancy_axum::{Edge, Problem};
use tenancy_diesel::TenantId;
use tenancy_pool::PoolError;
use tower_http::csrf::CsrfLayer;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Required};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::parts::{App, NAMESPACE};
pub use self::session::User;
use crate::model::membership::Members;

/// Names in addresses become organisations. The edge then asks whether whoever asks belongs there.
struct Slugs(Members);

impl Lookup for Slugs {
    type TenantId = TenantId;
    type Error = PoolError;

    async fn find(&self, slug: &str) -> Result<Option<TenantId>, PoolError> {
        self.0.named(slug).await
    }

    fn decoy(&self) -> TenantId {
        TenantId::new()
    }
}

/// Nothing was changed: there is no such row, or it is another tenant's.
fn found(changed: usize) -> Result<(), Problem> {
    if changed == 0 { Err(Problem::not_found()) } else { Ok(()) }
}

/// What is an organisation's. Every route is one of the document's: there is no other way to add one here.
fn of_organisations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(overview::show))
        .routes(routes!(overview::feed))
        .routes(routes!(agents::list, agents::add))
        .routes(routes!(agents::show, agents::change))
        .routes(routes!(agents::add_canvas))
        .routes(routes!(projects::list, projects::add))
        .routes(routes!(projects::show))
        .routes(routes!(projects::add_task))
        .routes(routes!(tasks::list))
        .routes(routes!(tasks::show, tasks::change))
        .routes(routes!(tasks::execute))
        .routes(routes!(files::upload))
        .routes(routes!(files::uploaded))
        .routes(routes!(files::exports, files::start_export))
        .routes(routes!(files::exported, files::export_again))
        .routes(routes!(admin::members))
        .routes(routes!(admin::change))
        .routes(routes!(admin::invite))
        .routes(routes!(admin::show_settings, admin::change_settings))
        .routes(routes!(admin::usage))
        .routes(routes!(admin::log))
        .routes(routes!(api::list, api::add))
        .routes(routes!(api::show, api::change, api::remove))
}

/// What is nobody's, a person's, or ours.
fn of_the_house() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(organisations::home))
        .routes(routes!(organisations::choose))
        .routes(routes!(sign_in::show, sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(invitations::show, invitations::join))
        .routes(routes!(webhooks::billing))
        .routes(routes!(operator::tenants))
        .routes(routes!(operator::change))
        .routes(routes!(operator::support))
        .routes(routes!(operator::jobs))
        .routes(routes!(operator::again))
        .routes(routes!(operator::audit))
        .routes(routes!(operator::inspection))
}

/// The service, and the document of all of its routes.
///
/// # Errors
///
/// If it is put together wrongly.
pub fn service(app: &Arc<App>) -> Result<(Router, OpenApi), Box<dyn Error + Send + Sync>> {
    let members = app.authority.membership().clone();
    let edge = Edge::with_details(&app.authority, session::Sessions)
        .resolver(TenantPath::parameter("org", Directory::of(Slugs(members))));
    app.follow(edge.membership_changes());
    let organisations = of_organisations().layer(middleware::from_fn(org::rules)).layer(edge.layer());
    let (router, mut document) = of_the_house().nest("/o/{org}", organisations).split_for_parts();
    describe_paths(&mut document);
    let served = document.clone();
    let router = router
        .route("/openapi.json", get(move || async move { Json(served) }))
        .route("/style.css", get(async || ([(CONTENT_TYPE, "text/css")], include_str!("style.css"))))
        .route("/live.js", get(async || ([(CONTENT_TYPE, "text/javascript")], include_str!("live.js"))))
        .fallback(async || Problem::not_found())
        .with_state(Arc::clone(app))
        .layer(DefaultBodyLimit::max(2 * 1024 * 1024))
        .layer(session::layer(&app.db))
        // Other sites' forms are refused, by what browsers say of where a request is from.
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn(errors::as_pages));
    Ok((router, document))
}

/// Says of each parameter of a path that it is a text: they all are.
fn describe_paths(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let parameters = names.map(|name| {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(text))
                .build();
            parameter.into()
        });
        item.parameters.get_or_insert_default().extend(parameters.collect::<Vec<RefOr<Parameter>>>());
    }
}
