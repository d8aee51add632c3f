//! The handlers. None of them can read or write without the scope, and none of them knows where it came from.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use tenancy_axum::{Member, Problem, Transaction};
use tenancy_diesel::insert_into;
use tenancy_pool::prelude::*;

use super::Connection;
use crate::schema::notes;

type Tx = Transaction<Connection, String>;

pub(crate) async fn list(
    Member(member): Member<String, String>,
    mut tx: Tx,
) -> Result<Json<Vec<String>>, Problem> {
    let titles = notes::table.scoped(&member).order(notes::title).select(notes::title);
    Ok(Json(titles.load(tx.begin().await?).await?))
}

pub(crate) async fn read(
    Member(member): Member<String, String>,
    mut tx: Tx,
    Path(title): Path<String>,
) -> Result<String, Problem> {
    let body = notes::table.scoped(&member).filter(notes::title.eq(title)).select(notes::body);
    Ok(body.first(tx.begin().await?).await?)
}

/// A note, as a client sends it: there is no tenant in it.
#[derive(Deserialize, Insertable)]
#[diesel(table_name = notes)]
pub(crate) struct NewNote {
    title: String,
    body: String,
}

pub(crate) async fn add(
    Member(member): Member<String, String>,
    mut tx: Tx,
    Json(note): Json<NewNote>,
) -> Result<StatusCode, Problem> {
    if member.details() != "editor" {
        return Err(Problem::forbidden("only editors write"));
    }
    insert_into(notes::table.scoped(&member)).values(&note).execute(tx.begin().await?).await?;
    Ok(StatusCode::CREATED)
}
