//! Camera frames of real codes, each made from a number and the same for ever: a plane in space that carries the code
//! is looked at through a lens, and light, lens, sensor and JPEG take their share.
//!
//! Shared by `tests/pictures.rs` and the bench that reads the same frames with a decoder that is not ours.

use std::f32::consts::TAU;

use image::{
    ExtendedColorType, GrayImage, ImageEncoder as _, Luma, RgbImage, codecs::jpeg::JpegEncoder, imageops,
};
use liangzheng_core::{
    qr,
    token::{Fields, grant, show},
};
use qrcode::{Color, EcLevel, QrCode};

use super::world::{self, NOW, key};

/// A code as it may be shown: its text, and its dark modules without a quiet zone.
pub struct Payload {
    pub text: String,
    /// `v12-L`
    pub name: String,
    width: usize,
    dark: Vec<bool>,
}

/// One frame: a JPEG, and what it shows.
pub struct Frame {
    pub jpeg: Vec<u8>,
    pub text: String,
    /// What was done to it, for a message.
    pub what: String,
}

/// Numbers from a seed (SplitMix64); a library's generator may change with its version, and every frame with it.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `limit`, which is far below 2^64: the bias is of no account here.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    fn happens(&mut self, probability: f32) -> bool {
        self.between(0., 1.) < probability
    }

    /// Near enough to normal, spread 1: the sum of four uniform numbers.
    fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|at| (bits >> (16 * at)) & 0xffff).sum();
        (sum as f32 / 65_536. - 2.) * 3_f32.sqrt()
    }
}

/// Real `EL1:` texts of both profiles, as codes of versions 9 to 16, levels L and M.
pub fn payloads() -> Vec<Payload> {
    let (show_key, grant_key) = (key("show-a"), key("grant-a"));
    let names = "九九好味饭店海天小吃云溪山月茶饮江畔酒店望湖书屋青石老街";
    let mut texts = vec![];
    for (number, length) in (0..8).map(|step| (step, 2 + 8 * step as usize)) {
        let mut name: String = names.chars().cycle().skip(number as usize * 3).take(length).collect();
        name.truncate(200);
        let fields =
            || Fields::new(vec![("mc".into(), name.clone()), ("zh".into(), "****0021".into())]).unwrap();
        let mut claims = world::claims(number);
        claims.fld = fields();
        texts.push(qr::pack(&show::sign(&claims, &show_key).unwrap()).unwrap());
        let mut granted = world::grant_claims(number);
        granted.licence.fld = fields();
        let grant = grant::sign(&granted, &grant_key).unwrap();
        let proved = world::proved(&grant, "inspector", world::nonce(number as u8), NOW.0 - 5, "phone-1");
        texts.push(qr::pack(&proved).unwrap());
    }
    let mut payloads = vec![];
    for text in texts {
        for (level, letter) in [(EcLevel::L, 'L'), (EcLevel::M, 'M')] {
            let code = QrCode::with_error_correction_level(&text, level).unwrap();
            let qrcode::Version::Normal(version) = code.version() else { continue };
            if (9..=16).contains(&version) {
                let dark = code.to_colors().iter().map(|color| *color == Color::Dark).collect();
                let name = format!("v{version}-{letter}");
                payloads.push(Payload { text: text.clone(), name, width: code.width(), dark });
            }
        }
    }
    payloads
}

