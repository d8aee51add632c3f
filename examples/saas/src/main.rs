//! `cargo run -p saas`: on SQLite, with two organisations to begin with. The README says what can be set.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use saas::config::Config;
use saas::database::{Login, PASSWORD};
use saas::web::{App, service};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::WARN).init();
    let mut config = Config::from_env()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only_makes_it = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--once"] => true,
        ["--schema", name] => {
            saas::database::make_schema(&config, name).await?;
            let manifest = config.data.join("tenancy.json");
            println!("the schema {name} is there, and nobody's. The manifest: {}", manifest.display());
            return Ok(());
        }
        _ => {
            return Err(format!(
                "{} is no argument: there are --once and --schema NAME, and variables, which the README has",
                arguments.join(" ")
            )
            .into());
        }
    };
    let listener = match TcpListener::bind(&config.address).await {
        Ok(listener) => listener,
        Err(error) => {
            return Err(format!(
                "{} cannot be listened at: {error}. Set SAAS_ADDRESS to another address.",
                config.address
            )
            .into());
        }
    };
    config.address = listener.local_addr()?.to_string();
    let app = App::new(&config).await?;
    let (router, _) = service(&app)?;
    tokio::spawn(Arc::clone(&app).work_on());
    tokio::spawn(write_audit(Arc::clone(&app)));
    tokio::spawn(notice_moves(Arc::clone(&app)));
    if only_makes_it {
        // Everything is there: for who only wants to know that.
        return Ok(());
    }
    println!("http://{}   (data: {})", config.address, config.data.display());
    for login in Login::ALL {
        let belongs = login
            .belongs_to
            .iter()
            .map(|(slug, role)| format!("{role} of /o/{slug}"))
            .collect::<Vec<_>>()
            .join(", ");
        println!(
            "  {:<22} {PASSWORD}   {}",
            login.email,
            if login.is_staff { "operator: /operator" } else { &belongs }
        );
    }
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    // What is under way is finished; a stream that stays open ends with the program.
    let ended = async { drop(tokio::signal::ctrl_c().await) };
    tokio::select! {
        served = axum::serve(listener, service) => served?,
        () = ended => {}
    }
    app.audit.write(&app.db).await?;
    Ok(())
}

async fn write_audit(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Err(error) = app.audit.write(&app.db).await {
            tracing::error!(%error, "the audit trail is not written");
        }
    }
}

async fn notice_moves(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        if let Err(error) = saas::model::places::notice(&app).await {
            tracing::error!(%error, "it is not known where all organisations are");
        }
    }
}
