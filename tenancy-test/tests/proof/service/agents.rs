//! Agents.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Agent, Answer, Refusal, Shop, admit, drawn, missing, shown};
use crate::hole::Hole;

#[derive(Deserialize)]
pub(super) struct Listed {
    manager_id: Option<u32>,
    q: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

pub(super) async fn list(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Query(listed): Query<Listed>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let rows = shop.rows();
    let open = listed.manager_id.is_some() && shop.has(Hole::FilterId)
        || listed.q.is_some() && shop.has(Hole::Search);
    let found: Vec<Value> = rows
        .agents
        .iter()
        .filter(|agent| agent.tenant == tenant || open)
        .filter(|agent| listed.manager_id.is_none_or(|manager| agent.manager == Some(manager)))
        .filter(|agent| listed.q.as_ref().is_none_or(|word| agent.name.contains(word)))
        .take(listed.limit.unwrap_or(50))
        .map(shown)
        .collect();
    Ok(Json(json!({ "items": found, "page": 1, "next": null })).into_response())
}

#[derive(Deserialize)]
pub(super) struct NewAgent {
    name: String,
    manager_id: Option<u32>,
    tenant_id: Option<u32>,
}

pub(super) async fn create(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Json(new): Json<NewAgent>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let mut rows = shop.rows();
    let whole = shop.has(Hole::Unique);
    if rows.agents.iter().any(|agent| (agent.tenant == tenant || whole) && agent.name == new.name) {
        return Err(Refusal(StatusCode::CONFLICT, "the name is taken".to_owned()));
    }
    if let Some(manager) = new.manager_id {
        rows.agents
            .iter()
            .find(|agent| agent.tenant == tenant && agent.id == manager)
            .ok_or_else(|| missing("agent", manager))?;
    }
    let tenant = new.tenant_id.filter(|_| shop.has(Hole::MassAssignment)).unwrap_or(tenant);
    let agent = Agent { tenant, id: drawn(), name: new.name, manager: new.manager_id };
    let answer =
        (StatusCode::CREATED, [(header::LOCATION, format!("/agents/{}", agent.id))], Json(shown(&agent)));
    rows.agents.push(agent);
    Ok(answer.into_response())
}

/// A batch of them.
pub(super) async fn import(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Json(new): Json<Vec<NewAgent>>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let mut rows = shop.rows();
    for new in new {
        let tenant = new.tenant_id.filter(|_| shop.has(Hole::MassAssignmentOfRows)).unwrap_or(tenant);
        rows.agents.push(Agent { tenant, id: drawn(), name: new.name, manager: None });
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

pub(super) async fn exists(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Query(Named { name }): Query<Named>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let whole = shop.has(Hole::Exists);
    let exists =
        shop.rows().agents.iter().any(|agent| (agent.tenant == tenant || whole) && agent.name == name);
    Ok(Json(json!({ "exists": exists })).into_response())
}

/// As many agents as there are before anybody adds one.
const SEEDED: usize = 5;

pub(super) async fn count(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let whole = shop.has(Hole::Count);
    let rows = shop.rows();
    let count = rows.agents.iter().filter(|agent| agent.tenant == tenant || whole).count();
    let all = if shop.has(Hole::Threshold) { rows.agents.len() } else { count };
    Ok(Json(json!({ "count": count, "many": all > SEEDED })).into_response())
}

fn tag(agent: &Agent) -> String {
    format!("\"{}-{}\"", agent.id, agent.name.len())
}

pub(super) async fn read(State(shop): State<Arc<Shop>>, headers: HeaderMap, Path(id): Path<u32>) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let mut rows = shop.rows();
    if let (true, Some(kept)) = (shop.has(Hole::RowCache), rows.kept.get(&id)) {
        return Ok(Json(kept.clone()).into_response());
    }
    let Some(agent) = rows.agents.iter().find(|agent| agent.id == id).cloned() else {
        return Err(missing("agent", id));
    };
    let seen = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| *seen == *tag(&agent));
    if seen && (agent.tenant == tenant || shop.has(Hole::Conditional)) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    if agent.tenant == tenant || shop.has(Hole::PathId) {
        rows.kept.insert(id, shown(&agent));
        return Ok(([(header::ETAG, tag(&agent))], Json(shown(&agent))).into_response());
    }
    match shop.hole {
        Some(Hole::Forbidden) => Err(Refusal(StatusCode::FORBIDDEN, format!("no agent {id}"))),
        Some(Hole::ErrorText) => Err(Refusal(StatusCode::NOT_FOUND, format!("agent {id} is not yours"))),
        Some(Hole::ErrorName) => {
            Err(Refusal(StatusCode::NOT_FOUND, format!("no agent {id}; did you mean {}?", agent.name)))
        }
        Some(Hole::RefusalHeader) => {
            let mut answer = missing("agent", id).into_response();
            answer.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag(&agent)).unwrap());
            Ok(answer)
        }
        _ => Err(missing("agent", id)),
    }
}

pub(super) async fn update(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Path(id): Path<u32>,
    Json(new): Json<NewAgent>,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let mut rows = shop.rows();
    if let Some(manager) = new.manager_id {
        rows.agents
            .iter()
            .find(|agent| agent.tenant == tenant && agent.id == manager)
            .ok_or_else(|| missing("agent", manager))?;
    }
    let whole = shop.has(Hole::TakeOver);
    let agent = rows.agents.iter_mut().find(|agent| (agent.tenant == tenant || whole) && agent.id == id);
    let agent = agent.ok_or_else(|| missing("agent", id))?;
    (agent.tenant, agent.name) = (tenant, new.name);
    Ok(Json(shown(agent)).into_response())
}

pub(super) async fn delete(State(shop): State<Arc<Shop>>, headers: HeaderMap, Path(id): Path<u32>) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let whole = shop.has(Hole::DeleteById);
    let mut rows = shop.rows();
    let at = rows.agents.iter().position(|agent| (agent.tenant == tenant || whole) && agent.id == id);
    rows.agents.remove(at.ok_or_else(|| missing("agent", id))?);
    Ok(StatusCode::NO_CONTENT.into_response())
}
