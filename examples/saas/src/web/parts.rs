//! What the program consists of.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use tenancy_axum::live::Topics;
use tenancy_axum::webhooks::{Secrets, Signature};
use tenancy_axum::{MembershipChanges, Problem};
use tenancy_diesel::Authority;
use tenancy_diesel::sealed_scopes::{ScopeKey, ScopeKeys, SealingAuthority};
use tokio::sync::Notify;

use crate::audit::{Pending, Trail};
use crate::cache::{self, Cache};
use crate::config::Config;
use crate::database::Database;
use crate::model::membership::Members;
use crate::model::{self, Scope, runs};
use crate::policy::Policies;
use crate::settings;
use crate::store::Files;

/// What names in caches, topics and stores begin with.
pub const NAMESPACE: &str = "saas";

pub struct App {
    pub db: Database,
    /// Admits, at the edge as well, and seals jobs.
    pub authority: SealingAuthority<Members>,
    pub policies: Policies,
    pub topics: Topics<String>,
    pub billing: Signature,
    /// Where people reach it: for links in messages.
    pub public_address: String,
    /// Woken by a new job.
    pub work: Notify,
    pub audit: Arc<Pending>,
    pub settings: settings::Kept,
    pub files: Files,
    /// What is in the links of invitations follows from it.
    links: hmac::Key,
    cache: Cache,
    changes: OnceLock<MembershipChanges>,
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    ///
    /// If the database, Redis or the store cannot be reached.
    pub async fn new(config: &Config) -> Result<Arc<Self>, Box<dyn Error + Send + Sync>> {
        let db = Database::open(config).await?;
        let (trail, pending) = Trail::new();
        let trail = Arc::new(trail);
        let members = Members::new(db.clone())?;
        let redis = cache::redis(config).await;
        let redis = redis.map_err(|error| format!("REDIS_URL cannot be used: {error}. Is Redis there?"))?;
        let keys = ScopeKeys::new("saas jobs", ScopeKey::new("1", &config.key("jobs"))?);
        Ok(Arc::new(Self {
            authority: Authority::new(members).with_audit_sink(Arc::clone(&trail)).sealing_with(keys),
            policies: Policies::new(redis.clone(), trail),
            topics: Topics::new(NAMESPACE, 64),
            billing: Signature::stripe(Secrets::one(&config.key_text("billing")))?,
            public_address: format!("http://{}", config.address),
            work: Notify::new(),
            audit: Arc::new(pending),
            cache: Cache::new(redis),
            settings: settings::Kept::new(&db)?,
            files: Files::open(config).await?,
            links: hmac::Key::new(hmac::HMAC_SHA256, &config.key("invitations")),
            changes: OnceLock::new(),
            db,
        }))
    }

    /// Takes note of where streams that are open are told that somebody has left.
    pub fn follow(&self, changes: MembershipChanges) {
        // A second service of the same parts has the first one's.
        let _ = self.changes.set(changes);
    }

    /// Somebody left an organisation, or is less there than before: what is open is looked at.
    pub fn left(&self) {
        if let Some(changes) = self.changes.get() {
            changes.all_changed();
        }
    }

    /// What is in the link of an invitation. It is kept nowhere: whose form came twice has the same link again.
    pub fn invitation_token(&self, scope: &Scope, id: &str) -> String {
        let signed = hmac::sign(&self.links, format!("{}/{id}", scope.tenant()).as_bytes());
        URL_SAFE_NO_PAD.encode(&signed.as_ref()[..24])
    }

    /// Writes the organisation's log, and says so to who is looking.
    pub async fn happened(&self, scope: &Scope, who: &str, what: &str) -> Result<(), Problem> {
        self.note(scope, who, what).await?;
        let names = scope.names(NAMESPACE).map_err(|error| Problem::internal(&error))?;
        self.cache.forget(names.cache_key(["totals"]).as_str()).await;
        let heard = self.topics.publish(scope, ["activity"], format!("{who} {what}"));
        heard.map(drop).map_err(|error| Problem::internal(&error))
    }

    /// What it is about is there already, and would be done twice if this were refused: a tenant that moves is waited for.
    async fn note(&self, scope: &Scope, who: &str, what: &str) -> Result<(), Problem> {
        for _ in 0..20 {
            match model::note(&self.db, scope, who, what).await.map_err(Problem::from) {
                Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                done => return done,
            }
        }
        Ok(model::note(&self.db, scope, who, what).await?)
    }

    /// The overview's figures, from the cache.
    pub async fn totals(&self, scope: &Scope) -> Result<(i64, i64, i64), Problem> {
        let names = scope.names(NAMESPACE).map_err(|error| Problem::internal(&error))?;
        let key = names.cache_key(["totals"]);
        if let Some(kept) = self.cache.get(key.as_str()).await {
            return Ok(kept);
        }
        let totals = runs::totals(&self.db, scope).await?;
        self.cache.keep(key.as_str(), totals, Duration::from_secs(30)).await;
        Ok(totals)
    }
}
