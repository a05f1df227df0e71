//! One bad status list among many, and a clock that is off: each is told for what it is, and spoils nothing else.

use std::time::Instant;

use liangzheng_core::time::UnixTime;
use serde_json::Value;

use super::{
    interruptions::{publish, shards_asked, uri},
    setting::{Setting, ok},
    support::{
        said, show, with_status,
        world::{DAY, NOW, list_head, signed_status, status_array},
    },
};

/// The verdict on a code whose status stands in this shard.
fn code_in(setting: &Setting, shard: u32) -> (i32, String) {
    setting.code(&show(1, |claims| claims.status.uri = uri(shard)), NOW.0)
}

#[test]
fn one_bad_list_keeps_no_other_from_being_fetched() {
    let setting = Setting::new("sync-one-bad");
    publish(&setting, 5, 600, &status_array());
    setting.server.put_status("/status-lists/2", 500, "");
    setting.server.put("/status-lists/4", signed_status(&list_head(&uri(4), 600), &status_array(), "show-a"));
    let said = said(setting.sync_program(NOW.0).arg("--json").output().unwrap());
    assert_eq!(said.code, 74, "{said:?}");
    assert_eq!(shards_asked(&setting), ["1", "2", "3", "4", "5"]);
    for (shard, why) in [(2, "HTTP 500"), (4, "(E_ISSUER_KEY_MISMATCH)")] {
        let line = said.stderr.lines().find(|line| line.contains(&format!("warning: {}: ", uri(shard))));
        assert!(line.is_some_and(|line| line.contains(why)), "{said:?}");
    }
    assert!(
        said.stderr
            .contains("error: status lists that could not be had: 2; the others are up to date\nhint: ")
    );
    let summary: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(summary["status_lists"], 3);
    assert!(summary["bad_lists"][uri(2)]["en"].as_str().unwrap().contains("HTTP 500"), "{summary}");
    for shard in [1, 3, 5] {
        assert_eq!(code_in(&setting, shard), ok());
    }
    assert_eq!(code_in(&setting, 2), (2, "U_STATUS_MISSING".into()));

    publish(&setting, 5, 600, &status_array());
    setting.server.put_status("/status-lists/delta?from=1799999400", 204, "");
    assert_eq!(setting.sync().code, 0);
    assert_eq!(shards_asked(&setting), ["2", "4"], "only what was missing");
    assert_eq!(code_in(&setting, 2), ok());
}

#[test]
fn a_network_that_is_gone_is_not_asked_for_every_list() {
    let setting = Setting::new("sync-gone");
    publish(&setting, 9, 600, &status_array());
    (2..=9).for_each(|shard| setting.server.hang_up(&format!("/status-lists/{shard}")));
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("hint: check the network")), (74, true), "{said:?}");
    assert_eq!(shards_asked(&setting), ["1", "2", "3", "4"]);
    assert_eq!(setting.valid(), ok());
}

#[test]
fn a_server_that_says_nothing_is_waited_for_less_than_twenty_seconds_in_all() {
    let setting = Setting::new("sync-silent");
    publish(&setting, 9, 600, &status_array());
    (2..=9).for_each(|shard| setting.server.fall_silent(&format!("/status-lists/{shard}")));
    let begun = Instant::now();
    let said = setting.sync();
    let waited = begun.elapsed();
    assert_eq!((said.code, said.stderr.contains("hint: check the network")), (74, true), "{said:?}");
    assert_eq!(shards_asked(&setting), ["1", "2", "3", "4"]);
    assert!((15..20).contains(&waited.as_secs()), "{waited:?}");
    assert_eq!(setting.valid(), ok(), "what came before stays");
}

#[test]
fn a_clock_that_is_off_is_named_and_is_what_to_mend() {
    for (off, en, zh) in [
        (40 * DAY, "this device's clock is 40 days ahead", "本机时间比平台快 40 天"),
        (700, "this device's clock is 11 min 40 s ahead", "本机时间比平台快 11 分钟 40 秒"),
        (-40 * DAY, "this device's clock is 40 days behind", "本机时间比平台慢 40 天"),
    ] {
        for (lang, words) in [("en", en), ("zh", zh)] {
            let setting = Setting::new("sync-clock");
            setting.server.tell_date(NOW);
            let mut program = setting.sync_program(NOW.0 + off);
            let said = said(program.args(["--lang", lang]).output().unwrap());
            assert!(said.stderr.contains(words), "{off}: {said:?}");
            let hints: Vec<&str> = said.stderr.lines().filter(|line| line.starts_with("hint: ")).collect();
            let is_clock = |hint: &&str| hint.contains("clock") || hint.contains("校准本机时间");
            assert!(!hints.is_empty() && hints.iter().all(is_clock), "{off}: {said:?}");
        }
    }
    // Ten minutes are no fault, and neither is a server that tells no time.
    let setting = Setting::new("sync-clock");
    setting.server.tell_date(UnixTime(NOW.0 - 600));
    let said = setting.sync();
    assert!(said.code == 0 && !said.stderr.contains("this device's clock"), "{said:?}");
    assert_eq!(setting.code(&with_status(1, 0), NOW.0), ok());
}
