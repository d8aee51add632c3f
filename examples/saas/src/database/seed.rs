//! What there is to begin with: two organisations, and people who belong to them.

use std::error::Error;
use std::fmt::Write as _;

use uuid::Uuid;

use crate::config::Config;
use crate::{clock, password};

/// Everybody's password. Yours has nobody to begin with.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who can sign in.
pub struct Login {
    pub email: &'static str,
    pub name: &'static str,
    pub is_staff: bool,
    /// The addresses of organisations, with the role there.
    pub belongs_to: &'static [(&'static str, &'static str)],
}

impl Login {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self {
            email: "ada@acme.example",
            name: "Ada",
            is_staff: false,
            belongs_to: &[("acme", "owner"), ("globex", "member")],
        },
        Self { email: "alan@acme.example", name: "Alan", is_staff: false, belongs_to: &[("acme", "member")] },
        Self {
            email: "grace@globex.example",
            name: "Grace",
            is_staff: false,
            belongs_to: &[("globex", "owner")],
        },
        Self { email: "olga@saas.example", name: "Olga", is_staff: true, belongs_to: &[] },
    ];
}

/// Parts of this program that act for every tenant that is active: each is a member, and so is refused where it is none.
const SERVICES: [&str; 2] = [crate::model::SCHEDULER, crate::model::BILLING];

pub(super) fn statements(_: &Config) -> Result<String, Box<dyn Error + Send + Sync>> {
    let (mut sql, now) = (String::new(), clock::now());
    let id = || Uuid::now_v7().to_string();
    let people: Vec<(String, &Login)> = Login::ALL.iter().map(|login| (id(), login)).collect();
    for (person, login) in &people {
        let hash = password::hash(PASSWORD)?;
        let Login { email, name, is_staff, .. } = login;
        writeln!(
            sql,
            "INSERT INTO accounts VALUES ('{person}', '{email}', '{name}', '{hash}', {is_staff});"
        )?;
    }
    for (slug, name, plan, agent, project, tasks) in [
        (
            "acme",
            "Acme",
            "studio",
            "Scribe of Acme",
            "Spring catalogue",
            ["Write the texts", "Choose the pictures"],
        ),
        (
            "globex",
            "Globex",
            "free",
            "Sketcher of Globex",
            "Annual report",
            ["Collect the figures", "Draw the charts"],
        ),
    ] {
        let (tenant, agent_id, project_id) = (id(), id(), id());
        writeln!(
            sql,
            "INSERT INTO organisations VALUES ('{tenant}', '{slug}', '{name}', '{plan}', 'active', 'account-of-{slug}', {now});"
        )?;
        for service in SERVICES {
            writeln!(
                sql,
                "INSERT INTO memberships VALUES ('{tenant}', '{service}', '{slug}', '{service}', '', 'service', NULL);"
            )?;
        }
        for (person, login) in &people {
            for (_, role) in login.belongs_to.iter().filter(|(at, _)| *at == slug) {
                writeln!(
                    sql,
                    "INSERT INTO memberships VALUES ('{tenant}', '{person}', '{slug}', '{}', '{}', '{role}', NULL);",
                    login.name, login.email
                )?;
            }
        }
        writeln!(
            sql,
            "INSERT INTO agents VALUES ('{tenant}', '{agent_id}', '{agent}', 'Be brief, and say where it is from.', {now});"
        )?;
        writeln!(
            sql,
            "INSERT INTO canvases VALUES ('{tenant}', '{}', '{agent_id}', 'First drafts of {name}');",
            id()
        )?;
        writeln!(sql, "INSERT INTO projects VALUES ('{tenant}', '{project_id}', '{project}', {now});")?;
        for task in tasks {
            writeln!(
                sql,
                "INSERT INTO tasks VALUES ('{tenant}', '{}', '{project_id}', NULL, NULL, '{task} of {name}', '', 'open', {now});",
                id()
            )?;
        }
        for day in 1..=14 {
            let executions = (day * 7) % 11;
            writeln!(sql, "INSERT INTO usage VALUES ('{tenant}', {}, {executions});", clock::day(now) - day)?;
        }
    }
    Ok(sql)
}
