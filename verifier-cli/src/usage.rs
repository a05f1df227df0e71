//! clap's errors in this program's manners: exit 64 (2 means "undetermined" here), named program, a hint.

use std::ffi::OsString;

use clap::{
    CommandFactory as _, Parser as _,
    error::{ContextKind, ErrorKind},
};
use liangzheng_core::text::Text;

use crate::{
    args::Cli,
    error::{Exit, Failure},
    words::{Lang, visible},
};

/// Reads the command line. `Err` holds the exit code after help or an error has been printed.
pub(crate) fn parse(args: &[OsString]) -> Result<Cli, Exit> {
    Cli::try_parse_from(args).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // To stdout, and nobody can be told if that is closed.
            let _ = error.print();
            Exit::Valid
        }
        _ => {
            let lang = lang_of(args);
            let command = subcommand_of(args);
            let (Text { zh, en }, hint) = (sentence(&error), hint(&error, command));
            Failure::new(Exit::Usage, zh, en).hint(hint.zh, hint.en).print(lang);
            Exit::Usage
        }
    })
}

/// `--lang` in a command line that cannot be parsed as a whole.
fn lang_of(args: &[OsString]) -> Lang {
    let mut words = args.iter().filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        if let Some(value) = value {
            return if value.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En };
        }
    }
    Lang::of_locale()
}

fn subcommand_of(args: &[OsString]) -> Option<String> {
    let cli = Cli::command();
    let names: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    args.iter().skip(1).filter_map(|word| word.to_str()).find(|word| names.contains(word)).map(str::to_owned)
}

fn sentence(error: &clap::Error) -> Text {
    let about = |kind| error.get(kind).map(|value| visible(&value.to_string())).unwrap_or_default();
    let arg = about(ContextKind::InvalidArg);
    let value = about(ContextKind::InvalidValue);
    // clap's own English sentence: its first line, without the word that we put there ourselves.
    let rendered = error.to_string();
    let english = rendered.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let english =
        if english.ends_with("not provided:") { format!("{english} {arg}") } else { english.to_owned() };
    let chinese = match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => format!("{arg} 缺少取值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("{arg} 的取值「{value}」不正确"),
        ErrorKind::UnknownArgument => format!("不认识的参数「{arg}」"),
        ErrorKind::InvalidSubcommand => format!("没有「{}」这个命令", about(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {arg}"),
        ErrorKind::MissingSubcommand => "没有给出命令".into(),
        ErrorKind::ArgumentConflict => format!("参数 {arg} 重复或冲突"),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文字".into(),
        _ => "命令行用法不对".into(),
    };
    Text::new(chinese, english)
}

fn hint(error: &clap::Error, command: Option<String>) -> Text {
    let valid: Option<String> =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::ValidValue]
            .into_iter()
            .find_map(|kind| error.get(kind))
            .map(|value| visible(&value.to_string()));
    if let Some(valid) = valid {
        return Text::new(format!("可用：{valid}"), format!("try {valid}"));
    }
    let help = match command {
        Some(command) => format!("liangzheng-verify {command} --help"),
        None => "liangzheng-verify --help".into(),
    };
    Text::new(format!("用法见 {help}"), format!("see {help}"))
}
