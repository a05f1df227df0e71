//! What a running server hands out: every code it shows is small enough and read by two foreign decoders; its
//! tokens, keys and lists are read by foreign libraries.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use liangzheng_core::{
    key::{AwsLcSigner, Signer},
    qr,
    status::{SHARD_BYTES, StatusArray, packed},
    token::{Nonce, proof},
};
use liangzheng_tests::until::{until, within};
use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Value, json};

use super::{
    demo::DemoServer,
    peers::{Peer, now, scratch},
    signed::{altered, payload},
};

/// Highest QR version for a code of profile S and H, level L: what a plain phone reads at arm's length
/// (core/README.md, "QR texts").
const S_VERSION: u8 = 12;
const H_VERSION: u8 = 16;

/// Everything that was shown: pictures for the decoders, tokens for the libraries.
#[derive(Default)]
struct Shown {
    pictures: Vec<Value>,
    jws: Vec<Value>,
    sd_jwt: Vec<Value>,
    status: Vec<Entry>,
    /// (kind, scene) of each S code and each H code.
    pairs: BTreeSet<(String, String)>,
}

/// Where a token's status stands, and what must stand there.
#[derive(Clone)]
struct Entry {
    uri: String,
    idx: u64,
    value: u8,
}

#[test]
fn foreign_readers_agree_with_a_running_server() {
    let folder = scratch("interop-served");
    let Some(server) = DemoServer::start(&folder) else { return };
    let catalogue = payload(&String::from_utf8(server.get("/.well-known/catalogue", None)).unwrap());
    let mut shown = Shown::default();
    for licence in server.demo["licences"].as_array().unwrap() {
        if licence["status"] == "ACTIVE" {
            show_in_every_scene(&server, &catalogue, licence, &folder, &mut shown);
        }
    }
    assert_eq!(shown.pairs, pairs_of(&catalogue), "each kind must be shown in each scene that takes it");

    Peer::Python.judges("codes.py", &Value::Array(shown.pictures), &folder);
    let cases = library_cases(&server, &shown.jws, &shown.sd_jwt, &shown.status);
    Peer::Python.judges("peers.py", &cases, &folder);
    Peer::Node.judges("peers.mjs", &cases, &folder);
}

/// A show with the code that the server draws. While it learns that other shows have ended, it may keep none of those that
/// are opened meanwhile, and gives each its next code when it is asked again.
fn held(server: &DemoServer, bearer: &str, mut show: Value) -> Value {
    let path = format!("/api/v1/wallet/shows/{}/refresh", show["show"].as_str().unwrap());
    until("the show is held", || {
        let again = server.post(&path, Some(bearer), &json!({})).unwrap();
        let is_held = again["token"] == show["token"];
        show = again;
        is_held.then(|| show.clone())
    })
}

/// All (kind, scene) that the catalogue allows.
fn pairs_of(catalogue: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let scenes = catalogue["scenes"].as_array().unwrap().iter();
    scenes
        // A code for paper stands in the licence's file and is not shown.
        .filter(|scene| scene["medium"] != "paper")
        .flat_map(|scene| {
            let kinds = scene["kinds"].as_array().unwrap().iter();
            kinds.map(move |kind| (text(&kind["code"]), text(&scene["code"])))
        })
        .collect()
}

