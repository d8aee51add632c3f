//! What Prometheus is given, read by a parser of its format.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use prometheus_parse::{Sample, Scrape, Value};

use crate::load::{NOISY, database, load};

/// Ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn scrape(address: &str) -> (String, Scrape) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(
            format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
        )
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(body.trim_end().ends_with("# EOF"), "{body}");
    let lines = body.lines().map(|line| Ok::<_, std::io::Error>(line.to_owned()));
    (head.to_owned(), Scrape::parse(lines).unwrap())
}

fn number(sample: &Sample) -> f64 {
    match sample.value {
        Value::Gauge(number) | Value::Untyped(number) => number,
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_the_tenants_that_use_most_and_the_rest_as_one() {
    let database = database("top_served");
    let _load = load(&database, &NOISY).await;
    let url = format!("{}?sslmode=disable", database.superuser_url());
    let arguments = ["top", "--serve", "127.0.0.1:0", "--interval", "2s", "--top", "2", "--rows"];
    let mut serving = Served(database.command(&arguments, &url).stderr(Stdio::piped()).spawn().unwrap());
    let mut said = String::new();
    BufReader::new(serving.0.stderr.take().unwrap()).read_line(&mut said).unwrap();
    let address =
        said.trim().strip_prefix("serving at http://").and_then(|rest| rest.strip_suffix("/metrics"));
    let address = address.unwrap_or_else(|| panic!("{said}")).to_owned();
    let (head, scrape) = tokio::task::spawn_blocking(move || scrape(&address)).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/openmetrics-text"), "{head}");
    let of = |metric: &str| -> Vec<(String, String, f64)> {
        let found = scrape.samples.iter().filter(|sample| sample.metric == metric);
        let label = |sample: &Sample, name: &str| sample.labels.get(name).unwrap_or_default().to_owned();
        found.map(|sample| (label(sample, "kind"), label(sample, "tenant"), number(sample))).collect()
    };
    let active = of("tenancy_active_sessions");
    let kinds = |kind: &str| active.iter().filter(|(found, ..)| found == kind).count();
    assert_eq!((kinds("tenant"), kinds("other"), kinds("unlabelled")), (2, 1, 1), "{active:?}");
    assert!(active.iter().any(|(_, tenant, number)| tenant == "1" && *number > 2.5), "{active:?}");
    let noisy = of("tenancy_noisy_neighbour_share");
    assert!(noisy.len() == 1 && noisy[0].1 == "1" && noisy[0].2 > 0.5, "{noisy:?}");
    assert_eq!(of("tenancy_rows").len(), 3, "two tenants and the others");
    assert!(of("tenancy_window_seconds")[0].2 >= 2.0);
}
