//! `challenge`: fresh random bytes in an `EC1:` text, for one phone to answer once.

use std::{
    io::{self, IsTerminal as _},
    path::Path,
};

use aws_lc_rs::rand;
use liangzheng_core::{
    identifier::uscc_is_valid,
    token::{Challenge, Nonce},
};

use crate::{
    Shell,
    bundle::{Held, Lists},
    draw::Symbol,
    error::{Exit, Failure},
    output,
    words::visible,
};

pub(crate) fn run(shell: &Shell, scene: &str, rp: &str, png: Option<&Path>) -> Result<Exit, Failure> {
    let challenge = fresh(shell, scene, rp)?;
    let text = challenge.to_text();
    if let Some(path) = png {
        Symbol::new(&text)?.write_png(path)?;
    }
    if io::stderr().is_terminal() && !shell.json {
        eprint!("{}", Symbol::new(&text)?.for_terminal(output::may_colour()));
    }
    if shell.json {
        output::json(&serde_json::json!({
            "challenge": text, "aud": challenge.aud, "rp": challenge.rp, "scene": challenge.scene,
            "nonce": challenge.nonce.to_string(),
        }))?;
    } else {
        output::line(&text)?;
    }
    Ok(Exit::Valid)
}

/// A challenge with a nonce of its own.
///
/// # Errors
/// 64 for a code that is no unit's or a scene that the catalogue lacks, 2 without a catalogue.
pub(super) fn fresh(shell: &Shell, scene: &str, rp: &str) -> Result<Challenge, Failure> {
    if !uscc_is_valid(rp) {
        let shown = visible(rp);
        return Err(Failure::new(
            Exit::Usage,
            format!("--rp「{shown}」不是统一社会信用代码"),
            format!("--rp '{shown}' is not a unified social credit code"),
        )
        .hint("请核对 18 位代码及其校验码。", "check its 18 characters; the last one is a check character"));
    }
    Ok(Challenge { aud: audience(shell, scene)?, rp: rp.into(), scene: scene.into(), nonce: nonce()? })
}

/// The audience class that the catalogue gives the scene.
fn audience(shell: &Shell, scene: &str) -> Result<String, Failure> {
    let held = Held::load(&shell.bundle, Lists::None, shell.clock.now())?;
    held.warn(shell.lang);
    let scenes: Vec<_> = held.verifier.catalogues().flat_map(|catalogue| &catalogue.scenes).collect();
    if scenes.is_empty() {
        return Err(Failure::new(
            Exit::Undetermined,
            "还没有场景目录（U_CATALOGUE_STALE）",
            "there is no catalogue of scenes yet (U_CATALOGUE_STALE)",
        )
        .hint("请先联网同步（sync）。", "sync first"));
    }
    if let Some(found) = scenes.iter().find(|held| held.code == scene) {
        return Ok(found.aud.clone());
    }
    let known: Vec<&str> = scenes.iter().map(|held| held.code.as_str()).collect();
    let (shown, known) = (visible(scene), known.join(", "));
    Err(Failure::new(
        Exit::Usage,
        format!("目录中没有场景「{shown}」"),
        format!("the catalogue has no scene '{shown}'"),
    )
    .hint(format!("可用的场景：{known}"), format!("scenes: {known}")))
}

fn nonce() -> Result<Nonce, Failure> {
    let mut bytes = [0; 12];
    rand::fill(&mut bytes).map_err(|_| Failure::no_random_bytes())?;
    Ok(Nonce::from_bytes(bytes))
}
