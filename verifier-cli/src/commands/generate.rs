//! Completions and man page, from the same definition as `--help`; packagers run these.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
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
    for mut command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()).cloned() {
        writeln!(page, ".SH {}", command.get_name().to_uppercase()).map_err(fault)?;
        let usage = command.render_long_help().to_string();
        writeln!(
            page,
            ".nf\n{}\n.fi",
            usage.replace('\\', "\\\\").replace("\n.", "\n\\&.").replace('-', "\\-")
        )
        .map_err(fault)?;
    }
    print(&page)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    io::stdout().write_all(text).map_err(|error| Failure::output(&error))?;
    Ok(Exit::Valid)
}
