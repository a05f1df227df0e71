//! Nothing is fetched while verifying: one file of the program knows the network, and only `sync` uses it.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

use std::{
    fs,
    path::{Path, PathBuf},
};

const NETWORK: &[&str] =
    &["ureq", "rustls", "std::net", "TcpStream", "TcpListener", "UdpSocket", "UnixStream", "::net::"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

#[test]
fn only_sync_fetch_touches_the_network() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    sources(&source, &mut files);
    assert!(files.len() > 20);
    for file in files {
        let name = file.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let words: Vec<_> = NETWORK.iter().filter(|word| text.contains(**word)).collect();
        assert_eq!(name == "sync/fetch.rs", !words.is_empty(), "{name}: {words:?}");
        // And nothing but `sync` itself, and main, which starts it, names the module. `sync/upload.rs` hands what
        // it sends to that one file, like everything else there.
        let names_it = ["crate::sync", "sync::run", "sync::upload", "mod sync", "mod fetch", " fetch::"]
            .iter()
            .any(|word| text.contains(word));
        assert_eq!(
            name == "main.rs" || name.starts_with("sync/"),
            names_it || name.starts_with("sync/"),
            "{name}"
        );
    }
}

#[test]
fn no_program_of_another_is_started_but_ffmpeg() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    sources(&source, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let starts_one = text.contains("Command::new(");
        let is_ffmpeg = file.ends_with("frames/ffmpeg.rs");
        assert_eq!(starts_one, is_ffmpeg, "{}", file.display());
    }
}
