//! Completions and man page, from the same definition as `--help`; packagers run these.

use std::io::{self, Write as _};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    args::Cli,
    error::{Exit, Failure},
};

pub(crate) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "liangzheng-verify", &mut script);
    print(&script)
}

pub(crate) fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    let fault = |error: io::Error| Failure::output(&error);
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(fault)?;
    // One page for the whole program: an inspector looks for one word, not for a page's name.
    let cli = Cli::command();
    cli.get_subcommands().try_for_each(|command| section(&mut page, "", command)).map_err(fault)?;
    print(&page)
}

/// The help of a command and of those below it.
fn section(page: &mut Vec<u8>, parent: &str, command: &Command) -> io::Result<()> {
    let name = format!("{parent}{}", command.get_name());
    writeln!(page, ".SH {}", name.to_uppercase())?;
    let usage = command.clone().bin_name(format!("liangzheng-verify {name}")).render_long_help().to_string();
    let escaped = usage.replace('\\', "\\\\").replace("\n.", "\n\\&.").replace('-', "\\-");
    writeln!(page, ".nf\n{escaped}\n.fi")?;
    command.get_subcommands().try_for_each(|below| section(page, &format!("{name} "), below))
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    io::stdout().write_all(text).map_err(|error| Failure::output(&error))?;
    Ok(Exit::Valid)
}
