//! nginx in front: what it forwards counts, what clients write into the same headers does not, and its cache keeps no tenant's page. L65, L69.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get as route;
use tenancy_axum::resolve::{Directory, Subdomain};
use tenancy_axum::{Origin, Tenant, TrustedProxies};
use tokio::net::{TcpListener, TcpStream};

use super::app::{Members, Slugs, bearer, edge};
use super::http::{get, serve};

/// A server of the test's own, in a folder of its own.
struct Nginx {
    process: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Nginx {
    /// Starts one that sends everything to `upstream`, from 127.0.0.2, with these directives. `None` where nginx is not installed.
    async fn start(upstream: SocketAddr, directives: &str) -> Option<Self> {
        let program =
            ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"];
        let Some(program) = program.iter().map(PathBuf::from).find(|path| path.is_file()) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "nginx is not installed: `cargo xtask test` installs it"
            );
            eprintln!("skipped: nginx is not installed");
            return None;
        };
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tenancy_nginx_{}_{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // Free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let configuration = format!(
            "daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
             events {{ worker_connections 64; }}
             http {{
                 access_log off;
                 client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
                 uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                 proxy_cache_path {folder}/cache keys_zone=pages:1m;
                 server {{
                     listen {address};
                     location / {{
                         proxy_pass http://{upstream};
                         proxy_bind 127.0.0.2;
                         {directives}
                     }}
                 }}
             }}",
            folder = folder.display()
        );
        let file = folder.join("nginx.conf");
        fs::File::create(&file).unwrap().write_all(configuration.as_bytes()).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(&folder).arg("-c").arg(&file).arg("-e").arg(folder.join("error.log"));
        let process = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx starts");
        let nginx = Self { process, folder, address };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return Some(nginx);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "nginx does not listen: {}",
            fs::read_to_string(nginx.folder.join("error.log")).unwrap_or_default()
        );
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn whose(Tenant(scope): Tenant<i32>, origin: axum::Extension<Origin>) -> String {
    let client = origin.client.map(|address| address.to_string()).unwrap_or_default();
    format!("{} {client} {:?}", scope.tenant(), origin.https)
}

fn app(proxies: TrustedProxies) -> Router {
    let subdomain = Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap();
    let edge = edge(&Members::new()).resolver(subdomain).trusted_proxies(proxies);
    // A handler that means well, and one outside of the edge that may be cached.
    let page = async |Tenant(scope): Tenant<i32>, headers: HeaderMap| {
        let body = format!("{} {}", scope.tenant(), headers.len());
        ([("cache-control", "public, max-age=60"), ("x-accel-expires", "60")], body)
    };
    let common = async || {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        ([("cache-control", "public, max-age=60")], NUMBER.fetch_add(1, Ordering::SeqCst).to_string())
    };
    Router::new()
        .route("/", route(whose))
        .route("/page", route(page))
        .layer(edge.layer())
        .route("/common", route(common))
}

#[tokio::test(flavor = "multi_thread")]
async fn l69_a_clients_forwarded_host_does_not_count_behind_nginx_or_beside_it() {
    let upstream = serve(app(TrustedProxies::x_forwarded(["127.0.0.2"]).unwrap())).await;
    let forward = "proxy_set_header Host inside; proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;";
    let sam = bearer("sam");
    let spoofed = [
        ("authorization", sam.as_str()),
        ("x-forwarded-host", "globex.example.com"),
        ("forwarded", "host=globex.example.com"),
        ("x-forwarded-for", "10.1.1.1"),
        ("x-forwarded-proto", "https"),
    ];
    let ask = async |address, host| {
        let headers: Vec<_> = std::iter::once(("host", host)).chain(spoofed).collect();
        get(address, "/", &headers).await
    };
    // Beside it: 127.0.0.1 is no proxy of ours.
    let direct = ask(upstream, "acme.example.com").await;
    assert_eq!(direct.body, "1 127.0.0.1 None");
    assert_eq!(ask(upstream, "inside").await.status, 404);
    let Some(nginx) = Nginx::start(upstream, forward).await else { return };
    let answer = ask(nginx.address, "acme.example.com").await;
    assert_eq!(answer.body, "1 127.0.0.1 Some(false)", "{answer:?}");
    assert!(answer.header("vary").contains("x-forwarded-host"), "{answer:?}");
    assert_eq!(ask(nginx.address, "Globex.example.com.:80").await.body, "2 127.0.0.1 Some(false)");

    // The same by `Forwarded`.
    let upstream = serve(app(TrustedProxies::forwarded(["127.0.0.2"]).unwrap())).await;
    let forward = "proxy_set_header Host inside; proxy_set_header Forwarded \"$http_forwarded, for=$remote_addr;host=\\\"$host\\\";proto=$scheme\";";
    let Some(nginx) = Nginx::start(upstream, forward).await else { return };
    assert_eq!(ask(nginx.address, "acme.example.com").await.body, "1 127.0.0.1 Some(false)");
}

/// A cache whose key has no host and no credential in it, as the one of L65.
#[tokio::test(flavor = "multi_thread")]
async fn l65_a_cache_in_front_keeps_no_tenants_page() {
    let upstream = serve(app(TrustedProxies::x_forwarded(["127.0.0.2"]).unwrap())).await;
    let cached = "proxy_set_header X-Forwarded-Host $host; proxy_cache pages; proxy_cache_key $uri; proxy_cache_valid 200 60s;
        add_header X-Cache $upstream_cache_status always;";
    let Some(nginx) = Nginx::start(upstream, cached).await else { return };
    let ask = async |path, host: &str, who: &str| {
        get(nginx.address, path, &[("host", host), ("authorization", &bearer(who))]).await
    };
    // It does keep what may be kept.
    let first = ask("/common", "acme.example.com", "ada").await;
    let second = ask("/common", "globex.example.com", "zoe").await;
    assert_eq!((&first.body, second.header("x-cache").as_str()), (&second.body, "HIT"), "{second:?}");
    for _ in 0..2 {
        let acmes = ask("/page", "acme.example.com", "ada").await;
        let globexs = ask("/page", "globex.example.com", "zoe").await;
        assert!(acmes.body.starts_with("1 ") && globexs.body.starts_with("2 "), "{acmes:?} {globexs:?}");
        assert_eq!((acmes.header("x-cache").as_str(), globexs.header("x-cache").as_str()), ("MISS", "MISS"));
        assert_eq!(acmes.header("cache-control"), "private, max-age=60");
        assert_eq!(ask("/page", "globex.example.com", "ada").await.status, 404);
    }
    // Nor a refusal.
    assert_eq!(ask("/", "acme.example.com", "zoe").await.status, 404);
    let answer = ask("/", "acme.example.com", "ada").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control").as_str()), (200, "no-store"));
}
