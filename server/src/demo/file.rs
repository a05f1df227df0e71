//! `demo.json` (docs/OPERATING.md): tells a script of the demo's accounts, licences and scenes, and a visitor who owns
//! what and what each account can do.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::domain::access::{Action, ChangeStatus, ManageAccounts, ReportScans, VerifyFully};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::LicenceId;

/// `demo.json`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoFile {
    /// The server's name in tokens.
    pub base_url: String,
    /// The public root file to pin.
    pub roots: String,
    /// Everybody who can log in.
    pub accounts: Vec<FileAccount>,
    /// Every licence, clean ACTIVE ones first.
    pub licences: Vec<FileLicence>,
    /// The scenes: on a screen first, on paper last.
    pub scenes: Vec<FileScene>,
    /// What units use licences for, as their using lists say.
    pub matters: Vec<FileMatter>,
}

/// One account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileAccount {
    /// What it is in the demo for: `holder`, or a role.
    pub role: String,
    /// Its roles in its unit.
    pub roles: Vec<String>,
    /// What is typed to log in.
    pub login: String,
    /// Whose it is.
    pub person: String,
    /// The unit it works for.
    pub unit: Option<Uscc>,
    /// In clear: it was made for this folder and stands nowhere else.
    pub password: String,
    /// For showing; holders only.
    pub pin: Option<String>,
}

/// One licence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileLicence {
    /// Its id.
    pub id: LicenceId,
    /// A login that can show it.
    pub holder: String,
    /// Type code of its kind.
    pub kind: String,
    /// The status axis.
    pub status: String,
    /// `C_…`
    pub cautions: Vec<String>,
}

/// One scene.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileScene {
    /// Its code.
    pub code: String,
    /// Its audience class.
    pub audience: String,
}

/// A matter on a unit's using list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileMatter {
    /// The unit.
    pub unit: Uscc,
    /// Code of the matter.
    pub matter: String,
    /// Code of what the licences are used for.
    pub purpose: String,
    /// Type codes of the licences.
    pub kinds: Vec<KindCode>,
}

impl DemoFile {
    /// What the landing page needs to lead a newcomer through a show: login, password and PIN of the first holder.
    pub fn newcomer(&self) -> Option<String> {
        let holder = self.accounts.iter().find(|account| account.pin.is_some())?;
        Some(format!("{}:{}:{}", holder.login, holder.password, holder.pin.as_deref()?))
    }

    /// Who there is, what each can do, and what each owns, as a table for a terminal.
    pub fn table(&self, name_of_kind: impl Fn(&str) -> Option<String>) -> String {
        let mut table = String::new();
        for account in &self.accounts {
            let pin = account.pin.as_deref().map(|pin| format!(" PIN {pin}")).unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = writeln!(
                table,
                "  {:<18} {}{pin}  {}: {}",
                account.login,
                account.password,
                account.person,
                account.purpose()
            );
            for licence in self.licences.iter().filter(|licence| licence.holder == account.login) {
                let kind = name_of_kind(&licence.kind).unwrap_or_else(|| licence.kind.clone());
                let cautions = licence.cautions.join(" ");
                let _ = writeln!(table, "  {:<18}   {kind}  {} {cautions}", "", licence.status);
            }
        }
        table
    }
}

impl FileAccount {
    /// What the account can do here, in a line.
    fn purpose(&self) -> String {
        let roles: Vec<Role> = self.roles.iter().filter_map(|word| word.parse().ok()).collect();
        if roles.is_empty() {
            return "持证主体，可在 /wallet 亮证（a holder: shows licences at /wallet）".to_owned();
        }
        let named = roles.iter().map(|role| role.label());
        let named: Vec<String> = named.map(|label| format!("{} {}", label.zh, label.en)).collect();
        let may = |listed: &[Role]| roles.iter().any(|role| listed.contains(role));
        let mut can = Vec::new();
        if may(ChangeStatus::ROLES) {
            can.push(
                "办理挂起、暂扣、挂失、年检等，提出或确认注销、吊销、撤销、废止（acts on licences; what ends one is proposed by one person and confirmed by another: POST /api/v1/licences/{id}/acts, /api/v1/proposals）",
            );
        }
        if may(VerifyFully::ROLES) {
            can.push("核验向本单位场景出示的证照并记录（verifies what is shown in scenes of its unit, with a record: /verify, POST /api/v1/verify）");
        }
        if may(ReportScans::ROLES) && !may(VerifyFully::ROLES) {
            can.push("上报离线核验记录（hands in receipts of offline scans）");
        }
        if may(ManageAccounts::ROLES) {
            can.push("管理单位、账号和角色（units, accounts and roles: /api/v1/units, /api/v1/accounts）");
        }
        if roles.contains(&Role::Auditor) {
            can.push("查看，不能更改（looks, and changes nothing）");
        }
        let can = if can.is_empty() {
            "暂无可办事项（nothing to do here yet）".to_owned()
        } else {
            can.join("；")
        };
        format!("{}；{can}", named.join("、"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(role: &str, roles: &[&str]) -> FileAccount {
        FileAccount {
            role: role.into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            login: "qin".into(),
            person: "秦某".into(),
            unit: None,
            password: "pw".into(),
            pin: None,
        }
    }

    #[test]
    fn a_newcomer_is_led_as_the_first_who_has_a_pin() {
        let holder =
            FileAccount { login: "lin".into(), pin: Some("123456".into()), ..account("holder", &[]) };
        let accounts = vec![account("issuer_checker", &["issuer_checker"]), holder];
        let file = DemoFile {
            base_url: String::new(),
            roots: String::new(),
            accounts,
            licences: Vec::new(),
            scenes: Vec::new(),
            matters: Vec::new(),
        };
        assert_eq!(file.newcomer().as_deref(), Some("lin:pw:123456"));
    }

    #[test]
    fn every_account_is_told_what_it_can_do() {
        assert!(account("holder", &[]).purpose().contains("/wallet"));
        assert!(account("issuer_checker", &["issuer_checker"]).purpose().contains("/acts"));
        assert!(account("inspector", &["inspector"]).purpose().contains("/verify"));
        assert!(account("operator", &["operator"]).purpose().contains("nothing to do here yet"));
    }
}
