//! Status of 100 million licences, one in a hundred final: made, signed, synced, looked up, and a day's changes.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use liangzheng_core::{
    by_name::ByName,
    qr::Packer,
    status::{
        Delta, ListHead, SHARD_BYTES, SHARD_ENTRIES, Snapshot, StatusArray, StatusValue, sign_delta,
        sign_list,
    },
    time::{Seconds, UnixTime},
    token::{StatusRef, show},
    trust::sign_catalogue,
};

use super::{
    measure::{self, Taken, millis, peak_of},
    support::{
        all_roots, at, folder,
        frames::Chance,
        program,
        server::Server,
        signed_trust,
        world::{self, DAY, NOW, key},
        write,
    },
};

/// 96 × 2^20 = 100,663,296 entries.
const SHARDS: u32 = 96;
const FINAL_SHARE: f64 = 0.01;
/// 1 % of 100 million a year, by day.
const CHANGES: usize = 2_740;
/// Entries looked up in each shard; half of them final.
const LOOKED_UP: usize = 20;

pub(crate) fn bench() {
    let folder = folder("bench-status");
    let mut chance = Chance::new(0x5742);
    let made = UnixTime(NOW.0 - 600);
    let mut arrays: Vec<StatusArray> = (0..SHARDS).map(|_| shard(&mut chance)).collect();

    let server = Server::start();
    let uris: Vec<String> =
        (1..=SHARDS).map(|shard| format!("https://lz.example/status-lists/{shard}")).collect();
    let started = Instant::now();
    let lists: Vec<String> = uris.iter().zip(&arrays).map(|(uri, array)| signed(uri, array, made)).collect();
    let time = started.elapsed();
    let packed: usize = lists.iter().map(|list| packed_length(list)).sum();
    let entries = u64::from(SHARDS) * u64::from(SHARD_ENTRIES);
    println!("{SHARDS} shards, {entries} entries, {:.1} % final, placed at random", FINAL_SHARE * 100.);
    println!(
        "made and signed in {:.2} s ({} a shard), peak memory {} MiB",
        time.as_secs_f64(),
        millis(time / SHARDS),
        peak_of(std::process::id()) / 1_024
    );
    println!(
        "lst before base64url: {} in all (target 1,600,000), {} a shard; no coding of random places can be below {}",
        packed,
        packed / SHARDS as usize,
        entropy_bytes(entries as f64, FINAL_SHARE)
    );
    println!("signed lists: {} bytes in all", lists.iter().map(String::len).sum::<usize>());

    publish(&server, &uris, &lists);
    let bundle = folder.join("bundle");
    let roots = folder.join("roots.json");
    write(&roots, serde_json::to_vec(&all_roots()).unwrap());
    let taken = sync(&server, &bundle, &roots);
    println!("first sync, {} requests: {}", server.asked().len(), told(taken));

    let samples = samples(&arrays, &uris, &mut chance);
    look_up("after the first sync", &folder, &samples);
    let mut verify = program(&["verify", &samples[0].0, "--bundle", path(&bundle), "--now", &at(NOW)]);
    println!("verify of one code with this bundle: {}", told(quietly(&mut verify)));

    let (delta, changed) = a_day_of_changes(&mut arrays, &uris, made, &mut chance);
    let text = sign_delta(&delta, &key("status-a")).unwrap();
    let payload = world::payload_of(&text);
    let coded = |text: &serde_json::Value| text.as_str().map_or(0, str::len);
    let in_base64: usize = payload["chg"].as_object().unwrap().values().map(coded).sum();
    println!(
        "a day of {CHANGES} changes: {} bytes before base64url (target 8,192; entropy of the places {}), envelope of {SHARDS} lists {} bytes, signed {} bytes",
        in_base64 * 3 / 4,
        entropy_bytes(entries as f64, CHANGES as f64 / entries as f64),
        payload.to_string().len() - in_base64,
        text.len()
    );
    server.put(&format!("/status-lists/delta?from={made}"), &text);
    let taken = sync(&server, &bundle, &roots);
    let asked = server.asked();
    assert!(
        !asked.iter().any(|path| path.starts_with("/status-lists/") && !path.contains("delta")),
        "{asked:?}"
    );
    println!("sync of that day, {} requests: {}", asked.len(), told(taken));
    let samples: Vec<_> = samples.into_iter().chain(changed).collect();
    look_up("after the delta", &folder, &samples);
}

/// A shard with exactly its share of final entries, each place as likely as another.
fn shard(chance: &mut Chance) -> StatusArray {
    let mut array = StatusArray::new();
    let mut left = (f64::from(SHARD_ENTRIES) * FINAL_SHARE).round() as u32;
    while left > 0 {
        let index = chance.below(u64::from(SHARD_ENTRIES)) as u32;
        if array.get(index) == Some(StatusValue::Valid.wire()) {
            array.set(index, StatusValue::Final);
            left -= 1;
        }
    }
    array
}

fn signed(uri: &str, array: &StatusArray, made: UnixTime) -> String {
    let head = ListHead { sub: uri.into(), iat: made, exp: made.plus(Seconds(7 * DAY)), ttl: Seconds(3_600) };
    sign_list(&head, array, &key("status-a")).unwrap()
}

/// Bytes of the compressed array in a signed list.
fn packed_length(list: &str) -> usize {
    let payload = world::payload_of(list);
    Base64UrlUnpadded::decode_vec(payload["status_list"]["lst"].as_str().unwrap()).unwrap().len()
}

/// Least bytes that tell which of `count` things a share of `share` is, on average.
fn entropy_bytes(count: f64, share: f64) -> usize {
    (count * -(share * share.log2() + (1. - share) * (1. - share).log2()) / 8.) as usize
}

