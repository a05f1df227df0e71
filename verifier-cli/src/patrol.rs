//! How long what is held will do: what runs out first, and whether a patrol would outlast it.

use liangzheng_core::{
    text::Text,
    time::{Seconds, UnixTime},
    verify::Verifier,
};

use crate::words::Lang;

/// What runs out first, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) what: Text,
    pub(crate) at: UnixTime,
}

/// What runs out first of all that is held: trust list, catalogues, status lists. With `scene`, lists count only
/// as long as that scene allows them to be old. `None` if something needed is not held at all.
pub(crate) fn limit(verifier: &Verifier, scene: Option<&str>) -> Option<Limit> {
    let trust = verifier.trust_list()?;
    let trust = Limit { what: Text::fixed("信任名录", "the trust list"), at: trust.exp };
    let catalogue = verifier.catalogues().map(|catalogue| catalogue.exp).min()?;
    let catalogue = Limit { what: Text::fixed("场景目录", "the catalogue"), at: catalogue };
    let max_age = scene.and_then(|scene| max_status_age(verifier, scene));
    let last = |made: UnixTime, exp: UnixTime| max_age.map_or(exp, |age| exp.min(made.plus(age)));
    let list = verifier.status_lists().map(|list| last(list.iat, list.exp)).min()?;
    let list = Limit { what: Text::fixed("最旧的名单", "the oldest list"), at: list };
    [list, trust, catalogue].into_iter().min_by_key(|limit| limit.at)
}

/// How old the scene lets status lists be; `None` if no catalogue has the scene.
pub(crate) fn max_status_age(verifier: &Verifier, scene: &str) -> Option<Seconds> {
    let mut scenes = verifier.catalogues().flat_map(|catalogue| &catalogue.scenes);
    scenes.find(|held| held.code == scene).map(|held| held.max_status_age)
}

impl Limit {
    /// "the oldest list expires in 3 h 12 min".
    pub(crate) fn told(&self, now: UnixTime) -> Text {
        let left = self.at.since(now);
        let (zh, en) = (Lang::Zh.span(left), Lang::En.span(left));
        let Text { zh: what_zh, en: what_en } = &self.what;
        if left > Seconds(0) {
            Text::new(format!("{what_zh} {zh}后过期"), format!("{what_en} expires in {en}"))
        } else {
            Text::new(format!("{what_zh}已过期 {zh}"), format!("{what_en} expired {en} ago"))
        }
    }
}

/// What is wrong with going on patrol for `length` now; `None` if nothing is.
pub(crate) fn shortfall(limit: Option<&Limit>, length: Seconds, now: UnixTime) -> Option<Text> {
    let Some(limit) = limit else {
        return Some(Text::fixed(
            "核验包不完整,不能外勤",
            "the bundle is not complete: not fit for a patrol",
        ));
    };
    (limit.at < now.plus(length)).then(|| {
        let Text { zh, en } = limit.told(now);
        let (length_zh, length_en) = (Lang::Zh.span(length), Lang::En.span(length));
        Text::new(format!("{zh},撑不到 {length_zh}"), format!("{en}, before {length_en} are over"))
    })
}

/// What to do about a shortfall.
pub(crate) const SYNC_FIRST: Text = Text::fixed(
    "出发前请同步(sync),并尽量晚出发;途中有网时再同步。",
    "sync right before leaving, and again on the way when there is a network",
);
