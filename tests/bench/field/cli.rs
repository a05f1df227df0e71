//! From starting the program to its verdict on one code, against the start of `true`.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{
    measure::{median, millis},
    support::{Bundle, at, folder, phone_code, program, with_status, world::NOW},
};

const ROUNDS: usize = 301;

pub(crate) fn bench() {
    let folder = folder("bench-cli");
    let bundle = folder.join("bundle");
    Bundle::main().write(&bundle);
    let (show, phone) = (with_status(1, 0), phone_code(7, NOW.0 - 5, "phone-1"));
    let verify = |code: &str| {
        program(&[
            "verify",
            code,
            "--bundle",
            bundle.to_str().unwrap(),
            "--scene",
            "inspect.food",
            "--now",
            &at(NOW),
        ])
    };
    let mut commands = [verify(&show), verify(&phone), program(&["--version"]), Command::new("true")];
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        // In turns, so that a busy moment of the machine meets all of them.
        for (command, times) in commands.iter_mut().zip(&mut times) {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let started = Instant::now();
            assert!(command.status().unwrap().success());
            times.push(started.elapsed());
        }
    }
    let least = times.each_ref().map(|times| times.iter().min().copied().unwrap_or_default());
    let [show, phone, version, bare] = times.map(median);
    let target = (3 * bare).max(Duration::from_millis(10));
    println!(
        "start to exit, median (and least) of {ROUNDS} in turns; bundle: trust list, catalogue, status list"
    );
    for (name, median, least) in [
        ("true", bare, least[3]),
        ("--version", version, least[2]),
        ("verify S", show, least[0]),
        ("verify H", phone, least[1]),
    ] {
        let ratio = median.as_secs_f64() / bare.as_secs_f64();
        println!("  {name:<10} {:>9} ({:>9})  {ratio:.1} x true", millis(median), millis(least));
    }
    let word = if show <= target { "met" } else { "missed" };
    println!("target: {} (3 x true, at least 10 ms): {word}", millis(target));
}
