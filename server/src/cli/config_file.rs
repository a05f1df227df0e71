//! The configuration file that `init` writes: what is set, and why it must stay as it is.

use serde::Serialize;

use crate::config::Config;

/// The file's text. Only what differs from the defaults stands in it.
pub(super) fn text(config: &Config) -> anyhow::Result<String> {
    let (server, database) = (&config.server, &config.database);
    let (secrets, tokens) = (&config.secrets, &config.tokens);
    let mut text = String::from(
        "# 由 liangzheng-server init 生成。改后请先运行 config check。\n\
         # Made by `liangzheng-server init`. After a change, run `config check`.\n\n[server]\n",
    );
    line(&mut text, "bind", &server.bind)?;
    text.push_str("# Status list addresses are made from it: it can never be changed. 不可更改\n");
    line(&mut text, "base_url", &server.base_url)?;
    if let Some(assets) = &server.assets {
        line(&mut text, "assets", assets)?;
    }
    text.push_str("\n[database]\n");
    line(&mut text, "url", &database.url)?;
    if let Some(file) = &database.password_file {
        line(&mut text, "password_file", file)?;
    }
    text.push_str("\n[secrets]\n# Without this file the database cannot be read. 缺此文件数据库不可读\n");
    line(&mut text, "master_file", &secrets.master_file)?;
    text.push_str("\n[access]\n# Staff log in with a password and an authenticator's code; \"none\" is for demonstrations. 工作人员双因素登录\n");
    line(&mut text, "staff_factor", &config.access.staff_factor)?;
    text.push_str("\n[tokens]\n# `iss` of every token: it can never be changed. 不可更改\n");
    line(&mut text, "operator", &tokens.operator)?;
    let (zh, en) = (quoted(&tokens.operator_names.zh)?, quoted(&tokens.operator_names.en)?);
    text.push_str(&format!("operator_names = {{ zh-CN = {zh}, en = {en} }}\n"));
    line(&mut text, "operator_regions", &tokens.operator_regions)?;
    text.push_str("# Whom this server believes. Pinned here, never read from the database. 根公钥\n");
    line(&mut text, "roots", &tokens.roots)?;
    line(&mut text, "keys", &tokens.keys)?;
    line(&mut text, "keystore_pass_file", &tokens.keystore_pass_file)?;
    text.push_str("\n[seals]\n# Keys of the units' seals, apart from those of tokens; `key seal create` makes them. 印章密钥\n");
    line(&mut text, "keys", &config.seals.keys)?;
    line(&mut text, "keystore_pass_file", &config.seals.keystore_pass_file)?;
    line(&mut text, "trust", &config.seals.trust)?;
    Ok(text)
}

fn line(text: &mut String, key: &str, value: &impl Serialize) -> anyhow::Result<()> {
    text.push_str(&format!("{key} = {}\n", quoted(value)?));
    Ok(())
}

/// A string, or a list of strings: JSON's spelling of both is TOML's, for a text without U+007F, which no name has.
fn quoted(value: &(impl Serialize + ?Sized)) -> anyhow::Result<String> {
    Ok(serde_json::to_string(value)?)
}

#[cfg(test)]
mod tests {
    use liangzheng_core::text::Text;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut config = Config::default();
        config.server.base_url = Some("https://lz.example".into());
        config.server.assets = Some("/srv/\"web\" \\ 网页".into());
        config.database.url = "postgres://lz@db/lz".into();
        config.database.password_file = Some("/etc/lz/pg".into());
        config.tokens.operator_names = Text::new("某省\"平台\"", "A \\ platform");
        config.tokens.operator_regions = vec!["1199".into(), "1299".into()];
        config.seals.trust = "/srv/lz/seal-trust.pem".into();
        let file = std::env::temp_dir().join(format!("lz-config-file-{}.toml", std::process::id()));
        std::fs::write(&file, text(&config).unwrap()).unwrap();
        assert_eq!(Config::load(Some(&file), &[]).unwrap(), config);
        std::fs::remove_file(&file).unwrap();
    }
}
