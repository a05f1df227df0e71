//! Videos.

use std::fs;

use image::{GrayImage, Luma, imageops};

use super::{
    setting::{answers, args, pairs, scan},
    support::{Place, pictures, pictures::draw, program, said, videos, with_status, write},
};

/// Frames of 640 × 480 in which the first code comes, moves, blurs, and is followed by the second.
fn filmed() -> Vec<GrayImage> {
    let scene = |code: Option<&GrayImage>, x: i64, blur: f32| {
        let mut frame = GrayImage::from_fn(640, 640, |x, y| Luma([120 + ((x / 8 + y / 8) % 20) as u8]));
        if let Some(code) = code {
            let code = imageops::resize(code, 500, 500, imageops::FilterType::Triangle);
            imageops::replace(&mut frame, &code, x, 60);
        }
        if blur > 0. { imageops::blur(&frame, blur) } else { frame }
    };
    let (first, second) = (draw(&with_status(1, 0)), draw(&with_status(2, 1)));
    vec![
        scene(None, 0, 0.),
        scene(Some(&first), 40, 0.),
        scene(Some(&first), 44, 0.),
        scene(Some(&first), 50, 9.),
        scene(Some(&first), 54, 0.),
        scene(None, 0, 0.),
        scene(Some(&second), 60, 0.),
        scene(Some(&second), 60, 0.),
        scene(Some(&first), 60, 0.),
    ]
}

#[test]
fn a_code_in_a_video_is_judged_once_while_it_is_in_view() {
    let place = Place::new("scan-video");
    let frames = filmed();
    write(place.0.join("clip.y4m"), videos::y4m(&frames));
    write(place.0.join("clip.mjpeg"), videos::mjpeg(&frames));
    for name in ["clip.y4m", "clip.mjpeg"] {
        let cache = place.path(&format!("seen-{name}"));
        let said = scan(&place, &place.path(name), &["--replay-cache", &cache]);
        let want = [(format!("{name} frame 2"), "OK"), (format!("{name} frame 7"), "E_STATUS_INVALID")];
        let want: Vec<_> = want.iter().map(|(source, code)| (source.as_str(), *code)).collect();
        assert_eq!(pairs(&answers(&said)), want, "{said:?}");
        assert_eq!(said.code, 1);
    }
    // Shown again after it has gone, it is judged again: a screenshot held up twice.
    let mut again = vec![frames[1].clone()];
    again.extend(vec![frames[0].clone(); 61]);
    again.push(frames[1].clone());
    write(place.0.join("again.y4m"), videos::y4m(&again));
    let said = scan(&place, &place.path("again.y4m"), &["--replay-cache", &place.path("seen-again")]);
    let found = answers(&said);
    assert_eq!(pairs(&found), [("again.y4m frame 1", "OK"), ("again.y4m frame 63", "E_REPLAY")]);
}

#[test]
fn a_video_that_breaks_off_is_told_after_its_codes() {
    let place = Place::new("scan-video-cut");
    for (name, video) in
        [("cut.y4m", videos::y4m(&filmed()[..3])), ("cut.mjpeg", videos::mjpeg(&filmed()[..3]))]
    {
        write(place.0.join(name), &video[..video.len() - 1_000]);
        let said = scan(&place, &place.path(name), &[]);
        assert_eq!((said.code, said.stdout.lines().count()), (3, 1), "{said:?}");
        assert!(said.stderr.contains("the video is cut short") && said.stderr.contains("hint: "), "{said:?}");
    }
    write(place.0.join("blank.y4m"), videos::y4m(&filmed()[..1]));
    let said = scan(&place, &place.path("blank.y4m"), &[]);
    assert_eq!((said.code, said.stdout.as_str()), (3, ""));
    assert!(said.stderr.contains("blank.y4m: no QR code found"));
}

#[test]
fn other_videos_are_read_by_ffmpeg_where_it_is_installed() {
    let place = Place::new("scan-ffmpeg");
    write(place.0.join("clip.y4m"), videos::y4m(&filmed()));
    let search = std::env::var("PATH").unwrap();
    let made = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-i", &place.path("clip.y4m"), "-c:v", "ffv1"])
        .arg(place.path("clip.mkv"))
        .status()
        .expect("ffmpeg is missing: cargo xtask setup installs it");
    assert!(made.success());
    let scan_with = |name: &str, search: &str| {
        let args = args(&place, &place.path(name), &[]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        said(program(&args).env("PATH", search).output().unwrap())
    };
    let found = scan_with("clip.mkv", &search);
    let want = [("clip.mkv frame 2", "OK"), ("clip.mkv frame 7", "E_STATUS_INVALID")];
    assert_eq!(pairs(&answers(&found)), want, "{found:?}");

    let missing = scan_with("clip.mkv", "/nonexistent:relative");
    assert_eq!(missing.code, 3);
    assert!(missing.stderr.contains("this kind of video needs ffmpeg"), "{missing:?}");
    assert!(
        missing.stderr.contains("hint: install ffmpeg, or save the video as .mjpeg or .y4m"),
        "{missing:?}"
    );

    let mut broken = fs::read(place.0.join("clip.mkv")).unwrap();
    broken.truncate(40);
    write(place.0.join("broken.mkv"), broken);
    let broken = scan_with("broken.mkv", &search);
    assert_eq!((broken.code, broken.stdout.as_str()), (3, ""), "{broken:?}");
    assert!(broken.stderr.contains("ffmpeg cannot read it"), "{broken:?}");
}

#[test]
fn a_foreign_code_in_a_video_is_told_once_and_is_no_answer() {
    let place = Place::new("scan-video-foreign");
    let payment = draw("wxp://f2f0abcdef");
    let code = draw(&with_status(1, 0));
    let both = pictures::beside(&payment, &pictures::inverted(&code));
    let frames = vec![both.clone(), GrayImage::from_pixel(both.width(), both.height(), Luma([90])), both];
    write(place.0.join("both.y4m"), videos::y4m(&frames));
    let said = scan(&place, &place.path("both.y4m"), &[]);
    assert_eq!(pairs(&answers(&said)), [("both.y4m frame 1", "OK")]);
    assert_eq!((said.code, said.stderr.matches("This is a payment code").count()), (0, 1), "{said:?}");

    write(place.0.join("payment.y4m"), videos::y4m(&[payment]));
    let said = scan(&place, &place.path("payment.y4m"), &[]);
    assert_eq!((said.code, said.stdout.as_str()), (3, ""), "{said:?}");
    assert!(said.stderr.contains("payment.y4m: This is a payment code"), "{said:?}");
}
