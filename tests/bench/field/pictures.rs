//! A photograph of 12 megapixels, and hard frames read by the CLI and by `zxing-cpp`.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use liangzheng_core::qr;

use super::{
    measure::{median, millis},
    support::{
        Bundle, at, folder,
        frames::{Frame, Payload, hard_frame, payloads, photograph},
        program, run,
        world::NOW,
        write,
    },
};

const FRAMES: u64 = 400;
const PHOTOGRAPHS: u64 = 9;

pub(crate) fn bench() {
    let payloads = payloads();
    photographs(&payloads);
    hard_frames(&payloads);
}

fn photographs(payloads: &[Payload]) {
    let folder = folder("bench-photographs");
    let bundle = folder.join("bundle");
    Bundle::main().write(&bundle);
    let mut times = vec![];
    for number in 0..PHOTOGRAPHS {
        let payload = &payloads[number as usize * 5 % payloads.len()];
        let photograph = photograph(number, payload);
        let path = folder.join(format!("{number}.jpg"));
        write(&path, &photograph.jpeg);
        let mut command = program(&[
            "verify",
            path.to_str().unwrap(),
            "--bundle",
            bundle.to_str().unwrap(),
            "--now",
            &at(NOW),
        ]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut of_this = vec![];
        for _ in 0..5 {
            let started = Instant::now();
            assert_eq!(
                command.status().unwrap().code(),
                Some(0),
                "photograph {number} ({})",
                photograph.what
            );
            of_this.push(started.elapsed());
        }
        let time = median(of_this);
        println!(
            "  photograph {number}, {} KiB, {}: {}",
            photograph.jpeg.len() / 1_024,
            photograph.what,
            millis(time)
        );
        times.push(time);
    }
    let slowest = times.iter().max().copied().unwrap_or_default();
    println!(
        "verify of a 4000 x 3000 JPEG: median {}, slowest {} (target 500 ms)",
        millis(median(times)),
        millis(slowest)
    );
}

fn hard_frames(payloads: &[Payload]) {
    let folder = folder("bench-frames");
    let frames: Vec<Frame> = (0..FRAMES).map(|number| hard_frame(number, payloads)).collect();
    for (number, frame) in frames.iter().enumerate() {
        write(folder.join(format!("{number:03}.jpg")), &frame.jpeg);
    }
    let theirs = read_by_zxing(&folder);
    let (mut ours_right, mut ours_wrong, mut theirs_right, mut theirs_wrong) = (0, 0, 0, 0);
    let mut by_version: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    let mut times = vec![];
    for (number, frame) in frames.iter().enumerate() {
        let presentation = qr::unpack(&frame.text).unwrap();
        let started = Instant::now();
        let said = run(&["inspect", folder.join(format!("{number:03}.jpg")).to_str().unwrap(), "--json"]);
        times.push(started.elapsed());
        let told: Vec<serde_json::Value> =
            said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ours = said.code != 3;
        let is_right = told.len() == 1 && told[0]["presentation"] == presentation.as_str();
        ours_right += u32::from(ours && is_right);
        if ours && !is_right {
            ours_wrong += 1;
            println!("  WRONG: frame {number} ({}): {said:?}", frame.what);
        }
        let read = theirs.get(&number).map(Vec::as_slice).unwrap_or_default();
        let is_theirs = read == [frame.text.as_str()];
        theirs_right += u32::from(is_theirs);
        theirs_wrong += u32::from(!read.is_empty() && !is_theirs);
        let row = by_version.entry(frame.what.split(' ').next().unwrap()).or_default();
        *row = [row[0] + 1, row[1] + u32::from(ours && is_right), row[2] + u32::from(is_theirs)];
    }
    println!("  version  frames  read by us  by zxing-cpp");
    for (version, [frames, ours, theirs]) in by_version {
        println!("  {version:<7}  {frames:>6}  {ours:>10}  {theirs:>12}");
    }
    let percent = |count: u32| f64::from(count) * 100. / FRAMES as f64;
    println!(
        "{FRAMES} hard frames: we read {ours_right} ({:.1} %), {ours_wrong} wrongly; zxing-cpp {theirs_right} ({:.1} %), {theirs_wrong} wrongly",
        percent(ours_right),
        percent(theirs_right)
    );
    println!(
        "difference {:.1} points (target: at most 3 behind)",
        percent(ours_right) - percent(theirs_right)
    );
    times.sort();
    let at = |share: usize| millis(times[times.len() * share / 100]);
    println!("our time a frame, program start included: median {}, 95 % {}, most {}", at(50), at(95), at(99));
}

/// Frame number → what `zxing-cpp` reads.
fn read_by_zxing(frames: &Path) -> BTreeMap<usize, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(root.join(".venv/bin/python"))
        .arg(root.join("tests/bench/frames.py"))
        .arg(frames)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    serde_json::from_slice::<BTreeMap<String, Vec<String>>>(&output.stdout)
        .unwrap()
        .into_iter()
        .map(|(name, texts)| (name.trim_end_matches(".jpg").parse().unwrap(), texts))
        .collect()
}
