//! 100,000 codes through `batch`, against the signature checks alone on all cores, and against npm `jose` and PyPI
//! `pyjwt` on the same tokens.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use liangzheng_core::{
    qr::Packer,
    time::UnixTime,
    token::{Nonce, grant, proof, show},
};

use super::{
    measure::{self, cpu_of, median},
    support::{Bundle, at, folder, program, world, world::NOW, write},
};

const COUNT: u32 = 100_000;
const ROUNDS: usize = 5;
/// Signatures in one round of bare checks.
const BARE: usize = 40_000;
/// Every so many codes of the mixed file one is a phone's: two signatures.
const PHONE_EVERY: u32 = 4;
const PHONES: u32 = 64;

pub(crate) fn bench() {
    let folder = folder("bench-batch");
    Bundle::main().write(&folder.join("bundle"));
    let started = Instant::now();
    let tokens = show_tokens();
    let mixed = mixed_codes(&tokens);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("{COUNT} tokens made in {:.1} s; {cores} cores", started.elapsed().as_secs_f64());
    let signatures_mixed = COUNT + COUNT / PHONE_EVERY;
    let packed = packed(&tokens);
    let files: Vec<(&str, PathBuf, u32)> = vec![
        ("S, compact tokens", lines(&folder, "compact.txt", &tokens), COUNT),
        ("S, EL1 texts", lines(&folder, "el1.txt", &packed), COUNT),
        ("three S, one H, EL1 texts", lines(&folder, "mixed.txt", &mixed), signatures_mixed),
    ];
    for (name, file, _) in &files {
        check_answers(name, &folder, file);
    }

    let mut bare: Vec<Spent> = vec![];
    let mut ours: Vec<Vec<Spent>> = vec![vec![]; files.len()];
    for _ in 0..ROUNDS {
        bare.push(bare_checks(&tokens, cores));
        for ((_, file, _), spent) in files.iter().zip(&mut ours) {
            let taken = measure::run(batch(&folder, file).stdout(Stdio::null()).stderr(Stdio::null()));
            assert_eq!(taken.code, 0);
            spent.push(Spent { time: taken.time, cpu: taken.cpu });
        }
    }
    let bare = Spent::median(&bare).rates(BARE as f64);
    println!(
        "bare aws-lc-rs checks on {cores} cores: {:.0}/s, {:.0} a second of processor time (median of {ROUNDS} rounds, in turns)",
        bare.0, bare.1
    );
    let mut per_second = 0.;
    for ((name, _, signatures), spent) in files.iter().zip(ours) {
        let spent = Spent::median(&spent);
        let (tokens, checks) = (spent.rates(f64::from(COUNT)).0, spent.rates(f64::from(*signatures)));
        println!(
            "batch, {name}: {tokens:.0} codes/s, {:.0} signatures/s: {:.2} of bare (target 0.85); by processor time {:.2}",
            checks.0,
            checks.0 / bare.0,
            checks.1 / bare.1
        );
        if per_second == 0. {
            per_second = tokens;
        }
    }
    others(&folder, per_second, cores);
    memory(&folder, &tokens);
}

/// What a round took, on the wall and of the processors.
///
/// On a machine with other work the program with more threads gets more of it, and the wall flatters `batch`; processor
/// time does not see that, nor whether all cores were busy. On an idle machine both tell the same.
#[derive(Clone, Copy)]
struct Spent {
    time: Duration,
    cpu: Duration,
}

impl Spent {
    fn median(rounds: &[Self]) -> Self {
        Self {
            time: median(rounds.iter().map(|spent| spent.time).collect()),
            cpu: median(rounds.iter().map(|spent| spent.cpu).collect()),
        }
    }

    /// How many of `count` a second on the wall, and a second of processor time.
    fn rates(self, count: f64) -> (f64, f64) {
        (count / self.time.as_secs_f64(), count / self.cpu.as_secs_f64())
    }
}

fn claims(number: u32) -> liangzheng_core::token::ShowClaims {
    let mut claims = world::claims(number);
    claims.status.idx = 10_000 + number;
    claims
}

/// Calls `make` for all numbers, on all cores, results in order.
fn on_all_cores(make: impl Fn(u32) -> String + Sync) -> Vec<String> {
    let cores = u32::try_from(thread::available_parallelism().map_or(1, usize::from)).unwrap();
    let share = COUNT.div_ceil(cores);
    thread::scope(|scope| {
        let make = &make;
        let shares: Vec<_> = (0..cores)
            .map(|core| {
                let numbers = core * share..COUNT.min((core + 1) * share);
                scope.spawn(move || numbers.map(make).collect::<Vec<_>>())
            })
            .collect();
        shares.into_iter().flat_map(|share| share.join().unwrap()).collect()
    })
}

fn show_tokens() -> Vec<String> {
    let key = world::key("show-a");
    on_all_cores(|number| show::sign(&claims(number), &key).unwrap())
}

