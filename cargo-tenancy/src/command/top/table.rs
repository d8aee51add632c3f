//! What `top` prints for people.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use tenancy_operate::activity::Usage;

use super::Told;

const BOLD: Style = Style::new().bold();
const NOISY: Style = AnsiColor::Red.on_default().bold();

pub(super) fn write(out: &mut dyn Write, told: &Told, top: usize) -> std::io::Result<()> {
    let activity = &told.activity;
    let shown = &activity.tenants[..activity.tenants.len().min(top)];
    let width = shown.iter().map(|tenant| tenant.tenant.chars().count()).max().unwrap_or(0).max(10);
    writeln!(
        out,
        "{BOLD}{:width$}  {:>11}  {:>6}  {:>7}  {:>10}  {:>8}  {:>8}  {:>8}{BOLD:#}",
        "tenant", "connections", "active", "in tx", "statements", "time", "waiting", "longest"
    )?;
    let mut line = |name: &str, usage: &Usage| {
        writeln!(
            out,
            "{name:width$}  {:>11}  {:>6.1}  {:>7}  {:>10}  {:>7.1}s  {:>7.1}s  {:>7.1}s",
            usage.connections,
            usage.active_sessions,
            usage.idle_in_transaction,
            usage.statements,
            usage.active_seconds,
            usage.waiting_seconds,
            usage.longest_statement_seconds
        )
    };
    for tenant in shown {
        line(&tenant.tenant, &tenant.usage)?;
    }
    line("unlabelled", &activity.unlabelled)?;
    if activity.tenants.len() > shown.len() {
        writeln!(out, "and {} tenants more", activity.tenants.len() - shown.len())?;
    }
    if activity.tenants.is_empty() {
        writeln!(out, "no session says whose it is: does the pool have `label_sessions()`?")?;
    }
    if let Some(noisy) = &activity.noisy_neighbour {
        let share = noisy.share * 100.0;
        writeln!(
            out,
            "{NOISY}noisy neighbour{NOISY:#}: the tenant {} has {share:.0} % of the time in tenants' statements",
            noisy.tenant
        )?;
    }
    let Some(stock) = &told.stock else { return Ok(()) };
    let shown = &stock.tenants[..stock.tenants.len().min(top)];
    writeln!(out, "\n{BOLD}{:width$}  {:>11}  {:>12}{BOLD:#}", "tenant", "rows", "about bytes")?;
    for tenant in shown {
        writeln!(out, "{:width$}  {:>11}  {:>12}", tenant.tenant, tenant.rows, tenant.bytes)?;
    }
    for table in &stock.not_counted {
        writeln!(out, "not counted: {}: {}", table.table, table.because)?;
    }
    Ok(())
}
