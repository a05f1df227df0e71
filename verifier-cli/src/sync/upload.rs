//! `receipts upload`: what was kept of scans to the server, each receipt once.
//!
//! A receipt's id is random, and the server counts one that it knows without changing anything. So whatever was
//! sent and not marked, because the connection or the power went, is sent again. The mark moves only after the
//! server's answer, one batch at a time.

use std::{fs::File, io::Read as _, path::Path, thread, time::Duration};

use serde::{Deserialize, Serialize};

use super::fetch::{Reply, Server, Session};
use crate::{
    Shell,
    error::{Exit, Failure},
    output,
    receipts::{Kept, Mark, Scan, SetAside, Standing, State, file_of},
    words::{Lang, visible},
};

/// Most receipts in one request (the server's own limit).
const MAX_BATCH: usize = 500;

/// How often a batch is sent again when the server asks for patience.
const MAX_TRIES: u32 = 5;

/// Longest wait between two tries; a server that wants more is tried again by the user.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Longest token file in bytes.
const MAX_TOKEN: usize = 4_096;

const PATH: &str = "/api/v1/scans";

#[derive(Serialize)]
struct Batch<'a> {
    scans: Vec<&'a Scan>,
}

#[derive(Deserialize)]
struct Taken {
    accepted: usize,
    known: usize,
}

/// The part of a problem document (RFC 9457) that names what is wrong.
#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<Wrong>,
}

#[derive(Deserialize)]
struct Wrong {
    pointer: String,
    #[serde(default)]
    detail: String,
}

/// What a run did, for `--json`.
#[derive(Debug, Default, Serialize)]
struct Summary {
    accepted: usize,
    known: usize,
    refused: usize,
}

struct Upload<'a> {
    shell: &'a Shell,
    server: Server,
    session: Session,
    file: &'a Path,
    mark: Mark,
    /// Most receipts that this server takes at once.
    limit: usize,
    summary: Summary,
}

pub(crate) fn run(
    shell: &Shell,
    named: &Path,
    server: &str,
    token_file: &Path,
    ca: Option<&Path>,
) -> Result<Exit, Failure> {
    let server = Server::new(server, ca)?;
    server.must_be_private()?;
    let session = Session::new(read_token(token_file)?, shell.lang);
    let file = &file_of(named);
    let receipts = Kept::open(file, shell.lang)?;
    let _lock = Mark::lock(file)?;
    let mark = Mark::load(file, shell.lang)?;
    let mut standing = Standing::new(file, &mark, shell.lang)?;
    let mut upload =
        Upload { shell, server, session, file, mark, limit: MAX_BATCH, summary: Summary::default() };

    let mut batch = Vec::new();
    for receipt in receipts {
        let receipt = receipt?;
        let state = standing.of(&receipt);
        if state != State::Uploaded {
            batch.push((receipt.scan, state == State::Pending));
        }
        if batch.len() >= upload.limit {
            upload.deliver(&mut batch)?;
        }
    }
    upload.deliver(&mut batch)?;
    upload.tell()?;
    Ok(if upload.summary.refused > 0 { Exit::Invalid } else { Exit::Valid })
}