fn show_in_every_scene(
    server: &DemoServer,
    catalogue: &Value,
    licence: &Value,
    folder: &Path,
    shown: &mut Shown,
) {
    let accounts = server.demo["accounts"].as_array().unwrap();
    let holder = accounts.iter().find(|account| account["login"] == licence["holder"]).unwrap();
    let login = json!({ "login": holder["login"], "password": holder["password"] });
    let session = server.post("/api/v1/sessions", None, &login).expect("the holder logs in");
    let bearer = session["token"].as_str().unwrap();
    let phone = AwsLcSigner::generate("phone").unwrap().0;
    let device = json!({ "jwk": phone.public_key().to_jwk(), "name": "测试手机" });
    let device =
        server.post("/api/v1/wallet/devices", Some(bearer), &device).expect("the phone is registered");

    let value = value_of(&licence["cautions"]);
    for scene in catalogue["scenes"].as_array().unwrap() {
        let (code, class) = (scene["code"].as_str().unwrap(), scene["aud"].as_str().unwrap());
        let kind = licence["kind"].as_str().unwrap();
        let takes = scene["kinds"].as_array().unwrap().iter().any(|taken| taken["code"] == kind);
        if !takes || scene["medium"] == "paper" {
            continue;
        }
        let name = format!("{kind} {code} {}", licence["id"].as_str().unwrap());
        let path = format!("/api/v1/wallet/licences/{}", licence["id"].as_str().unwrap());
        let show = json!({ "scene": code, "pin": holder["pin"] });
        let show = server.post(&format!("{path}/show"), Some(bearer), &show);
        // A licence can be ACTIVE and still not showable (an inspection overdue, a date to come): 409.
        let show = match show {
            Err(409) => continue,
            other => other.unwrap_or_else(|status| panic!("{name}: show answered {status}")),
        };
        let show = held(server, bearer, show);
        let is_new = shown.pairs.insert((kind.into(), code.into()));
        let token = show["token"].as_str().unwrap();
        let png = format!("/api/v1/wallet/shows/{}.png", show["show"].as_str().unwrap());
        let picture = folder.join(format!("s{}.png", shown.pictures.len()));
        fs::write(&picture, server.get(&png, Some(bearer))).unwrap();
        // No more than a few are open at a time.
        server.delete(&format!("/api/v1/wallet/shows/{}", show["show"].as_str().unwrap()), bearer);
        let text = show["qr_text"].as_str().unwrap();
        assert_eq!(qr::unpack(text).unwrap(), token, "{name}");
        shown.pictures.push(picture_case(&format!("S {name}"), &picture, text, S_VERSION));
        shown.jws.push(jws_case(&name, token, "show+jwt", class));
        shown.status.push(entry_of(token, value));

        let grant = json!({ "device": device["id"], "scene": code, "pin": holder["pin"] });
        let grant = server.post(&format!("{path}/grant"), Some(bearer), &grant);
        let grant = grant.unwrap_or_else(|status| panic!("{name}: grant answered {status}"));
        let grant = grant["grant"].as_str().unwrap();
        shown.jws.push(jws_case(&name, grant.trim_end_matches('~'), "dc+sd-jwt", class));
        shown.status.push(entry_of(grant, value));
        // The longest answer a phone gives is the one to a challenge, which names the verifier too.
        for audience in [class.to_owned(), format!("{class}#91990100MA0000314U")] {
            let nonce = Nonce::from_bytes([0x9d; 12]);
            let input = proof::signing_input(grant, &audience, &nonce, now());
            let presentation = proof::attach(grant, &input, &phone.sign(input.as_bytes()).unwrap());
            let text = qr::pack(&presentation).unwrap();
            let picture = folder.join(format!("h{}.pgm", shown.pictures.len()));
            draw(&text, &picture);
            shown.pictures.push(picture_case(&format!("H {audience} {name}"), &picture, &text, H_VERSION));
            // One of each is enough for the libraries: some inflate a whole status list for every presentation.
            if is_new {
                shown.sd_jwt.push(json!({
                    "name": name, "presentation": presentation, "aud": audience, "grant_aud": class,
                    "nonce": nonce.to_string(), "accept": true, "claims": payload(grant),
                }));
            }
        }
    }
}

fn picture_case(name: &str, picture: &Path, text: &str, version: u8) -> Value {
    json!({ "name": name, "picture": picture, "text": text, "version": version })
}

