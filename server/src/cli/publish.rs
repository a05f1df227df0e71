//! `publish recover`: the way back after a clock that was wrong.

use clap::{Args, Subcommand};
use liangzheng_core::time::UnixTime;

use super::key::Installation;
use crate::domain::clock::{Clock, SystemClock};
use crate::service::publication::recover::{self, Newest};

/// What verifiers fetch.
#[derive(Debug, Subcommand)]
pub(super) enum PublishCommand {
    /// After a wrong clock: take back what was published ahead of the right time. 时钟出错后恢复发布
    Recover(Recover),
}

/// Options of `publish recover`.
#[derive(Debug, Args)]
pub(super) struct Recover {
    /// You have compared this machine's clock with another source, and it is right. 已核对本机时钟无误
    #[arg(long)]
    clock_is_right: bool,
    #[command(flatten)]
    installation: Installation,
}

/// Runs it.
pub(super) fn run(command: PublishCommand) -> anyhow::Result<()> {
    let PublishCommand::Recover(arguments) = command;
    super::block_on(async move {
        let db = arguments.installation.database().await?;
        let now = SystemClock.now();
        let Newest { lists, catalogue } = recover::newest(&db).await?;
        println!("this machine's clock: {}", told(now));
        for (name, at) in [("status lists", lists), ("catalogue", catalogue)] {
            let Some(at) = at else { continue };
            let ahead = at.since(now).0;
            let place = if ahead > 0 { format!("{ahead} s ahead") } else { "not ahead".into() };
            println!("newest {name}: {} ({place})", told(at));
        }
        if !arguments.clock_is_right {
            println!("nothing was changed. Compare this clock with another source; if it is right:");
            println!("next: `publish recover --clock-is-right`（核对时钟无误后再运行）");
            return Ok(());
        }
        recover::recover(&db, now).await?;
        db.close().await;
        println!("recovered: running servers publish again within a second; see /readyz（已恢复发布）");
        Ok(())
    })
}

fn told(at: UnixTime) -> String {
    jiff::Timestamp::from_second(at.0).map_or_else(|_| at.0.to_string(), |time| format!("{time} ({})", at.0))
}
