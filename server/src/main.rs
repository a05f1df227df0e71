//! The server's command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    liangzheng_server::cli::main()
}
