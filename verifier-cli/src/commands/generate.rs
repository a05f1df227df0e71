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
    print(&page().map_err(|error| Failure::output(&error))?)
}

/// One page for the whole program: an inspector looks for one word, not for a page's name. So each command is a
/// section, and clap's list of pages that do not exist is left out.
fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let cli = Cli::command();
    let man = clap_mangen::Man::new(cli.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    cli.get_subcommands().try_for_each(|command| section(&mut page, "", command))?;
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
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
