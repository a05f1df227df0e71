//! The server's command line.

use std::process::ExitCode;

/// Many small pieces of memory come and go with each request.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    liangzheng_server::cli::main()
}
