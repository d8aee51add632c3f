//! A browser, by the few words of WebDriver that are needed. The clients that there are bring second versions of crates that are here already.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Chromium without a window, and its driver. Both end with this value, and what they kept is gone.
pub struct Browser {
    client: Client<HttpConnector, Body>,
    driver: Child,
    _profile: TempDir,
    session: String,
    site: String,
}

/// The key that goes from one field to the next.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";

/// What can be pressed and is less than 24 pixels high or wide.
const SMALL: &str = "return [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, nav a, .bar a')]
    .filter(one => { const { width, height } = one.getBoundingClientRect(); return width < 24 || height < 24; }).map(one => one.outerHTML)";

impl Browser {
    pub async fn open(site: &str, with_scripts: bool) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0").stdout(Stdio::piped()).env("TMPDIR", profile.path());
        // In a group of its own, which all that it starts is in as well.
        let driver = driver.process_group(0).spawn();
        let mut driver = driver.expect("chromedriver is installed: Debian's package is `chromium-driver`");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            line.split_once("successfully on port ").map(|(_, rest)| rest.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says where it listens");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut browser = Self {
            client,
            driver,
            _profile: profile,
            session: format!("http://127.0.0.1:{port}/session"),
            site: site.to_owned(),
        };
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments }, "unhandledPromptBehavior": "accept"
        } } });
        let session = browser.ask("POST", "", wanted).await;
        browser.session += &format!("/{}", session["sessionId"].as_str().expect("a session"));
        if !with_scripts {
            browser.chromium("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        }
        browser
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.session))
            .header("content-type", "application/json");
        let body = if method == "GET" { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.client.request(request.body(body).unwrap()).await.expect("chromedriver answers");
        let is_good = answer.status().is_success();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let mut answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(is_good, "{method} {path}: {}", answer["value"]["message"]);
        answer["value"].take()
    }

    /// A command of Chromium's own protocol.
    async fn chromium(&self, command: &str, params: Value) -> Value {
        self.ask("POST", "/goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    pub async fn go(&self, path: &str) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.site) };
        self.ask("POST", "/url", json!({ "url": url })).await;
    }

    /// The path of where it is.
    pub async fn path(&self) -> String {
        let url = self.ask("GET", "/url", Value::Null).await;
        url.as_str().unwrap().replacen(&self.site, "", 1)
    }

    pub async fn eval(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// What a person reads.
    pub async fn text(&self) -> String {
        self.eval("return document.body.innerText").await.as_str().unwrap().to_owned()
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: &str) {
        let mut steps = Vec::new();
        for key in keys.chars() {
            steps.push(json!({ "type": "keyDown", "value": key }));
            steps.push(json!({ "type": "keyUp", "value": key }));
        }
        self.ask(
            "POST",
            "/actions",
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": steps }] }),
        )
        .await;
    }

    /// Presses a key some times, while nothing has answered yet. In one command: between two, the driver waits for the page.
    pub async fn press_impatiently(&self, key: &str, times: usize) {
        let press = [
            json!({ "type": "keyDown", "value": key }),
            json!({ "type": "keyUp", "value": key }),
            json!({ "type": "pause", "duration": 300 }),
        ];
        let steps = vec![press; times].concat();
        self.ask(
            "POST",
            "/actions",
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": steps }] }),
        )
        .await;
    }

    /// Goes to what matches by the tabulator alone, and sees that one sees where one is.
    pub async fn tab_to(&self, selector: &str) {
        let quoted = Value::from(selector).to_string();
        for _ in 0..80 {
            if self.eval(&format!("return document.activeElement.matches({quoted})")).await == true {
                let outline = self
                    .eval("const style = getComputedStyle(document.activeElement); return style.outlineStyle")
                    .await;
                assert_ne!(outline, "none", "{selector} has the focus, and nobody sees it");
                return;
            }
            self.press(TAB).await;
        }
        panic!("no key leads to {selector} at {}", self.path().await);
    }

    /// Types into a field that the tabulator leads to.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.tab_to(selector).await;
        self.press(text).await;
    }

    /// Presses a button that the tabulator leads to, and waits for the page that comes.
    pub async fn push(&self, selector: &str) {
        self.tab_to(selector).await;
        self.eval("document.documentElement.dataset.old = 1").await;
        self.press(ENTER).await;
        for _ in 0..100 {
            let is_there = self
                .eval("return document.readyState === 'complete' && !document.documentElement.dataset.old")
                .await;
            if is_there == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{selector} leads nowhere");
    }

    /// From now on an answer takes so long to begin; `None`: nothing answers at all.
    pub async fn network(&self, latency: Option<u64>) {
        self.chromium("Network.enable", json!({})).await;
        let (offline, latency) = (latency.is_none(), latency.unwrap_or(0));
        let conditions = json!({ "offline": offline, "latency": latency, "downloadThroughput": 50_000, "uploadThroughput": 50_000 });
        self.chromium("Network.emulateNetworkConditions", conditions).await;
    }

    /// Loads the page again, as people do when something went wrong, and says yes where the browser asks whether to send the form again.
    pub async fn reload(&self) {
        self.ask("POST", "/refresh", json!({})).await;
    }

    /// Takes pictures of a desk's and of a phone's width, and sees that nothing stands beyond the edge.
    pub async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        std::fs::create_dir_all(&folder).unwrap();
        for width in [1280, 390] {
            let screen =
                json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500 });
            self.chromium("Emulation.setDeviceMetricsOverride", screen).await;
            let reaches = self.eval("return document.documentElement.scrollWidth").await;
            assert!(reaches.as_i64().unwrap() <= width, "{name} is {reaches} wide on a screen of {width}");
            // What is pressed is large enough for a finger: WCAG 2.2, 2.5.8. A link in a sentence is as high as its line.
            let small = self.eval(SMALL).await;
            assert_eq!(small, json!([]), "{name}: too small to be pressed at {width}");
            let picture =
                self.chromium("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
            let bytes =
                base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
            std::fs::write(folder.join(format!("{name}-{width}.png")), bytes).unwrap();
        }
        self.chromium("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }

    pub async fn close(self) {
        self.ask("DELETE", "", json!({})).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Also where a test has failed: the driver alone would leave its Chromium behind.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.driver.wait();
    }
}
