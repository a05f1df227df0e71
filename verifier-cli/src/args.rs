//! The command line (verifier-cli/README.md). Help is in both languages at once: it is read before any language is
//! known.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use liangzheng_core::time::{Seconds, UnixTime};

use crate::{clock, words::Lang};

/// 离线核验亮证码 · Check shown licences offline
#[derive(Debug, Parser)]
#[command(name = "liangzheng-verify", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(subcommand_required = true, arg_required_else_help = false, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
退出码 · Exit codes:
   0  有效 · valid           1  不通过 · invalid, refused      2  无法判断 · undetermined
   3  未识别到二维码 · no readable code in the input
  64  用法 · usage          66  无输入 · no input
  70  程序故障 · internal   74  读写或网络 · I/O";

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// 核验包目录，默认在用户数据目录 · Bundle of lists; default: the user's data folder
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Option<PathBuf>,
    /// 输出语言，默认按系统 · Language of the output; default: the locale's
    #[arg(long, global = true, value_enum, ignore_case = true)]
    pub(crate) lang: Option<Lang>,
    /// 以 JSON 输出结果 · Print the answer as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// 代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339
    #[arg(long, global = true, value_name = "TIME", value_parser = clock::parse, allow_hyphen_values = true)]
    pub(crate) now: Option<UnixTime>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 核验一个码（文字、图片、- 读标准输入）或证照文件（OFD） · Check a code: text, PNG, JPEG, - for stdin; or an OFD file
    Verify {
        /// EL1 文字、令牌、文件名或 - · `EL1:` text, a token, a file, or -
        input: OsString,
        #[command(flatten)]
        expect: Expect,
        #[command(flatten)]
        keep: Keep,
        /// 证照文件：所信任的印章证书机构（PEM） · For a file: certificates and revocation lists to trust for seals (PEM)
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        seal_trust: Option<PathBuf>,
    },
    /// 连续核验：文件夹、视频、或 - 接扫码枪 · Check one code after the other: a folder, a video, - for a scanner
    Scan {
        /// 文件夹、视频或图片文件，或 - 读扫码枪 · A folder, a video or picture, or - for a scanner that types lines
        #[arg(default_value = "-")]
        input: OsString,
        #[command(flatten)]
        expect: Expect,
        #[command(flatten)]
        keep: Keep,
        /// 持续监视文件夹，按 Ctrl-C 结束 · Keep watching the folder for new files until Ctrl-C
        #[arg(long)]
        watch: bool,
        /// 每次先出示核验码，只接受手机的回应 · Show a fresh challenge each time and accept only its answer
        #[arg(long, requires_all = ["rp", "scene"], conflicts_with = "challenge")]
        ask: bool,
        /// 本单位统一社会信用代码 · With --ask: the verifying unit's social credit code
        #[arg(long, value_name = "UNIT", requires = "ask")]
        rp: Option<String>,
        /// 核验码另存为图片，每次更新 · With --ask: keep the challenge in this picture, too
        #[arg(long, value_name = "FILE", requires = "ask", value_hint = ValueHint::FilePath)]
        png: Option<PathBuf>,
        /// 每个码只输出一行 · One line for each code instead of the form
        #[arg(long)]
        brief: bool,
    },
    /// 逐行核验，每行一个码 · Check a file with one code text a line; answers keep its order
    Batch {
        /// 文件名或 - · A file, or -
        file: OsString,
        #[command(flatten)]
        expect: Expect,
    },
    /// 联网取信任名录、目录和状态名单 · Fetch trust list, catalogue and status lists
    Sync {
        /// 平台地址 · Address of the platform, such as `https://licences.example`
        #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
        server: String,
        /// 根密钥文件；仅在尚无根密钥时使用 · Root file to pin; counts only while the bundle holds no root
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        root: Option<PathBuf>,
        /// 平台证书的签发方（PEM） · Certificates (PEM) to trust for HTTPS instead of the public ones
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        ca: Option<PathBuf>,
    },
    /// 查看、导出、导入或清空核验包 · Show, export, import or empty the bundle
    Bundle {
        /// 能否撑过这么久，如 8h；不能则退出码 2 · Exit 2 unless everything held lasts this long, such as 8h
        #[arg(long = "for", value_name = "TIME", value_parser = clock::parse_span)]
        patrol: Option<Seconds>,
        #[command(subcommand)]
        action: Option<BundleAction>,
    },
    /// 出示核验码，让手机扫描后回应 · Make a challenge for a phone to answer
    Challenge {
        /// 场景代码 · Code of the scene
        #[arg(long, value_name = "CODE")]
        scene: String,
        /// 本单位统一社会信用代码 · The verifying unit's social credit code
        #[arg(long, value_name = "UNIT")]
        rp: String,
        /// 另存为图片 · Draw it to a file, too
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        png: Option<PathBuf>,
    },
    /// 拆开一个码看内容，不作核验 · Take a code apart without checking it
    Inspect {
        /// EL1 文字、令牌、EC1 核验码、文件名或 - · `EL1:` or `EC1:` text, a token, a file, or -
        text: OsString,
    },
    /// 查看、导出、上传核验记录 · List, export or upload what --receipts kept
    Receipts {
        #[command(subcommand)]
        action: ReceiptsAction,
    },
    /// 检查本机能否核验 · Tell whether this machine is ready to verify
    Doctor {
        /// 能否撑过这么久的外勤，如 8h · Whether it stays ready this long, such as 8h
        #[arg(long = "for", value_name = "TIME", value_parser = clock::parse_span)]
        patrol: Option<Seconds>,
        /// 外勤的场景；按其名单时限判断 · The patrol's scene, whose limit on the lists' age then counts
        #[arg(long, value_name = "CODE")]
        scene: Option<String>,
        /// 同时检查已用码记录 · Look at this replay cache, too
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        replay_cache: Option<PathBuf>,
        /// 同时检查核验记录 · Look at these receipts, too
        #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
        receipts: Option<PathBuf>,
    },
    /// 生成命令补全 · Print a completion script
    Completions { shell: Shell },
    /// 生成手册页 · Print the man page
    Man,
}