/// Frame `number`, 1280 × 720: one code, near enough to be meant and hard to read.
pub fn hard_frame(number: u64, payloads: &[Payload]) -> Frame {
    let mut chance = Chance::new(number.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x71a2_9f03);
    let payload = &payloads[chance.below(payloads.len() as u64) as usize];
    let modules = payload.width as f32 + 8.;
    let pose = Pose {
        pixels_per_module: chance.between(3.2, 640. / modules),
        turn: if chance.happens(0.2) { chance.between(0., TAU) } else { chance.between(-0.35, 0.35) },
        yaw: chance.between(-0.6, 0.6),
        pitch: chance.between(-0.6, 0.6),
        shift: (chance.between(-60., 60.), chance.between(-30., 30.)),
    };
    let (dark, light) = (chance.between(10., 70.), chance.between(150., 245.));
    let mut frame = seen(payload, (1_280, 720), &pose, (dark, light), &mut chance);
    let mut what = format!("{} {:.1} px", payload.name, pose.pixels_per_module);

    let (slope, direction) = (chance.between(0., 0.5), chance.between(0., TAU));
    let moire = chance
        .happens(0.35)
        .then(|| (chance.between(0.05, 0.25), TAU / chance.between(2.3, 7.), chance.between(0., TAU)));
    let (sin, cos) = direction.sin_cos();
    shade(&mut frame, |x, y, light| {
        let mut light = light * (1. - slope * (0.5 + (x * cos + y * sin) / 1_400.));
        if let Some((strength, frequency, direction)) = moire {
            light *= 1. + strength * ((x * direction.cos() + y * direction.sin()) * frequency).sin();
        }
        light
    });
    let sigma = chance.between(0.3, 1.9);
    frame = imageops::blur(&frame, sigma);
    what += &format!(", blur {sigma:.1}");
    if let Some((strength, ..)) = moire {
        what += &format!(", moire {strength:.2}");
    }
    if chance.happens(0.3) {
        let length = 2 + chance.below(4) as i64;
        let step = [(1, 0), (0, 1), (1, 1), (1, -1)][chance.below(4) as usize];
        frame = moved(&frame, length, step);
        what += &format!(", motion {length}");
    }
    if chance.happens(0.3) {
        let strength = chance.between(60., 220.);
        let (at_x, at_y) = (640. + chance.between(-250., 250.), 360. + chance.between(-250., 250.));
        let spread = 2. * chance.between(25., 110.).powi(2);
        shade(&mut frame, |x, y, light| {
            light + strength * (-((x - at_x).powi(2) + (y - at_y).powi(2)) / spread).exp()
        });
        what += &format!(", glare {strength:.0}");
    }
    let grain = chance.between(2., 16.);
    shade(&mut frame, |_, _, light| light + grain * chance.normal());
    let quality = 45 + chance.below(41) as u8;
    what += &format!(", noise {grain:.0}, JPEG {quality}");
    Frame { jpeg: grey_jpeg(&frame, quality), text: payload.text.clone(), what }
}

/// A phone's photograph of a code on a screen: 4000 × 3000, in colour, tilted, a little out of focus, with the sensor's
/// noise.
pub fn photograph(number: u64, payload: &Payload) -> Frame {
    let mut chance = Chance::new(number ^ 0x12_0000);
    let pose = Pose {
        pixels_per_module: chance.between(14., 24.),
        turn: chance.between(-0.3, 0.3),
        yaw: chance.between(-0.5, 0.5),
        pitch: chance.between(-0.5, 0.5),
        shift: (chance.between(-500., 500.), chance.between(-300., 300.)),
    };
    let mut grey = seen(payload, (4_000, 3_000), &pose, (35., 215.), &mut chance);
    let sigma = chance.between(1., 2.5);
    grey = imageops::blur(&grey, sigma);
    let what = format!("{} {:.0} px, blur {sigma:.1}", payload.name, pose.pixels_per_module);
    let grain = chance.between(3., 8.);
    let colour = RgbImage::from_fn(grey.width(), grey.height(), |x, y| {
        let light = f32::from(grey.get_pixel(x, y).0[0]) + grain * chance.normal();
        image::Rgb([light * 1.02, light, light * 0.93].map(|channel| channel.clamp(0., 255.) as u8))
    });
    let mut jpeg = vec![];
    JpegEncoder::new_with_quality(&mut jpeg, 88)
        .write_image(colour.as_raw(), colour.width(), colour.height(), ExtendedColorType::Rgb8)
        .unwrap();
    Frame { jpeg, text: payload.text.clone(), what }
}

