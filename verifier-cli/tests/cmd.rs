//! The cases in `tests/cmd`, one behaviour a file. They run in a folder of codes and bundles made from core's
//! test world; `TRYCMD=overwrite cargo test -p liangzheng-verify --test cmd` writes down what is said now.

mod support;

#[test]
fn the_command_line_behaves_as_written_down() {
    let fixture = support::folder("cmd");
    support::write_fixture(&fixture);
    std::env::set_current_dir(&fixture).unwrap();
    trycmd::TestCases::new()
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1")
        // No ffmpeg, whatever this machine has.
        .env("PATH", "/nonexistent")
        .env("XDG_DATA_HOME", fixture.join("no-data").to_str().unwrap())
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/*.toml"));
}
