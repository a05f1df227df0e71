//! `liangzheng-verify`: the verifier on a command line, a thin shell around `liangzheng-core`.
//!
//! Every rule about tokens lives in core; this program reads codes, keeps the bundle of lists on disk, and
//! writes the verdict. Nothing is fetched while verifying: `sync` is the only module that knows the network.

mod args;
mod bundle;
mod clock;
mod commands;
mod draw;
mod error;
mod fault;
mod frames;
mod input;
mod judge;
mod lock;
mod output;
mod patrol;
mod picture;
mod receipts;
mod replay;
mod report;
mod stop;
mod sync;
mod usage;
mod utf16;
mod wedge;
mod words;

use std::{
    ffi::OsString,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    thread,
};

use args::{Cli, Command, ReceiptsAction};
use clock::Clock;
use error::{Exit, Failure};
use words::Lang;

/// A verdict is made of some two hundred small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command needs to know beside its own arguments.
struct Shell {
    lang: Lang,
    json: bool,
    clock: Clock,
    bundle: bundle::Folder,
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let cli = match usage::parse(&args) {
        Ok(cli) => cli,
        Err(exit) => return exit.into(),
    };
    let lang = cli.global.lang.unwrap_or_else(Lang::of_locale);
    panic::set_hook(Box::new(|info| {
        // The picture decoder runs on a thread of its own, and a picture it stumbles over holds no code.
        if thread::current().name() != Some(picture::DECODER_THREAD) {
            eprintln!("liangzheng-verify: error: 程序故障 · internal fault: {info}");
            eprintln!("hint: 请连同输入一起报告此故障 · please report this, with its input");
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(cli, lang)));
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            failure.print(lang);
            failure.exit.into()
        }
        Err(_) => Exit::Internal.into(),
    }
}

fn run(cli: Cli, lang: Lang) -> Result<Exit, Failure> {
    let Cli { global, command } = cli;
    let shell = || -> Result<Shell, Failure> {
        let bundle = bundle::Folder::locate(global.bundle.clone())?;
        Ok(Shell { lang, json: global.json, clock: Clock::new(global.now), bundle })
    };
    match command {
        Command::Verify { input, expect, keep, seal_trust } => {
            commands::verify::run(&shell()?, &input, &expect, &keep, seal_trust.as_deref())
        }
        Command::Scan { input, expect, keep, watch, ask, rp, png, brief } => {
            // clap has seen to it that `--ask` has its unit.
            let ask = rp.filter(|_| ask).map(|rp| commands::scan::Ask { rp, png });
            commands::scan::run(
                &shell()?,
                &commands::scan::Order { input, expect, keep, watch, ask, is_brief: brief },
            )
        }
        Command::Batch { file, expect } => commands::batch::run(&shell()?, &file, &expect),
        Command::Sync { server, root, ca } => sync::run(&shell()?, &server, root.as_deref(), ca.as_deref()),
        Command::Bundle { patrol, action } => commands::bundle::run(&shell()?, patrol, action.as_ref()),
        Command::Challenge { scene, rp, png } => {
            commands::challenge::run(&shell()?, &scene, &rp, png.as_deref())
        }
        Command::Inspect { text } => commands::inspect::run(&text, lang, global.json),
        Command::Receipts { action } => match action {
            ReceiptsAction::List { kept } => commands::receipts::list(&shell()?, &kept.receipts),
            ReceiptsAction::Export { kept, csv } => {
                commands::receipts::export(&shell()?, &kept.receipts, &csv)
            }
            ReceiptsAction::Prune { kept } => commands::receipts::clear_out(&shell()?, &kept.receipts),
            ReceiptsAction::Upload { kept, server, token_file, ca } => {
                sync::upload::run(&shell()?, &kept.receipts, &server, &token_file, ca.as_deref())
            }
        },
        Command::Doctor { patrol, scene, replay_cache, receipts } => {
            let wanted = commands::doctor::Wanted { patrol, scene, replay_cache, receipts };
            commands::doctor::run(&shell()?, &wanted)
        }
        Command::Completions { shell } => commands::generate::completions(shell),
        Command::Man => commands::generate::man(),
    }
}