/// What a run answers to, and what it keeps.
#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// 只接受对此核验码的回应 · Accept nothing but the answer to this `EC1:` challenge
    #[arg(long, value_name = "EC1-TEXT")]
    pub(crate) challenge: Option<String>,
    /// 记住已核验的码，再次出示即拒绝 · Remember accepted codes here and refuse them next time
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) replay_cache: Option<PathBuf>,
    /// 每次核验留一条记录 · Keep a receipt of each verdict here
    #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) receipts: Option<PathBuf>,
}

/// Where receipts were kept.
#[derive(Debug, Args)]
pub(crate) struct Receipts {
    /// 核验时所用的 --receipts · The --receipts of the scans
    #[arg(long, value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) receipts: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptsAction {
    /// 列出记录及上传状态 · List them and which are uploaded
    List {
        #[command(flatten)]
        kept: Receipts,
    },
    /// 上传尚未上传的记录 · Upload those that are not uploaded yet
    Upload {
        #[command(flatten)]
        kept: Receipts,
        /// 平台地址 · Address of the platform, such as `https://licences.example`
        #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
        server: String,
        /// 存放会话令牌的文件 · File that holds the session's token
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        token_file: PathBuf,
        /// 平台证书的签发方（PEM） · Certificates (PEM) to trust for HTTPS instead of the public ones
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        ca: Option<PathBuf>,
    },
    /// 导出为表格（CSV） · Write them as a table (CSV)
    Export {
        #[command(flatten)]
        kept: Receipts,
        /// 文件名或 - · A file, or -
        csv: OsString,
    },
    /// 清理已上传的记录 · Remove those that are uploaded
    Prune {
        #[command(flatten)]
        kept: Receipts,
    },
}

/// What the verifier expects of a code.
#[derive(Debug, Args)]
pub(crate) struct Expect {
    /// 本核验方的受众类别 · This verifier's audience class
    #[arg(long, value_name = "CLASS")]
    pub(crate) audience: Option<String>,
    /// 本次核验的场景 · The scene of this check
    #[arg(long, value_name = "CODE")]
    pub(crate) scene: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleAction {
    /// 导出为一个文件 · Write all of it to one file
    Export {
        /// 文件名或 - · A file, or -
        file: OsString,
        /// 对方已有的信任名录版本；默认全部带上 · Trust list version that the receiver holds; default: all are written
        #[arg(long, value_name = "VERSION", default_value_t = 0, hide_default_value = true)]
        from: u64,
    },
    /// 从文件导入 · Take in what another machine exported; everything is checked again
    Import {
        /// 文件名或 - · A file, or -
        file: OsString,
        /// 根密钥文件；仅在尚无根密钥时使用 · Root file to pin; counts only while the bundle holds no root
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        root: Option<PathBuf>,
    },
    /// 清空，包括根密钥和时间下限 · Empty it, with its root and floors
    Reset,
}
