//! Puts the npm package together around the modules: wrapper, element, texts, styles, and the hashes of it all.
//!
//! Plain copies but for four things: the style sheets and texts that the pages load as files become modules, since an
//! element in a foreign page may fetch nothing but lists; the version comes from the workspace; `release.js` and
//! `manifest.json` hold the hashes by which browsers check what they fetch.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha384};

/// The workspace's, and so the package's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Stands in the source for [`VERSION`].
const UNVERSIONED: &str = "\"version\": \"0.0.0\"";

/// Catalogues of texts in `assets/web/i18n` that the element and what it shares with the pages ask for.
const TEXTS: [&str; 2] = ["shared", "widget"];

/// Made into `element/styles.js`, in this order; relative to the workspace.
const STYLES: [&str; 2] = ["assets/web/css/shared.css", "wasm-verifier/js/web/element/element.css"];

/// Completes the package in `out`, whose `web` holds the modules and their bindings already.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn assemble(workspace: &Path, out: &Path) -> Result<()> {
    let (js, web) = (workspace.join("wasm-verifier/js"), out.join("web"));
    copy_tree(&js.join("node"), &out.join("node"))?;
    copy_tree(&js.join("web"), &web)?;
    fs::remove_file(web.join("element/element.css")).context("the element's style sheet")?;
    copy_tree(&workspace.join("assets/web/shared"), &web.join("shared"))?;
    let styles = STYLES.iter().map(|path| read(&workspace.join(path))).collect::<Result<String>>()?;
    write_module(&web.join("element/styles.js"), &Value::from(styles))?;
    for lang in ["zh-CN", "en"] {
        let texts = texts(&workspace.join("assets/web/i18n"), lang)?;
        write_module(&web.join(format!("i18n/{lang}.js")), &texts)?;
    }
    let hashes = write_hashes(&web)?;
    // As text: the order of the conditions in `exports` matters.
    let package = read(&js.join("package.json"))?;
    ensure!(package.contains(UNVERSIONED), "wasm-verifier/js/package.json must say {UNVERSIONED}");
    write(&out.join("package.json"), &package.replace(UNVERSIONED, &format!("\"version\": \"{VERSION}\"")))?;
    copy(&js.join("custom-elements.json"), &out.join("custom-elements.json"))?;
    copy(&workspace.join("LICENSE"), &out.join("LICENSE"))?;
    let readme = read(&workspace.join("wasm-verifier/README.md"))?;
    write(&out.join("README.md"), &(readme + &hash_table(&hashes)?))
}

/// Writes `release.js` and `manifest.json`; gives the hash of every file that browsers load.
fn write_hashes(web: &Path) -> Result<BTreeMap<String, String>> {
    let mut hashes = BTreeMap::new();
    for path in files(web)? {
        hashes.insert(name_of(&path, web), integrity(&path)?);
    }
    hashes.retain(|name, _| [".js", ".css", ".wasm"].iter().any(|kind| name.ends_with(kind)));
    let modules: BTreeMap<_, _> = hashes.iter().filter(|(name, _)| name.ends_with(".wasm")).collect();
    let release = format!(
        "/** Which build this is. Made by `cargo xtask wasm`. */\nexport const VERSION = {};\n\n\
         /** What each module's bytes must hash to (Subresource Integrity). */\nexport const INTEGRITY = {};\n",
        Value::from(VERSION),
        pretty(&json!(modules))?.trim_end(),
    );
    write(&web.join("release.js"), &release)?;
    hashes.insert("release.js".to_owned(), integrity(&web.join("release.js"))?);
    write(&web.join("manifest.json"), &pretty(&json!({ "version": VERSION, "files": hashes }))?)?;
    Ok(hashes)
}

fn hash_table(hashes: &BTreeMap<String, String>) -> Result<String> {
    let mut table = format!("\n## Hashes of {VERSION}\n\n| File | Integrity |\n|---|---|\n");
    for (name, hash) in hashes {
        writeln!(table, "| `{name}` | `{hash}` |")?;
    }
    Ok(table)
}

/// SHA-384, as Subresource Integrity writes it.
fn integrity(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(&bytes))))
}

/// The element's texts in `lang`, from the catalogues in `folder`.
fn texts(folder: &Path, lang: &str) -> Result<Value> {
    let mut texts = serde_json::Map::new();
    for name in TEXTS {
        let path = folder.join(format!("{name}.{lang}.json"));
        let catalogue: serde_json::Map<String, Value> =
            serde_json::from_str(&read(&path)?).with_context(|| format!("in {}", path.display()))?;
        texts.extend(catalogue);
    }
    Ok(Value::Object(texts))
}

/// A JavaScript module whose default export is `value`.
fn write_module(path: &Path, value: &Value) -> Result<()> {
    // JSON has been a subset of JavaScript since ES2019.
    write(path, &format!("export default {};\n", pretty(value)?.trim_end()))
}

fn pretty(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    files(from)?.iter().try_for_each(|path| copy(path, &to.join(name_of(path, from))))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    make_room(to)?;
    fs::copy(from, to).map(drop).with_context(|| format!("copying {} to {}", from.display(), to.display()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    make_room(path)?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn make_room(path: &Path) -> Result<()> {
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

/// Every file below `folder`.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn name_of(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
