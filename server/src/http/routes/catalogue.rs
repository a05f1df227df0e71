//! The catalogue: matters, kinds, scenes.

use super::row::Maybe;
use crate::domain::access::{ActOnEntry, EditEntry, ViewEntries};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::Matter;
use crate::domain::catalogue::scene::Scene;
use crate::http::answer::Page;
use crate::http::api::catalogue::entries::{self, EntryActRequest, EntryDifference, EntryVersion};
use crate::service::catalogue::entries::Entered;

routes! { "catalogue";
    GET  "/api/v1/matters"                                  entries::list::<Matter>, Maybe<ViewEntries> => 200 Page<Entered<Matter>>,
        "事项列表" / "Every matter: those in force, and drafts of one's own unit";
    POST "/api/v1/matters"                                  entries::create::<Matter>, EditEntry, Matter => 201 Entered<Matter>,
        "起草事项" / "Writes a matter, as a draft";
    GET  "/api/v1/matters/{code}"                           entries::read::<Matter>, Maybe<ViewEntries> => 200 Entered<Matter>,
        "一个事项" / "One matter";
    PUT  "/api/v1/matters/{code}"                           entries::edit::<Matter>, EditEntry, Matter => 200 Entered<Matter>,
        "修改事项草稿" / "Writes the draft of a matter; begins one from the version in force";
    POST "/api/v1/matters/{code}/acts"                      entries::act::<Matter>, ActOnEntry, EntryActRequest => 200 Entered<Matter>,
        "提交、退回、发布或停用事项" / "Submits, returns, publishes or disables a matter";
    GET  "/api/v1/matters/{code}/versions"                  entries::versions::<Matter>, Maybe<ViewEntries> => 200 Page<EntryVersion>,
        "事项的版本" / "The versions of a matter";
    GET  "/api/v1/matters/{code}/versions/{a}/diff/{b}"   entries::diff::<Matter>, Maybe<ViewEntries> => 200 Page<EntryDifference>,
        "事项两个版本的差异" / "What differs between two versions of a matter";
    GET  "/api/v1/kinds"                                  entries::list::<Kind>, Maybe<ViewEntries> => 200 Page<Entered<Kind>>,
        "证照类型列表" / "Every kind of licence: those in force, and drafts of one's own unit";
    POST "/api/v1/kinds"                                  entries::create::<Kind>, EditEntry, Kind => 201 Entered<Kind>,
        "起草证照类型" / "Writes a kind of licence, as a draft";
    GET  "/api/v1/kinds/{code}"                           entries::read::<Kind>, Maybe<ViewEntries> => 200 Entered<Kind>,
        "一个证照类型" / "One kind of licence";
    PUT  "/api/v1/kinds/{code}"                           entries::edit::<Kind>, EditEntry, Kind => 200 Entered<Kind>,
        "修改证照类型草稿" / "Writes the draft of a kind of licence; begins one from the version in force";
    POST "/api/v1/kinds/{code}/acts"                      entries::act::<Kind>, ActOnEntry, EntryActRequest => 200 Entered<Kind>,
        "提交、退回、发布或停用证照类型" / "Submits, returns, publishes or disables a kind of licence";
    GET  "/api/v1/kinds/{code}/versions"                  entries::versions::<Kind>, Maybe<ViewEntries> => 200 Page<EntryVersion>,
        "证照类型的版本" / "The versions of a kind of licence";
    GET  "/api/v1/kinds/{code}/versions/{a}/diff/{b}"   entries::diff::<Kind>, Maybe<ViewEntries> => 200 Page<EntryDifference>,
        "证照类型两个版本的差异" / "What differs between two versions of a kind of licence";
    GET  "/api/v1/scenes"                                  entries::list::<Scene>, Maybe<ViewEntries> => 200 Page<Entered<Scene>>,
        "用证场景列表" / "Every scene: those in force, and drafts of one's own unit";
    POST "/api/v1/scenes"                                  entries::create::<Scene>, EditEntry, Scene => 201 Entered<Scene>,
        "起草用证场景" / "Writes a scene, as a draft";
    GET  "/api/v1/scenes/{code}"                           entries::read::<Scene>, Maybe<ViewEntries> => 200 Entered<Scene>,
        "一个用证场景" / "One scene";
    PUT  "/api/v1/scenes/{code}"                           entries::edit::<Scene>, EditEntry, Scene => 200 Entered<Scene>,
        "修改用证场景草稿" / "Writes the draft of a scene; begins one from the version in force";
    POST "/api/v1/scenes/{code}/acts"                      entries::act::<Scene>, ActOnEntry, EntryActRequest => 200 Entered<Scene>,
        "提交、退回、发布或停用用证场景" / "Submits, returns, publishes or disables a scene";
    GET  "/api/v1/scenes/{code}/versions"                  entries::versions::<Scene>, Maybe<ViewEntries> => 200 Page<EntryVersion>,
        "用证场景的版本" / "The versions of a scene";
    GET  "/api/v1/scenes/{code}/versions/{a}/diff/{b}"   entries::diff::<Scene>, Maybe<ViewEntries> => 200 Page<EntryDifference>,
        "用证场景两个版本的差异" / "What differs between two versions of a scene";
}