impl Upload<'_> {
    /// Sends all of a batch and moves the mark. Each scan comes with whether it was never sent before.
    fn deliver(&mut self, batch: &mut Vec<(Scan, bool)>) -> Result<(), Failure> {
        while !batch.is_empty() {
            let size = batch.len().min(self.limit);
            let part: Vec<(Scan, bool)> = batch.get(..size).unwrap_or_default().to_vec();
            let mut scans: Vec<&Scan> = part.iter().map(|(scan, _)| scan).collect();
            let Some(refused) = self.send(&mut scans)? else {
                // Too large: again with half of it.
                self.limit = (size / 2).max(1);
                continue;
            };
            for (scan, _) in &part {
                self.mark.set_aside.retain(|aside| aside.id != scan.id);
            }
            self.summary.refused += refused.len();
            self.mark.set_aside.extend(refused);
            if let Some((last, _)) = part.iter().rev().find(|(_, is_new)| *is_new) {
                self.mark.last = Some(last.id.clone());
            }
            self.mark.save(self.file)?;
            batch.drain(..size);
        }
        Ok(())
    }

    /// Sends `scans` until the server has them all but those it refuses, which are returned; `None` if they are
    /// too many for it.
    fn send(&mut self, scans: &mut Vec<&Scan>) -> Result<Option<Vec<SetAside>>, Failure> {
        let mut refused = Vec::new();
        let mut tries = 0;
        while !scans.is_empty() {
            let body = output::to_json(&Batch { scans: scans.clone() })?;
            let reply = self.server.post(PATH, &body, &self.session)?;
            match reply.status {
                200 => {
                    let taken: Taken = serde_json::from_str(&reply.body).map_err(|_| strange(&reply))?;
                    if taken.accepted.checked_add(taken.known) != Some(scans.len()) {
                        return Err(strange(&reply));
                    }
                    self.summary.accepted += taken.accepted;
                    self.summary.known += taken.known;
                    break;
                }
                413 if scans.len() > 1 => return Ok(None),
                400 | 422 => refused.extend(self.set_aside(scans, &reply)?),
                429 | 503 if tries < MAX_TRIES => {
                    tries += 1;
                    self.wait(&reply)?;
                }
                _ => return Err(refusal(&reply)),
            }
        }
        Ok(Some(refused))
    }

    /// Takes those scans out that the server's problem document names, and tells each.
    ///
    /// # Errors
    /// 1 if it names none: then nothing can be left out, and nothing is marked.
    fn set_aside(&self, scans: &mut Vec<&Scan>, reply: &Reply) -> Result<Vec<SetAside>, Failure> {
        let problem: Problem = serde_json::from_str(&reply.body).map_err(|_| refusal(reply))?;
        let mut found: Vec<(usize, String)> = Vec::new();
        for wrong in &problem.errors {
            let member = wrong.pointer.strip_prefix("/scans/");
            let number = member.and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
            let Some(number) = number.filter(|number| *number < scans.len()) else { continue };
            let why = format!("{} {}", wrong.pointer, wrong.detail);
            match found.iter_mut().find(|(known, _)| *known == number) {
                Some((_, known)) => *known = format!("{known}; {why}"),
                None => found.push((number, why)),
            }
        }
        if found.is_empty() {
            return Err(refusal(reply));
        }
        found.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        let mut refused = Vec::new();
        for (number, why) in found {
            let id = scans.remove(number).id.clone();
            let shown = visible(&why);
            Failure::new(
                Exit::Invalid,
                format!("平台未收核验记录 {id}：{shown}"),
                format!("the server refuses receipt {id}: {shown}"),
            )
            .hint(
                "该记录仍保留，下次上传时会再试；其余记录继续上传。",
                "it is kept and offered again next time; the others are uploaded",
            )
            .print(self.shell.lang);
            refused.push(SetAside { id, why });
        }
        Ok(refused)
    }

    fn wait(&self, reply: &Reply) -> Result<(), Failure> {
        let wanted = Duration::from_secs(reply.retry_after.unwrap_or(1));
        if wanted > MAX_WAIT {
            return Err(refusal(reply));
        }
        let seconds = wanted.as_secs();
        match self.shell.lang {
            Lang::Zh => eprintln!("平台繁忙，{seconds} 秒后重试"),
            Lang::En => eprintln!("the server is busy: trying again in {seconds} s"),
        }
        thread::sleep(wanted);
        Ok(())
    }

    fn tell(&self) -> Result<(), Failure> {
        let Summary { accepted, known, refused } = self.summary;
        if self.shell.json {
            return output::json(&self.summary);
        }
        match self.shell.lang {
            Lang::Zh => eprintln!("已上传 {accepted} 条，平台已有 {known} 条，平台未收 {refused} 条"),
            Lang::En => {
                eprintln!("receipts uploaded: {accepted}, known to the server: {known}, refused: {refused}")
            }
        }
        Ok(())
    }
}

/// What the server said instead of taking the batch.
fn refusal(reply: &Reply) -> Failure {
    let problem: Option<Problem> = serde_json::from_str(&reply.body).ok();
    let said = problem.map(|problem| problem.detail.unwrap_or(problem.title)).unwrap_or_default();
    let (status, said) = (reply.status, visible(&said));
    let is_refusal = (400..500).contains(&status) && status != 429;
    let failure = Failure::new(
        if is_refusal { Exit::Invalid } else { Exit::Io },
        format!("平台未接收核验记录（HTTP {status}）{said}"),
        format!("the server does not take the receipts (HTTP {status}) {said}"),
    );
    match status {
        401 => failure.hint(
            "会话无效或已过期：请重新登录，更新令牌文件后再上传。",
            "the session is not valid or has expired: log in again and renew the token file",
        ),
        403 => failure.hint(
            "该账号不能上传核验记录：请使用检查、核验或经办人员的账号。",
            "this account may not upload receipts: use an inspector's, verifier's or handler's",
        ),
        404 => failure.hint("请检查 --server 地址。", "check --server"),
        429 | 503 => failure.hint(
            "请稍后再上传；已上传的不会重复。",
            "upload again later: what has been uploaded is not sent twice",
        ),
        _ => failure.hint(
            "记录都还在；请更新程序或联系平台。",
            "every receipt is still here; update this program or ask the platform",
        ),
    }
}

/// An answer that is none.
fn strange(reply: &Reply) -> Failure {
    Failure::new(Exit::Io, "平台的答复无法读懂", "the server's answer is unreadable").hint(
        format!("请检查 --server 地址（HTTP {}）；这一批未标记为已上传。", reply.status),
        format!("check --server (HTTP {}); this batch is not marked as uploaded", reply.status),
    )
}

fn read_token(path: &Path) -> Result<String, Failure> {
    let name = visible(&path.display().to_string());
    let mut text = String::new();
    // White space around it is passed over, so a little more than the longest token.
    let read = File::open(path).and_then(|file| file.take(2 * MAX_TOKEN as u64).read_to_string(&mut text));
    read.map_err(|error| Failure::unreadable(Exit::NoInput, &name, &error).hint(TOKEN_HINT.0, TOKEN_HINT.1))?;
    let token = text.trim();
    // What may stand in a header (RFC 6750): anything else would be refused later, and less clearly.
    let is_token = !token.is_empty()
        && token.len() <= MAX_TOKEN
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    if !is_token {
        return Err(Failure::new(
            Exit::Usage,
            format!("{name}：不是会话令牌"),
            format!("{name}: not a session token"),
        )
        .hint(TOKEN_HINT.0, TOKEN_HINT.1));
    }
    Ok(token.into())
}

const TOKEN_HINT: (&str, &str) = (
    "文件中只放登录（POST /api/v1/sessions）得到的 token。",
    "the file holds the token of a login (POST /api/v1/sessions) and nothing else",
);
