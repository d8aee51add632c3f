//! Canvases, alone and below agents.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Canvas, Refusal, Shop, admit, drawn, missing};
use crate::hole::Hole;

pub(super) async fn picture(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Path(id): Path<u32>,
    mut form: Multipart,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let bad = |_| Refusal(StatusCode::UNPROCESSABLE_ENTITY, "no picture".to_owned());
    let (mut canvas, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(bad)? {
        match field.name() {
            Some("canvas_id") => canvas = field.text().await.map_err(bad)?.parse::<u32>().ok(),
            Some("file") if field.file_name().is_some() => file = Some(field.text().await.map_err(bad)?),
            _ => {}
        }
    }
    let (Some(canvas), Some(file)) = (canvas, file) else {
        return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, "no picture".to_owned()));
    };
    let mut rows = shop.rows();
    rows.agents
        .iter()
        .find(|agent| agent.tenant == tenant && agent.id == id)
        .ok_or_else(|| missing("agent", id))?;
    let whole = shop.has(Hole::MultipartId);
    let known = rows.canvases.iter().any(|one| (one.tenant == tenant || whole) && one.id == canvas);
    if !known {
        return Err(missing("canvas", canvas));
    }
    rows.log.push((tenant, format!("{id} {canvas} {file}")));
    Ok(StatusCode::CREATED.into_response())
}

pub(super) async fn nested(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Path((agent, canvas)): Path<(u32, u32)>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let rows = shop.rows();
    rows.agents
        .iter()
        .find(|one| one.tenant == tenant && one.id == agent)
        .ok_or_else(|| missing("agent", agent))?;
    let whole = shop.has(Hole::NestedChild);
    let found = rows
        .canvases
        .iter()
        .find(|one| one.id == canvas && (whole || (one.tenant == tenant && one.agent == agent)));
    let found = found.ok_or_else(|| missing("canvas", canvas))?;
    Ok(Json(json!({ "id": found.id, "title": found.title })).into_response())
}

#[derive(Deserialize)]
pub(super) struct NewCanvas {
    title: String,
    agent: Reference,
}

#[derive(Deserialize)]
struct Reference {
    id: u32,
}

pub(super) async fn create_canvas(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Json(new): Json<NewCanvas>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let mut rows = shop.rows();
    if shop.has(Hole::PartialWrite) {
        rows.log.push((tenant, format!("wants {}", new.title)));
    }
    let whole = shop.has(Hole::BodyId);
    let agent = new.agent.id;
    rows.agents
        .iter()
        .find(|one| (one.tenant == tenant || whole) && one.id == agent)
        .ok_or_else(|| missing("agent", agent))?;
    let canvas = Canvas { tenant, id: drawn(), agent, title: new.title, archived: false };
    let answer = (StatusCode::CREATED, Json(json!({ "id": canvas.id })));
    rows.canvases.push(canvas);
    Ok(answer.into_response())
}

#[derive(Deserialize)]
pub(super) struct Archived {
    canvas_ids: Vec<u32>,
}

pub(super) async fn archive(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Json(archived): Json<Archived>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let whole = shop.has(Hole::BulkIds);
    let mut rows = shop.rows();
    for canvas in rows.canvases.iter_mut().filter(|canvas| canvas.tenant == tenant || whole) {
        canvas.archived |= archived.canvas_ids.contains(&canvas.id);
    }
    // Whatever was there: the number would tell.
    Ok(StatusCode::NO_CONTENT.into_response())
}
