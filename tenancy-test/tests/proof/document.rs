//! The shop's OpenAPI document.

use serde_json::{Value, json};

pub(crate) fn shop() -> Value {
    let id = |name: &str, place: &str| json!({ "name": name, "in": place, "required": place == "path", "schema": { "type": "integer" } });
    let body =
        |media: &str, schema: Value| json!({ "required": true, "content": { media: { "schema": schema } } });
    let json_body = |schema: Value| body("application/json", schema);
    json!({
        "openapi": "3.1.0",
        "paths": {
            "/agents": {
                "get": { "parameters": [
                    id("manager_id", "query"),
                    { "name": "limit", "in": "query", "schema": { "type": "integer", "default": 50 } },
                    { "name": "q", "in": "query", "schema": { "type": "string" } },
                ] },
                "post": { "requestBody": json_body(json!({ "$ref": "#/components/schemas/NewAgent" })) },
            },
            "/agents/count": { "get": {} },
            "/agents/exists": { "get": { "parameters": [
                { "name": "name", "in": "query", "required": true, "schema": { "type": "string" } },
            ] } },
            "/agents/import": {
                "post": { "requestBody": json_body(json!({ "type": "array", "items": { "$ref": "#/components/schemas/NewAgent" } })) },
            },
            "/agents/{id}": {
                "parameters": [id("id", "path")],
                "get": {},
                "put": { "requestBody": json_body(json!({ "$ref": "#/components/schemas/NewAgent" })) },
                "delete": {},
            },
            "/agents/{id}/picture": {
                "parameters": [id("id", "path")],
                "post": { "requestBody": body("multipart/form-data", json!({
                    "type": "object",
                    "required": ["canvas_id", "file"],
                    "properties": { "canvas_id": { "type": "integer" }, "file": { "type": "string", "format": "binary" } },
                })) },
            },
            "/agents/{agent_id}/canvases/{canvas_id}": {
                "get": { "parameters": [id("agent_id", "path"), id("canvas_id", "path")] },
            },
            "/canvases": {
                "post": { "requestBody": json_body(json!({
                    "type": "object",
                    "required": ["title", "agent"],
                    "properties": {
                        "title": { "type": "string" },
                        "agent": { "type": "object", "required": ["id"], "properties": { "id": { "type": ["integer", "null"] } } },
                        "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } },
                    },
                })) },
            },
            "/canvases/archive": {
                "post": { "requestBody": json_body(json!({
                    "type": "object",
                    "required": ["canvas_ids"],
                    "properties": { "canvas_ids": { "type": "array", "items": { "type": "integer" } } },
                })) },
            },
            "/current": {
                "get": { "parameters": [id("X-Agent-Id", "header"), id("agent_id", "cookie")] },
            },
            "/export": { "get": {} },
            "/report": { "get": {} },
            "/webhooks/billing": {
                "post": { "requestBody": json_body(json!({
                    "type": "object",
                    "required": ["account", "event"],
                    "properties": { "account": { "type": "string" }, "event": { "type": "string" } },
                })) },
            },
        },
        "components": { "schemas": {
            "NewAgent": {
                "type": "object",
                "required": ["name"],
                "properties": { "name": { "type": "string", "maxLength": 60 }, "manager_id": { "anyOf": [{ "type": "integer" }, { "type": "null" }] } },
            },
            "Part": { "type": "object", "properties": { "label": { "type": "string" }, "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } } } },
        } },
    })
}
