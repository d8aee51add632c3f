//! What is not a row of a table: ids in headers and cookies, exports, reports, webhooks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Refusal, Shop, admit, missing, number, shown, signature};
use crate::hole::Hole;

pub(super) async fn current(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let by_header = text("x-agent-id").and_then(|id| id.parse().ok());
    let cookies = text("cookie").unwrap_or_default();
    let by_cookie = cookies
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("agent_id="))
        .and_then(|id| id.parse().ok());
    let Some(id) = by_header.or(by_cookie) else { return Ok(Json(json!({ "agent": null })).into_response()) };
    let whole = (by_header.is_some() && shop.has(Hole::HeaderId))
        || (by_cookie.is_some() && shop.has(Hole::CookieId));
    let rows = shop.rows();
    let agent = rows.agents.iter().find(|agent| (agent.tenant == tenant || whole) && agent.id == id);
    Ok(Json(json!({ "agent": shown(agent.ok_or_else(|| missing("agent", id))?) })).into_response())
}

pub(super) async fn export(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let whole = shop.has(Hole::Export);
    let rows = shop.rows();
    let lines: Vec<String> = rows
        .agents
        .iter()
        .filter(|agent| agent.tenant == tenant || (whole && agent.tenant != 3))
        .map(|agent| format!("{},{}", agent.id, agent.name))
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"agents.csv\""),
    ];
    let mut answer = (headers, lines.join("\n")).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
    if shop.has(Hole::SharedCacheLine) {
        answer.headers_mut().append(header::CACHE_CONTROL, HeaderValue::from_static("public"));
    }
    Ok(answer)
}

pub(super) async fn report(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Answer {
    let tenant = admit(&shop, &headers)?;
    let mut rows = shop.rows();
    let own = rows
        .agents
        .iter()
        .filter(|agent| agent.tenant == tenant)
        .map(|agent| agent.name.len())
        .sum::<usize>();
    let fresh = json!({ "letters": own + tenant as usize });
    // Kept by the whole address, for all hosts.
    if shop.has(Hole::CdnCache) {
        let headers = [("cache-control", "private"), ("cdn-cache-control", "max-age=600")];
        return Ok((headers, Json(fresh)).into_response());
    }
    if !shop.has(Hole::Cache) || uri.query().is_some() {
        return Ok(Json(fresh).into_response());
    }
    Ok(Json(rows.report.get_or_insert(fresh).clone()).into_response())
}

#[derive(Deserialize)]
struct Billed {
    account: String,
    event: String,
}

pub(super) async fn webhook(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Answer {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.strip_suffix(".example.test").unwrap_or_default();
    let tenant = number(name).ok_or_else(|| Refusal(StatusCode::NOT_FOUND, "no such tenant".to_owned()))?;
    let is_good =
        |given: &HeaderValue| *given == *signature(name, &body) || shop.has(Hole::WebhookAnySignature);
    let signed = headers.get("x-signature").is_some_and(is_good);
    if !signed && !shop.has(Hole::WebhookUnsigned) {
        return Err(Refusal(StatusCode::UNAUTHORIZED, "not signed".to_owned()));
    }
    let billed: Billed =
        serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::BAD_REQUEST, "no event".to_owned()))?;
    let unknown = || Refusal(StatusCode::NOT_FOUND, "no such account".to_owned());
    let owner = billed.account.strip_prefix("acct_").and_then(number).ok_or_else(unknown)?;
    if owner != tenant && !shop.has(Hole::WebhookAccount) {
        return Err(unknown());
    }
    shop.rows().log.push((owner, billed.event));
    Ok(StatusCode::NO_CONTENT.into_response())
}