/// How the plane with the code stands to the camera.
struct Pose {
    /// In the middle of the code.
    pixels_per_module: f32,
    /// Radians in the picture's plane.
    turn: f32,
    /// Radians around the upright and the level axis.
    yaw: f32,
    pitch: f32,
    /// Pixels from the middle of the picture.
    shift: (f32, f32),
}

type Vector = [f32; 3];

/// The code on a textured ground, every pixel the mean of four rays.
fn seen(
    payload: &Payload,
    (width, height): (u32, u32),
    pose: &Pose,
    (dark, light): (f32, f32),
    chance: &mut Chance,
) -> GrayImage {
    let focus = width as f32;
    let size = payload.width as f32 + 8.;
    // The axes of the plane, one module long, and its corner, seen from the eye.
    let tilted = |[x, y, _]: Vector| -> Vector {
        let (sin, cos) = pose.turn.sin_cos();
        let (x, y) = (x * cos - y * sin, x * sin + y * cos);
        let (yaw_sin, yaw_cos) = pose.yaw.sin_cos();
        let (pitch_sin, pitch_cos) = pose.pitch.sin_cos();
        let (x, z) = (x * yaw_cos, x * yaw_sin);
        [x, y * pitch_cos - z * pitch_sin, y * pitch_sin + z * pitch_cos]
    };
    let (across, down) = (tilted([1., 0., 0.]), tilted([0., 1., 0.]));
    let distance = focus / pose.pixels_per_module;
    let middle = [pose.shift.0 / pose.pixels_per_module, pose.shift.1 / pose.pixels_per_module, distance];
    let corner: Vector = std::array::from_fn(|axis| middle[axis] - (across[axis] + down[axis]) * size / 2.);
    // A ray `d` meets the plane where t·d = corner + u·across + v·down, so u, v and 1 are in the ratio of three
    // dot products.
    let rows = [cross(down, corner), cross(corner, across), cross(across, down)];
    let (grain_x, grain_y) = (chance.between(0.01, 0.12), chance.between(0.01, 0.12));
    let ground = chance.between(60., 190.);
    GrayImage::from_fn(width, height, |x, y| {
        let mut sum = 0.;
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let ray = [x as f32 + dx - width as f32 / 2., y as f32 + dy - height as f32 / 2., focus];
            let [u, v, scale] = rows.map(|row| dot(row, ray));
            let (u, v) = (u / scale, v / scale);
            let on_code = u >= 0. && v >= 0. && u < size && v < size;
            sum += if on_code {
                let module = |at: f32| (at as usize).checked_sub(4).filter(|at| *at < payload.width);
                match (module(u), module(v)) {
                    (Some(u), Some(v)) if payload.dark[v * payload.width + u] => dark,
                    _ => light,
                }
            } else {
                // A table top: stripes and blotches, so that there is something beside the code to look at.
                ground
                    + 30. * (x as f32 * grain_x).sin() * (y as f32 * grain_y).cos()
                    + 12. * (x as f32 * 0.7).sin()
            };
        }
        Luma([(sum / 4.) as u8])
    })
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Gives every pixel the light that `change` makes of its place and its light.
fn shade(picture: &mut GrayImage, mut change: impl FnMut(f32, f32, f32) -> f32) {
    for (x, y, Luma([light])) in picture.enumerate_pixels_mut() {
        *light = change(x as f32, y as f32, f32::from(*light)).clamp(0., 255.) as u8;
    }
}

/// Each pixel the mean of `length` pixels along a line.
fn moved(picture: &GrayImage, length: i64, (dx, dy): (i64, i64)) -> GrayImage {
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let mut sum = 0_i64;
        for step in 0..length {
            let x = (i64::from(x) + step * dx).clamp(0, i64::from(picture.width()) - 1);
            let y = (i64::from(y) + step * dy).clamp(0, i64::from(picture.height()) - 1);
            sum += i64::from(picture.get_pixel(x as u32, y as u32).0[0]);
        }
        Luma([(sum / length) as u8])
    })
}

fn grey_jpeg(picture: &GrayImage, quality: u8) -> Vec<u8> {
    let mut jpeg = vec![];
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::L8)
        .unwrap();
    jpeg
}