fn publish(server: &Server, uris: &[String], lists: &[String]) {
    let trust_list = signed_trust(&world::trust_list());
    server.put("/.well-known/trust-list", &trust_list);
    server.put("/.well-known/catalogue", sign_catalogue(&world::catalogue(), &key("catalogue-a")).unwrap());
    server.put("/status-lists", serde_json::json!({ "status_lists": uris }).to_string());
    for (uri, list) in uris.iter().zip(lists) {
        server.put(uri.trim_start_matches("https://lz.example"), list);
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn quietly(command: &mut Command) -> Taken {
    measure::run(command.stdout(Stdio::null()).stderr(Stdio::null()))
}

fn sync(server: &Server, bundle: &Path, roots: &Path) -> Taken {
    let mut command =
        program(&["sync", "--server", &server.url, "--bundle", path(bundle), "--now", &at(NOW)]);
    if !bundle.exists() {
        command.args(["--root", path(roots)]);
    }
    let taken = quietly(&mut command);
    assert_eq!(taken.code, 0);
    taken
}

fn told(taken: Taken) -> String {
    format!("{}, peak memory {:.1} MiB", millis(taken.time), taken.peak_kib as f64 / 1_024.)
}

/// Codes whose statuses stand in every shard, each with the verdict's code that is right.
fn samples(arrays: &[StatusArray], uris: &[String], chance: &mut Chance) -> Vec<(String, &'static str)> {
    let signer = key("show-a");
    let mut packer = Packer::new();
    let mut samples = vec![];
    for (array, uri) in arrays.iter().zip(uris) {
        for at in 0..LOOKED_UP {
            let wanted = u8::from(at % 2 == 0);
            let index = loop {
                let index = chance.below(u64::from(SHARD_ENTRIES)) as u32;
                if array.get(index) == Some(wanted) {
                    break index;
                }
            };
            samples.push(sample(samples.len(), uri, index, wanted, &signer, &mut packer));
        }
    }
    samples
}

fn sample(
    number: usize,
    uri: &str,
    idx: u32,
    value: u8,
    signer: &world::TestKey,
    packer: &mut Packer,
) -> (String, &'static str) {
    let mut claims = world::claims(u32::try_from(number).unwrap());
    claims.status = StatusRef { uri: uri.into(), idx };
    let code = if value == 1 { "E_STATUS_INVALID" } else { "OK" };
    (packer.pack(&show::sign(&claims, signer).unwrap()).unwrap(), code)
}

/// All of them through `batch`; every verdict must be the right one.
fn look_up(when: &str, folder: &Path, samples: &[(String, &str)]) {
    let file = folder.join("codes.txt");
    let texts: Vec<&str> = samples.iter().map(|(text, _)| text.as_str()).collect();
    write(&file, texts.join("\n"));
    let answers = folder.join("answers.jsonl");
    let bundle = folder.join("bundle");
    let mut command = program(&[
        "batch",
        path(&file),
        "--bundle",
        path(&bundle),
        "--scene",
        "inspect.food",
        "--now",
        &at(NOW),
    ]);
    let taken = measure::run(command.stdout(std::fs::File::create(&answers).unwrap()).stderr(Stdio::null()));
    let answers = std::fs::read_to_string(answers).unwrap();
    let codes = answers.lines().map(|line| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["code"].as_str().unwrap().to_owned()
    });
    let wrong = codes.zip(samples).filter(|(code, (_, right))| code != right).count();
    assert_eq!((wrong, answers.lines().count()), (0, samples.len()));
    println!("{} codes looked up in all shards {when}, all right: {}", samples.len(), told(taken));
}

/// A day's withdrawals, and codes that must be refused from now on.
fn a_day_of_changes(
    arrays: &mut [StatusArray],
    uris: &[String],
    made: UnixTime,
    chance: &mut Chance,
) -> (Delta, Vec<(String, &'static str)>) {
    let started = Instant::now();
    let snapshot = |iat: UnixTime, arrays: &[StatusArray]| Snapshot {
        iat,
        exp: iat.plus(Seconds(7 * DAY)),
        lists: uris.iter().cloned().zip(arrays.iter().map(StatusArray::sha256)).collect(),
    };
    let base = snapshot(made, arrays);
    let mut changes: Vec<Vec<(u32, u8)>> = vec![vec![]; arrays.len()];
    for _ in 0..CHANGES {
        loop {
            let shard = chance.below(arrays.len() as u64) as usize;
            let index = chance.below(u64::from(SHARD_ENTRIES)) as u32;
            if arrays[shard].get(index) == Some(0) {
                arrays[shard].set(index, StatusValue::Final);
                changes[shard].push((index, StatusValue::Final.wire()));
                break;
            }
        }
    }
    let signer = key("show-a");
    let mut packer = Packer::new();
    let mut refused = vec![];
    for (changes, uri) in changes.iter_mut().zip(uris) {
        changes.sort_unstable();
        for (index, value) in changes.iter() {
            refused.push(sample(10_000 + refused.len(), uri, *index, *value, &signer, &mut packer));
        }
    }
    let iat = UnixTime(NOW.0 - 5);
    let chg: ByName<Vec<(u32, u8)>> =
        uris.iter().cloned().zip(changes).filter(|(_, changes)| !changes.is_empty()).collect();
    let delta = Delta { iat, base, next: snapshot(iat, arrays), chg };
    let took: Duration = started.elapsed();
    println!("hashing {SHARDS} arrays of {SHARD_BYTES} bytes twice and making the changes: {}", millis(took));
    (delta, refused)
}
