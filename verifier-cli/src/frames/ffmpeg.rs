//! Videos in containers, unpacked by the user's own `ffmpeg`: no other file of this program starts a program.

use std::{
    env,
    ffi::OsString,
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    thread::{self, JoinHandle},
};

use liangzheng_core::text::Text;

use super::{Frame, Frames, damaged, y4m::Y4m};
use crate::{
    error::{Exit, Failure},
    fault,
    words::visible,
};

/// Bytes of its complaints that are repeated to the user.
const MAX_COMPLAINT: u64 = 4_096;

/// A video that `ffmpeg` is unpacking.
pub(super) struct Decoded {
    name: String,
    child: Child,
    /// Reads what `ffmpeg` complains of, so that it never waits for a reader.
    complaints: Option<JoinHandle<Vec<u8>>>,
    frames: Option<Y4m<BufReader<ChildStdout>>>,
}

/// Where `ffmpeg` is, if it is installed: the first in `PATH`.
pub(crate) fn find() -> Option<PathBuf> {
    let name = format!("ffmpeg{}", env::consts::EXE_SUFFIX);
    // Not relative folders: what lies beside the video is not this machine's ffmpeg.
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}

impl Decoded {
    fn stop(&mut self) {
        // It has ended already, or ends now; nothing hangs on it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts on a video.
    ///
    /// # Errors
    /// 3 if there is no `ffmpeg`, or it cannot read this file.
    pub(super) fn new(path: &Path) -> Result<Self, Failure> {
        let name = visible(&path.display().to_string());
        let Some(program) = find() else {
            return Err(Failure::new(
                Exit::NoCode,
                format!("{name}：读取此类视频需要 ffmpeg"),
                format!("{name}: this kind of video needs ffmpeg"),
            )
            .hint(
                "请安装 ffmpeg，或将视频另存为 .mjpeg 或 .y4m。",
                "install ffmpeg, or save the video as .mjpeg or .y4m",
            ));
        };
        // `file:` so that no name is taken for an address or an option; a playlist may not fetch anything either.
        let mut input = OsString::from("file:");
        input.push(path);
        let mut child = Command::new(program)
            .args([
                "-nostdin",
                "-hide_banner",
                "-loglevel",
                "error",
                "-protocol_whitelist",
                "file,pipe",
                "-i",
            ])
            .arg(input)
            .args(["-map", "0:v:0", "-an", "-sn", "-pix_fmt", "gray", "-f", "yuv4mpegpipe", "pipe:1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                let Text { zh, en } = fault::told(&error);
                Failure::new(Exit::Io, format!("无法启动 ffmpeg：{zh}"), format!("cannot start ffmpeg: {en}"))
            })?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let complaints = stderr.map(|stderr| thread::spawn(move || heads(stderr)));
        let mut decoded = Self { name, child, complaints, frames: None };
        match stdout.map(|stdout| Y4m::new(BufReader::with_capacity(1 << 20, stdout), &decoded.name)) {
            Some(Ok(frames)) => decoded.frames = Some(frames),
            _ => return Err(decoded.complaint()),
        }
        Ok(decoded)
    }

    /// What `ffmpeg` said, which is stopped if it has not given up.
    fn complaint(&mut self) -> Failure {
        self.stop();
        let said = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let said = said.lines().next().unwrap_or_default();
        damaged(
            &self.name,
            &format!("ffmpeg 无法读取此视频：{said}"),
            &format!("ffmpeg cannot read it: {said}"),
        )
    }
}

impl Frames for Decoded {
    fn next(&mut self) -> Result<Option<Frame>, Failure> {
        match self.frames.as_mut().map_or(Ok(None), Frames::next) {
            Ok(None) if self.child.wait().is_ok_and(|status| status.success()) => Ok(None),
            Ok(Some(frame)) => Ok(Some(frame)),
            _ => Err(self.complaint()),
        }
    }
}

/// Reads to the end and keeps the beginning.
fn heads(mut stderr: ChildStderr) -> Vec<u8> {
    let mut said = Vec::new();
    // Only words for the user: if they cannot be read there are none.
    let _ = (&mut stderr).take(MAX_COMPLAINT).read_to_end(&mut said);
    let _ = io::copy(&mut stderr, &mut io::sink());
    said
}

impl Drop for Decoded {
    /// A scan that is broken off leaves no `ffmpeg` behind.
    fn drop(&mut self) {
        self.stop();
    }
}
