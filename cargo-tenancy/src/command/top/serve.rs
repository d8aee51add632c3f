//! `top --serve`: the same for Prometheus.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tenancy_operate::activity::{self, MetricsOptions, metrics};
use tenancy_rls::Manifest;
use tokio::net::TcpListener;

use super::Arguments;
use crate::failure::Failure;

/// How long to wait before a database is asked again that did not answer.
const AGAIN: Duration = Duration::from_secs(2);

/// What was seen last, or why nothing was.
type Latest = Arc<Mutex<Result<String, String>>>;

/// Serves until it is interrupted, and looks at the sessions all the while.
///
/// The first look has to succeed: what is wrong with the address or the role is said at once.
pub(super) async fn serve(
    arguments: &Arguments,
    declared: Option<&Manifest>,
    address: SocketAddr,
) -> Result<(), Failure> {
    let options = MetricsOptions::new().top(arguments.top);
    let mut session = Some(arguments.session().await?);
    let look = async |session: &tenancy_operate::tenants::Session| {
        let told = arguments.look(session, declared).await?;
        Ok::<_, Failure>(metrics(&told.activity, told.stock.as_ref(), &options))
    };
    let first = match &session {
        Some(session) => look(session).await?,
        None => String::new(),
    };
    let latest: Latest = Arc::new(Mutex::new(Ok(first)));
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!("{address} cannot be listened at"))
            .because(error)
            .fix("give another address to --serve")
    })?;
    let bound =
        listener.local_addr().map_err(|error| Failure::new("the address is not known").because(error))?;
    // To the standard error: there is no result.
    eprintln!("serving at http://{bound}/metrics");
    let router = Router::new().route("/metrics", get(answer)).with_state(Arc::clone(&latest));
    let looks = async {
        loop {
            let looked = match &session {
                Some(session) => look(session).await,
                None => match arguments.session().await {
                    Ok(opened) => look(session.insert(opened)).await,
                    Err(failure) => Err(failure),
                },
            };
            let failed = looked.is_err();
            if let Err(failure) = &looked {
                eprintln!("error: {failure}");
            }
            *latest.lock().unwrap_or_else(PoisonError::into_inner) =
                looked.map_err(|failure| failure.to_string());
            if failed {
                // It may be the connection.
                session = None;
                tokio::time::sleep(AGAIN).await;
            }
        }
    };
    tokio::select! {
        served = axum::serve(listener, router).into_future() => {
            served.map_err(|error| Failure::new("serving has ended").because(error))
        }
        () = looks => Ok(()),
    }
}

/// Old numbers would be taken for those of now: where the last look has failed there are none.
async fn answer(State(latest): State<Latest>) -> Response {
    match latest.lock().unwrap_or_else(PoisonError::into_inner).clone() {
        Ok(text) => ([(CONTENT_TYPE, activity::CONTENT_TYPE)], text).into_response(),
        // What the database said is for the operator's terminal, and not for whoever reads metrics.
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be looked at\n").into_response(),
    }
}
