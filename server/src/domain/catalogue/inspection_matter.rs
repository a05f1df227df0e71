//! Inspection matters 检查事项: which licences an inspector has shown to him, in which scene, and what he asks on the spot
//! (R48).

use std::collections::HashSet;

use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{KindCode, SceneCode, Uscc};
use super::matter::{MAX_NAME, check_code};
use super::scene::Scene;
use crate::domain::fault::Faults;
use crate::domain::schema::optional_where_defaulted;

/// An inspection matter, as its unit writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = optional_where_defaulted)]
pub struct InspectionMatter {
    /// Its code, `[A-Za-z0-9._-]{1,64}`.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// The unit that inspects.
    pub unit: Uscc,
    /// The kinds of licence that are looked at: of those that the scene shows.
    pub kinds: Vec<KindCode>,
    /// The scene in which they are shown.
    pub scene: SceneCode,
    /// What the inspector asks or looks at beside them, a line each, in this order.
    #[serde(default)]
    pub ask: Vec<String>,
}

impl InspectionMatter {
    /// What is wrong with it by itself and beside `scene`, the published scene that it names.
    pub fn faults(&self, scene: Option<&Scene>) -> Faults {
        let mut faults = Faults::default();
        check_code(&mut faults, &self.code);
        faults.names("/names", &self.names, MAX_NAME);
        let kinds: HashSet<_> = self.kinds.iter().collect();
        faults.require(
            !kinds.is_empty() && kinds.len() == self.kinds.len(),
            "/kinds",
            "length",
            "请至少列出一种证照，且不重复",
            "name at least one kind, each once",
        );
        match scene {
            None => faults.add(
                "/scene",
                "not-published",
                "没有已发布的场景使用该代码",
                "no scene with this code is published",
            ),
            Some(scene) => {
                for (at, kind) in self.kinds.iter().enumerate() {
                    faults.require(
                        scene.kinds.iter().any(|shown| shown.code == *kind),
                        format!("/kinds/{at}"),
                        "not-in-scene",
                        "该场景不出示这种证照；请改选场景，或先在场景中加入这种证照",
                        "the scene does not show this kind: choose another scene, or add the kind to the scene first",
                    );
                }
            }
        }
        let asked: HashSet<_> = self.ask.iter().collect();
        faults.require(
            asked.len() == self.ask.len() && asked.len() <= MAX_ASK,
            "/ask",
            "length",
            "现场询问最多 20 项，且不重复",
            "at most 20 things to ask, each once",
        );
        for (at, line) in self.ask.iter().enumerate() {
            faults.line(format!("/ask/{at}"), line, MAX_NAME);
        }
        faults
    }
}

/// What an inspector can go through while somebody stands before him.
const MAX_ASK: usize = 20;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SHOWN: &str = "11990000MB00010033001";

    fn scene() -> Scene {
        serde_json::from_value(json!({
            "code": "inspect.food", "names": { "zh-CN": "检查", "en": "Inspection" }, "unit": "11990100MB0000019L",
            "audience": "inspector", "kinds": [{ "code": SHOWN, "fields": [] }], "lifetime": 60, "profiles": ["S"],
            "medium": "screen", "max_status_age": 86400
        }))
        .unwrap()
    }

    fn pointers(scene: Option<&Scene>, change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut value = json!({
            "code": "food.daily", "names": { "zh-CN": "食品经营日常检查", "en": "Daily food inspection" },
            "unit": "11990100MB0000019L", "kinds": [SHOWN], "scene": "inspect.food", "ask": ["许可证是否悬挂"]
        });
        change(&mut value);
        let matter: InspectionMatter = serde_json::from_value(value).unwrap();
        matter.faults(scene).0.into_iter().map(|fault| fault.pointer.into_owned()).collect()
    }

    #[test]
    fn each_rule_names_the_member_that_breaks_it() {
        type Change = fn(&mut Value);
        let cases: [(&str, Change); 6] = [
            ("/code", |matter| matter["code"] = json!("..")),
            ("/names/en", |matter| matter["names"]["en"] = json!("")),
            ("/kinds", |matter| matter["kinds"] = json!([])),
            ("/kinds/0", |matter| matter["kinds"] = json!(["11990000MB00010033002"])),
            ("/ask", |matter| matter["ask"] = json!(["一", "一"])),
            ("/ask/0", |matter| matter["ask"] = json!([" "])),
        ];
        assert_eq!(pointers(Some(&scene()), |_| {}), [""; 0]);
        for (pointer, change) in cases {
            assert_eq!(pointers(Some(&scene()), change), [pointer]);
        }
        assert_eq!(pointers(None, |_| {}), ["/scene"]);
    }
}
