//! How long what is held will do: what runs out first, and whether a patrol would outlast it.

use liangzheng_core::{
    text::Text,
    time::{Seconds, UnixTime},
    trust::Scene,
    verify::Verifier,
};

use crate::words::{Lang, visible};

/// What runs out first, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) what: Text,
    pub(crate) at: UnixTime,
}

/// What runs out first of all that is held: trust list, catalogues, status lists. `None` if something needed is not
/// held at all.
fn limit(verifier: &Verifier, scene: Option<&str>) -> Option<Limit> {
    let trust = verifier.trust_list()?;
    let trust = Limit { what: Text::fixed("信任名录", "the trust list"), at: trust.exp };
    let catalogue = verifier.catalogues().map(|catalogue| catalogue.exp).min()?;
    let catalogue = Limit { what: Text::fixed("场景目录", "the catalogue"), at: catalogue };
    let list = list_limit(verifier, scene)?;
    [list, trust, catalogue].into_iter().min_by_key(|limit| limit.at)
}

/// Until when every status list serves: its own end, or when the scene will not have it any more. `None` if there is
/// no list.
pub(crate) fn list_limit(verifier: &Verifier, scene: Option<&str>) -> Option<Limit> {
    let exp = verifier.status_lists().map(|list| list.exp).min()?;
    let own = Limit { what: Text::fixed("最旧的名单", "the oldest list"), at: exp };
    let made = verifier.status_lists().map(|list| list.iat).min()?;
    let in_scene = strictest(verifier, scene).map(|scene| {
        let code = visible(&scene.code);
        let what =
            Text::new(format!("按场景 {code}，最旧的名单"), format!("for scene {code}, the oldest list"));
        Limit { what, at: made.plus(scene.max_status_age) }
    });
    [Some(own), in_scene].into_iter().flatten().min_by_key(|limit| limit.at)
}

/// Which of the scenes held lets status lists be least old; with `scene`, only those of this code count. Nobody
/// checks a code without a scene: where none is named, it may be any.
pub(crate) fn strictest<'a>(verifier: &'a Verifier, scene: Option<&str>) -> Option<&'a Scene> {
    let scenes = verifier.catalogues().flat_map(|catalogue| &catalogue.scenes);
    scenes.filter(|held| scene.is_none_or(|scene| held.code == scene)).min_by_key(|held| held.max_status_age)
}

/// That a status list is older than one seen before, if one is: core takes no good standing from it, however young
/// it is.
pub(crate) fn fallen_behind(verifier: &Verifier) -> Option<Text> {
    let floors = verifier.floors().lists;
    let list =
        verifier.status_lists().find(|list| floors.get(&list.uri).is_some_and(|floor| list.iat < *floor))?;
    let uri = visible(&list.uri);
    Some(Text::new(
        format!("状态名单 {uri} 比此前见过的旧，不能采信"),
        format!("the status list {uri} is older than one seen before and proves nothing"),
    ))
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

/// Whether what is held is good now and for a patrol of `length`: how long it lasts, or what is wrong with going.
/// Where no `scene` is named, it is to be good for all.
///
/// # Errors
/// What is wrong.
pub(crate) fn outlook(
    verifier: &Verifier,
    scene: Option<&str>,
    length: Seconds,
    now: UnixTime,
) -> Result<Text, Text> {
    if let Some(text) = fallen_behind(verifier) {
        return Err(text);
    }
    let Some(limit) = limit(verifier, scene) else {
        return Err(Text::fixed(
            "核验包不完整，不能外勤",
            "the bundle is not complete: not fit for a patrol",
        ));
    };
    let told = limit.told(now);
    if limit.at > now.plus(length) {
        return Ok(told);
    }
    let Text { zh, en } = told;
    let (length_zh, length_en) = (Lang::Zh.span(length), Lang::En.span(length));
    Err(Text::new(format!("{zh}，撑不到 {length_zh}"), format!("{en}, before {length_en} are over")))
}

/// What to do about a shortfall.
pub(crate) const SYNC_FIRST: Text = Text::fixed(
    "出发前请同步（sync），并尽量晚出发；途中有网时再同步。",
    "sync right before leaving, and again on the way when there is a network",
);