fn jws_case(name: &str, token: &str, typ: &str, class: &str) -> Value {
    let claims = payload(token);
    json!({
        "name": name, "token": token, "typ": typ, "iss": claims["iss"], "aud": class,
        "accept": true, "claims": claims,
    })
}

fn entry_of(token: &str, value: u8) -> Entry {
    let claims = payload(token);
    let entry = &claims["status"]["status_list"];
    Entry { uri: entry["uri"].as_str().unwrap().into(), idx: entry["idx"].as_u64().unwrap(), value }
}

/// The status value (core/README.md, "Status values") of an ACTIVE licence with these cautions.
fn value_of(cautions: &Value) -> u8 {
    let says = |code: &str| cautions.as_array().unwrap().iter().any(|caution| caution == code);
    match () {
        () if says("C_REPORTED_LOST") => 13,
        () if says("C_INSPECTION_OVERDUE") => 14,
        () if says("C_NOTICE") => 3,
        () => 0,
    }
}

/// The served tokens under the served keys, and an altered copy of each kind, which must be refused.
fn library_cases(server: &DemoServer, jws: &[Value], sd_jwt: &[Value], status: &[Entry]) -> Value {
    let jwks: Value = serde_json::from_slice(&server.get("/.well-known/jwks.json", None)).unwrap();
    for key in jwks["keys"].as_array().unwrap() {
        let names: BTreeSet<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(["kty", "crv", "x", "y", "kid", "alg", "use"]));
    }
    let (mut jws, mut sd_jwt) = (jws.to_vec(), sd_jwt.to_vec());
    let mut bad = jws[0].clone();
    bad["token"] = altered(bad["token"].as_str().unwrap(), 1).into();
    bad["accept"] = false.into();
    jws.push(bad);
    let mut bad = sd_jwt[0].clone();
    bad["nonce"] = Nonce::from_bytes([0; 12]).to_string().into();
    bad["accept"] = false.into();
    sd_jwt.push(bad);

    let uris: BTreeSet<&String> = status.iter().map(|entry| &entry.uri).collect();
    let lists = uris.into_iter().map(|uri| {
        let path = uri.strip_prefix(&server.url).expect("the demo's lists lie on the demo server");
        let here = status.iter().filter(|entry| entry.uri == *uri);
        let values: Vec<(u64, u8)> = here.map(|entry| (entry.idx, entry.value)).collect();
        let token = published(server, path, &values);
        json!({ "name": uri, "token": token, "uri": uri, "accept": true, "values": values })
    });
    json!({ "jwks": jwks, "jws": jws, "sd_jwt": sd_jwt, "status": lists.collect::<Vec<_>>() })
}

/// The list once it holds `values`: a status is on the wire within 5 s of the code that names it.
fn published(server: &DemoServer, path: &str, values: &[(u64, u8)]) -> String {
    within(Duration::from_secs(10), "a list with every status", || {
        let token = String::from_utf8(server.get(path, None)).unwrap();
        let list = payload(&token)["status_list"]["lst"].as_str().unwrap().to_owned();
        let array = StatusArray::from_bytes(packed::inflate(&list, SHARD_BYTES).unwrap()).unwrap();
        let holds = |(idx, value): &(u64, u8)| array.get(u32::try_from(*idx).unwrap()) == Some(*value);
        values.iter().all(holds).then_some(token)
    })
}

/// The code as a phone draws it: 4 pixels a module, 4 modules of quiet zone, as a PGM.
fn draw(text: &str, file: &Path) {
    const MODULE: usize = 4;
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
    let side = (code.width() + 2 * QUIET) * MODULE;
    let mut picture = format!("P5 {side} {side} 255\n").into_bytes();
    for y in 0..side {
        for x in 0..side {
            let module = |at: usize| (at / MODULE).checked_sub(QUIET).filter(|at| *at < code.width());
            let dark = matches!((module(x), module(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark);
            picture.push(if dark { 0 } else { 255 });
        }
    }
    fs::write(file, picture).unwrap();
}
