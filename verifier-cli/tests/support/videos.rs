//! Pictures of codes as videos.

use image::GrayImage;

use super::pictures;

/// JPEG pictures one after the other.
pub fn mjpeg(frames: &[GrayImage]) -> Vec<u8> {
    frames.iter().flat_map(pictures::jpeg).collect()
}

/// Unpacked frames of the first one's size, with colour planes that are to be passed over.
pub fn y4m(frames: &[GrayImage]) -> Vec<u8> {
    let (width, height) = frames[0].dimensions();
    let colour = vec![128; 2 * (width.div_ceil(2) * height.div_ceil(2)) as usize];
    let mut video = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
    for frame in frames {
        video.extend(b"FRAME\n");
        video.extend(frame.as_raw());
        video.extend(&colour);
    }
    video
}
