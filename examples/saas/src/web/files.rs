//! Uploads, exports, downloads. Bytes are found under the tenant's prefix, and whether there is such a file is asked of the table first.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use tenancy_axum::Problem;

use super::App;
use super::layout::{Place, empty, moment, page};
use super::made::{FORM_ID, Made, form_id, is_new};
use super::org::Org;
use crate::clock;
use crate::jobs::Job;
use crate::model::{files, work};
use crate::policy::Action;

/// A file, as forms send it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "for the document")]
pub struct FileForm {
    #[schema(content_media_type = "application/octet-stream")]
    file: String,
}

#[utoipa::path(post, path = "/tasks/{task_id}/uploads", responses((status = 303)),
    request_body(content = FileForm, content_type = "multipart/form-data"))]
pub async fn upload(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, task)): Path<(String, String)>,
    mut form: Multipart,
) -> Result<Redirect, Problem> {
    let unread = |_| Problem::bad_request("the file cannot be read: it may be larger than 2 MB");
    let mut form_id = None;
    let field = loop {
        let field =
            form.next_field().await.map_err(unread)?.ok_or(Problem::unprocessable("there is no file"))?;
        if field.name() != Some(FORM_ID) {
            break field;
        }
        form_id = Some(field.text().await.map_err(unread)?);
    };
    let name = field
        .file_name()
        .unwrap_or("file")
        .chars()
        .filter(|letter| !letter.is_control())
        .take(100)
        .collect::<String>();
    let bytes = field.bytes().await.map_err(unread)?;
    work::task(&app.db, org.scope(), &task).await?;
    let Made(id) = Made::by(&org.user, form_id.as_deref(), [format!("{task}/{name}").as_bytes(), &bytes]);
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    app.files.put(org.scope(), ["uploads", &id], bytes).await?;
    if is_new(files::add_upload(&app.db, org.scope(), &id, &task, &name, size).await)? {
        app.happened(org.scope(), &org.user.name, &format!("added the file {name}")).await?;
    }
    Ok(Redirect::to(&org.to(&format!("/tasks/{task}"))))
}

/// As a file to keep, whatever is in it: no browser shows it as a page of ours.
fn download(name: &str, content: Body) -> Response {
    let name: String =
        form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    ([(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, disposition)], content)
        .into_response()
}

#[utoipa::path(get, path = "/uploads/{upload_id}", responses((status = 200, content_type = "application/octet-stream")))]
pub async fn uploaded(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let upload = files::upload(&app.db, org.scope(), &id).await?;
    Ok(download(&upload.name, app.files.get(org.scope(), ["uploads", &id]).await?))
}

#[utoipa::path(get, path = "/exports", responses((status = 200)))]
pub async fn exports(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    let exports = files::exports(&app.db, org.scope()).await?;
    Ok(page(
        "Exports",
        &Place::In(&org, "/exports"),
        html! {
            p { "All agents, projects and tasks of the organisation, one JSON object a line." }
            form method="post" { (form_id()) button { "Export" } }
            p {}
            @if exports.is_empty() { (empty("Nothing was exported yet.")) }
            ul.list {
                @for export in &exports {
                    li {
                        (moment(export.created_at)) " "
                        @match export.status.as_str() {
                            "done" => {
                                a href=(org.to(&format!("/exports/{}", export.id))) { "Download" } " " small { bdi { (export.size) " bytes" } }
                            }
                            "failed" => {
                                span.tag { "failed" } " " small { "There is no file. Nothing of yours is lost." }
                                form method="post" action=(org.to(&format!("/exports/{}", export.id))) {
                                    button aria-label={ "Try again the export of " (clock::shown(export.created_at)) } { "Try again" }
                                }
                            }
                            status => { span.tag { (status) } " " small { "Load this page again in a moment." } }
                        }
                    }
                }
            }
        },
    ))
}

#[utoipa::path(post, path = "/exports", responses((status = 303), (status = 429)))]
pub async fn start_export(
    State(app): State<Arc<App>>,
    org: Org,
    Made(export): Made,
) -> Result<Redirect, Problem> {
    let scope = org.scope();
    let begun = app
        .policies
        .governance
        .act(&org.member, &Action::Export, async {
            let job = app.seal(scope, &Job::Export { export: export.clone() })?;
            Ok::<_, Problem>(files::begin_export(&app.db, scope, &export, &job).await?)
        })
        .await;
    match begun {
        Ok(()) => {
            app.work.notify_one();
            app.happened(scope, &org.user.name, "asked for an export").await?;
        }
        // The same form came before, and had what was left.
        Err(_) if files::export(&app.db, scope, &export).await.is_ok() => {}
        Err(refused) => return Err(refused.into()),
    }
    Ok(Redirect::to(&org.to("/exports")))
}

/// Begins one again that failed. One that did not is as it was: somebody was quicker.
#[utoipa::path(post, path = "/exports/{export_id}", responses((status = 303), (status = 429)))]
pub async fn export_again(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let scope = org.scope();
    if files::export(&app.db, scope, &id).await?.status == "failed" {
        app.policies
            .governance
            .act(&org.member, &Action::Export, async {
                let job = app.seal(scope, &Job::Export { export: id.clone() })?;
                Ok::<_, Problem>(files::begin_export_again(&app.db, scope, &id, &job).await?)
            })
            .await?;
        app.work.notify_one();
        app.happened(scope, &org.user.name, "asked for an export again").await?;
    }
    Ok(Redirect::to(&org.to("/exports")))
}

#[utoipa::path(get, path = "/exports/{export_id}", responses((status = 200, content_type = "application/octet-stream")))]
pub async fn exported(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    if files::export(&app.db, org.scope(), &id).await?.status != "done" {
        return Err(Problem::not_found());
    }
    let content = app.files.get(org.scope(), ["exports", &id]).await?;
    Ok(download(&format!("{}.jsonl", org.standing().slug), content))
}
