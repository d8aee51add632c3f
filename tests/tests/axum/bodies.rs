//! A layer of ours around services that are no router: any body goes in, and any comes out.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::{BodyExt as _, Empty, Full};
use tenancy_axum::resolve::{Directory, TenantHeader};
use tenancy_diesel::Scoped;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};

use super::app::{Members, bearer, edge};

#[tokio::test]
async fn the_edge_is_a_layer_of_any_service() {
    let edge =
        edge(&Members::new()).resolver(TenantHeader::named("x-tenant".parse().unwrap(), Directory::ids()));
    let service = service_fn(|request: Request<Empty<Bytes>>| async move {
        let scope = request.extensions().get::<Scoped<i32>>().expect("a scope");
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(scope.tenant().to_string()))))
    });
    let service = ServiceBuilder::new().layer(edge.layer()).service(service);
    let ask = async |tenant: &str| {
        let request = Request::builder().header("authorization", bearer("ada")).header("x-tenant", tenant);
        let response = service.clone().oneshot(request.body(Empty::new()).unwrap()).await.unwrap();
        (response.status().as_u16(), response.into_body().collect().await.unwrap().to_bytes())
    };
    assert_eq!(ask("1").await, (200, "1".into()));
    assert_eq!(ask("2").await.0, 404);
}
