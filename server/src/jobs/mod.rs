//! Work that no request waits for: one task per job, so that a slow one delays no other.

mod annual_inspection;
mod ask_registers;
mod call_webhook;
mod change_feed;
mod delegations;
mod dormancy;
mod follow_catalogue;
mod forget;
mod imports;
mod keep_lease;
mod lapse_proposals;
mod licence_notices;
mod publish;
mod renew_catalogue;
mod restore_accounts;
mod send_mail;
mod succession;
mod sweep;
mod unit_tasks;
mod watch_clock;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::App;
use crate::service::lease::Lease;

/// One job: it runs, waits its period, or until it is woken, and runs again.
struct Job {
    name: &'static str,
    /// From the end of one run to the beginning of the next.
    period: Duration,
    /// What wakes it before its period is over.
    wake: Option<fn(&App) -> &Notify>,
    /// Only the server that has this lease runs it; `None`: every server does.
    lease: Option<fn(&App) -> &Lease>,
    run: fn(Arc<App>) -> Run,
}

/// A run under way.
type Run = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

macro_rules! jobs {
    (@option) => { None };
    (@option $given:expr) => { Some($given) };
    ($($name:ident every $period:expr $(, under $lease:expr)? $(, woken by $wake:expr)?;)+) => {
        const JOBS: &[Job] = &[$(Job {
            name: stringify!($name),
            period: $period,
            wake: jobs!(@option $($wake)?),
            lease: jobs!(@option $($lease)?),
            run: |app| Box::pin(async move { $name::run(&app).await }),
        }),+];
    };
}

jobs! {
    // Half the second that a cache of another server may be stale.
    change_feed       every Duration::from_millis(500);
    keep_lease        every Duration::from_millis(500);
    publish           every Duration::from_millis(500), under PUBLISHER, woken by |app| &app.publisher.changed;
    annual_inspection every Duration::from_secs(60), under PUBLISHER;
    dormancy          every Duration::from_secs(60), under PUBLISHER;
    restore_accounts  every Duration::from_secs(10), under PUBLISHER;
    succession        every Duration::from_secs(10), under PUBLISHER;
    ask_registers     every Duration::from_secs(10), under PUBLISHER;
    licence_notices   every Duration::from_secs(60), under PUBLISHER;
    delegations       every Duration::from_secs(2), under PUBLISHER;
    unit_tasks        every Duration::from_secs(60), under PUBLISHER;
    send_mail         every Duration::from_secs(1), under PUBLISHER;
    call_webhook      every Duration::from_secs(1), under PUBLISHER;
    lapse_proposals   every Duration::from_secs(60), under PUBLISHER;
    // Changes within two seconds make one version.
    follow_catalogue  every Duration::from_secs(2), under PUBLISHER;
    renew_catalogue   every Duration::from_secs(60), under PUBLISHER;
    imports           every Duration::from_secs(1), under PUBLISHER, woken by |app| &app.imports;
    forget            every Duration::from_secs(60), under PUBLISHER;
    sweep             every Duration::from_secs(60);
    watch_clock       every Duration::from_millis(500);
}

/// One lease for all: a further one would be a further row to renew every second.
const PUBLISHER: fn(&App) -> &Lease = |app| &app.publisher.lease;

/// The running jobs; dropping this stops them.
#[derive(Debug)]
pub(crate) struct Jobs {
    _tasks: JoinSet<()>,
}

/// Starts every job on the current runtime.
pub(crate) fn start(app: &Arc<App>) -> Jobs {
    let mut tasks = JoinSet::new();
    for job in JOBS {
        tasks.spawn(repeat(job, Arc::clone(app)));
    }
    Jobs { _tasks: tasks }
}

async fn repeat(job: &'static Job, app: Arc<App>) {
    loop {
        match job.wake {
            Some(wake) => drop(tokio::time::timeout(job.period, wake(&app).notified()).await),
            None => tokio::time::sleep(job.period).await,
        }
        if job.lease.is_some_and(|lease| lease(&app).epoch().is_none()) {
            continue;
        }
        // What failed is tried again at the next turn: every job finds in the database what is still to be done.
        if let Err(error) = (job.run)(Arc::clone(&app)).await {
            tracing::error!(
                job = job.name,
                error = format!("{error:#}"),
                "the job failed; it is tried again"
            );
        }
    }
}
