//! Files in a bucket, of a server that speaks S3. F16.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use saas::config::Config;
use saas::web::App;

use crate::client::Product;

/// A server of the test's own, with one bucket.
struct S3 {
    server: Child,
    url: String,
}

impl S3 {
    async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let program = std::env::var("MOTO_SERVER").unwrap_or_else(|_| "moto_server".to_owned());
        let mut server = Command::new(program);
        server.args(["-H", "127.0.0.1", "-p", &port]).stdout(Stdio::null()).stderr(Stdio::null());
        let server = server.spawn().expect("moto_server is installed: pip install 'moto[s3,server]'");
        let s3 = Self { server, url: format!("http://127.0.0.1:{port}") };
        for _ in 0..600 {
            if s3.ask(Method::PUT, "/saas-files").await.is_some_and(|(status, _)| status == StatusCode::OK) {
                return s3;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("moto_server does not answer");
    }

    /// Asks it without the product.
    async fn ask(&self, method: Method, path: &str) -> Option<(StatusCode, String)> {
        let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        let answer = client.request(request.body(Body::empty()).unwrap()).await.ok()?;
        let status = answer.status();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, String::from_utf8_lossy(&body).into_owned()))
    }

    fn configure(&self, config: &mut Config, bucket: &str) {
        config.s3_url = Some(format!("s3://{bucket}"));
        let options = [
            ("AWS_ENDPOINT", self.url.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "nobody"),
            ("AWS_SECRET_ACCESS_KEY", "nothing"),
            ("AWS_PROFILE", "of another program"),
        ];
        config.s3_options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto_server: pip install 'moto[s3,server]'"]
async fn f16_files_are_in_a_bucket_below_the_names_of_their_organisations() {
    let s3 = S3::start().await;
    let product = Product::made(|config| s3.configure(config, "saas-files")).await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut grace = product.signed_in("grace@globex.example").await;
    let tasks = ada.get("/o/acme/tasks").await;
    let task = format!("/o/acme/tasks/{}", tasks.between("/o/acme/tasks/", '"'));
    let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"plan.txt\"\r\n\r\nsecret of acme\r\n--x--\r\n";
    let form = Some(("multipart/form-data; boundary=x", body.to_owned()));
    let sent = ada.send(Method::POST, &format!("{task}/uploads"), form, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let id = ada.get(&task).await.between("/o/acme/uploads/", '"');
    assert_eq!(ada.get(&format!("/o/acme/uploads/{id}")).await.body, "secret of acme");
    assert_eq!(grace.get(&format!("/o/globex/uploads/{id}")).await.status, StatusCode::NOT_FOUND);

    // An export of several parts: they have five megabytes.
    let acme = product.tenant("acme").await;
    let sql = format!("UPDATE tasks SET notes = '{}' WHERE tenant_id = '{acme}'", "long ".repeat(1_500_000));
    product.sql(&sql).await;
    for (person, slug) in [(&mut ada, "acme"), (&mut grace, "globex")] {
        person.post(&format!("/o/{slug}/exports"), &[]).await;
    }
    assert_eq!(product.app.work_through().await, 2);
    for (person, slug, own, least) in
        [(&mut ada, "acme", "of Acme", 15_000_000), (&mut grace, "globex", "of Globex", 100)]
    {
        let page = person.get(&format!("/o/{slug}/exports")).await;
        let export = page.between(&format!("/o/{slug}/exports/"), '"');
        let export = person.get(&format!("/o/{slug}/exports/{export}")).await.body;
        assert!(export.contains(own) && export.len() > least, "{}", export.len());
        assert_eq!(export.lines().count(), 4, "an agent, a project, two tasks");
    }

    let globex = product.tenant("globex").await;
    let (_, listed) = s3.ask(Method::GET, "/saas-files?list-type=2").await.unwrap();
    let names: Vec<_> = listed.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let of = |tenant: &str| names.iter().filter(|name| name.contains(tenant)).count();
    assert_eq!((of(&acme.to_string()), of(&globex.to_string())), (2, 1), "{names:?}");
    assert!(!product.folder().join("files").exists());

    // Gone, it is an error that says so; and nothing is said to be kept that is not.
    drop(s3);
    let lost = ada.get(&format!("/o/acme/uploads/{id}")).await;
    assert_eq!(lost.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", lost.body);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto_server: pip install 'moto[s3,server]'"]
async fn a_bucket_that_is_not_there_is_said_at_the_start() {
    let s3 = S3::start().await;
    let data = tempfile::tempdir().unwrap();
    for (bucket, plain) in [("nobodys", true), ("saas-files", false)] {
        let mut config = Config::in_folder(data.path().to_owned()).unwrap();
        s3.configure(&mut config, bucket);
        config.s3_options.retain(|(name, _)| plain || name != "AWS_ALLOW_HTTP");
        let Err(error) = App::new(&config).await else { panic!("{bucket} is used") };
        assert!(error.to_string().contains("S3_URL"), "{error}");
    }
}