/// The same with a grant and a phone's proof in every fourth place, as `EL1:` texts.
fn mixed_codes(tokens: &[String]) -> Vec<String> {
    let key = world::key("grant-a");
    let phones: Vec<world::TestKey> =
        (0..PHONES).map(|phone| world::key(&format!("bench-phone-{phone}"))).collect();
    on_all_cores(|number| {
        if number % PHONE_EVERY != 0 {
            return Packer::new().pack(&tokens[number as usize]).unwrap();
        }
        let phone = &phones[(number % PHONES) as usize];
        let mut granted = world::grant_claims(number);
        granted.licence.status.idx = 10_000 + number;
        granted.cnf = phone.public();
        let grant = grant::sign(&granted, &key).unwrap();
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&number.to_be_bytes());
        let input = proof::signing_input(&grant, "inspector", &Nonce::from_bytes(nonce), UnixTime(NOW.0 - 5));
        Packer::new().pack(&proof::attach(&grant, &input, &phone.sign_raw(input.as_bytes()))).unwrap()
    })
}

fn packed(tokens: &[String]) -> Vec<String> {
    on_all_cores(|number| Packer::new().pack(&tokens[number as usize]).unwrap())
}

fn lines(folder: &Path, name: &str, lines: &[String]) -> PathBuf {
    let path = folder.join(name);
    write(&path, lines.join("\n") + "\n");
    path
}

fn batch(folder: &Path, file: &Path) -> Command {
    program(&[
        "batch",
        file.to_str().unwrap(),
        "--bundle",
        folder.join("bundle").to_str().unwrap(),
        "--scene",
        "inspect.food",
        "--now",
        &at(NOW),
    ])
}

/// All valid, all there, in order: what is timed afterwards is the real work.
fn check_answers(name: &str, folder: &Path, file: &Path) {
    let output = folder.join("answers.jsonl");
    let taken =
        measure::run(batch(folder, file).stdout(File::create(&output).unwrap()).stderr(Stdio::inherit()));
    assert_eq!(taken.code, 0, "{name}");
    let answers = fs::read_to_string(&output).unwrap();
    let mut count = 0_u32;
    for line in answers.lines() {
        let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
        let jti = Base64UrlUnpadded::decode_vec(verdict["token"]["jti"].as_str().unwrap()).unwrap();
        assert_eq!((&verdict["code"], &jti[..4]), (&"OK".into(), &count.to_be_bytes()[..]), "{name}");
        count += 1;
    }
    assert_eq!(count, COUNT, "{name}");
    fs::remove_file(output).unwrap();
}

/// Nothing but ES256 checks, each core its share, the key parsed beforehand.
fn bare_checks(tokens: &[String], cores: usize) -> Spent {
    let parsed: Vec<(&[u8], Vec<u8>)> = tokens[..BARE]
        .iter()
        .map(|token| {
            let (message, signature) = token.rsplit_once('.').unwrap();
            (message.as_bytes(), Base64UrlUnpadded::decode_vec(signature).unwrap())
        })
        .collect();
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, world::key("show-a").public().sec1()).unwrap();
    let (started, cpu) = (Instant::now(), cpu_of(std::process::id()));
    thread::scope(|scope| {
        for share in parsed.chunks(BARE.div_ceil(cores)) {
            let key = &key;
            scope.spawn(move || {
                for (message, signature) in share {
                    key.verify_sig(message, signature).unwrap();
                }
            });
        }
    });
    Spent { time: started.elapsed(), cpu: cpu_of(std::process::id()) - cpu }
}

/// `jose` and `pyjwt`: signature, `exp` and `aud` at the same clock, one process each as they are used.
fn others(folder: &Path, ours: f64, cores: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let jwk = folder.join("key.json");
    write(&jwk, serde_json::to_vec(&world::key("show-a").public().to_jwk()).unwrap());
    for (name, tool, script) in [
        ("npm jose", PathBuf::from("node"), "tests/bench/batch.mjs"),
        ("PyPI pyjwt", root.join(".venv/bin/python"), "tests/bench/batch.py"),
    ] {
        let output = Command::new(tool)
            .arg(root.join(script))
            .args([&folder.join("compact.txt"), &jwk])
            .arg(at(NOW))
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}");
        let seconds: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        let theirs = f64::from(COUNT) / seconds;
        println!(
            "{name}, the same compact tokens: {theirs:.0}/s; batch is {:.1} x as fast, {:.1} x a core",
            ours / theirs,
            ours / theirs / cores as f64
        );
    }
}

fn memory(folder: &Path, tokens: &[String]) {
    for count in [10_000, 100_000, 300_000] {
        let many: Vec<String> = tokens.iter().cycle().take(count).cloned().collect();
        let file = lines(folder, "many.txt", &many);
        let taken = measure::run(batch(folder, &file).stdout(Stdio::null()).stderr(Stdio::null()));
        assert_eq!(taken.code, 0);
        println!("batch of {count} lines: peak memory {:.1} MiB", taken.peak_kib as f64 / 1_024.);
    }
}
