//! The catalogue: units, matters, kinds, scenes, inspection matters, using lists.

use super::row::{Maybe, Public};
use crate::domain::access::{ActOnEntry, EditEntry, EditUnit, ManageUnits, ViewEntries, ViewUnits};
use crate::domain::catalogue::inspection_matter::InspectionMatter;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::Matter;
use crate::domain::catalogue::scene::Scene;
use crate::domain::catalogue::using_list::UsingList;
use crate::http::answer::Page;
use crate::http::api::catalogue::entries::{self, EntryActRequest, EntryDifference, EntryVersion};
use crate::http::api::catalogue::units::{
    self, AppliedUnit, NewUnit, UnitActRequest, UnitApplication, UnitPatch,
};
use crate::http::api::catalogue::using_list::{self, ExemptMatter, UsingListRequest};
use crate::service::catalogue::entries::Entered;
use crate::service::catalogue::units::EnteredUnit;

routes! { "catalogue";
    GET   "/api/v1/units"                                   units::list, ViewUnits => 200 Page<EnteredUnit>,
        "单位列表" / "Units: one's own, or all for manager and auditor";
    POST  "/api/v1/units"                                   units::create, ManageUnits, NewUnit => 201 EnteredUnit,
        "登记单位" / "Enters a unit that works from now on";
    POST  "/api/v1/units/applications"                      units::apply, Public, UnitApplication => 201 AppliedUnit,
        "社会核验单位申请接入" / "A unit that wants to verify asks to be let in; five at once from one address, then one in ten seconds", else 409;
    GET   "/api/v1/units/{id}"                              units::read, ViewUnits => 200 EnteredUnit,
        "一个单位" / "One unit";
    PATCH "/api/v1/units/{id}"                              units::change, EditUnit, UnitPatch => 200 EnteredUnit,
        "修改单位" / "Changes a unit: its administrator who is responsible, the manager all";
    POST  "/api/v1/units/{id}/acts"                         units::act, ManageUnits, UnitActRequest => 200 EnteredUnit,
        "批准、不予批准、关闭或由其他单位承接" / "Lets a unit in, refuses it, ends it, or has others take its work over on a day";
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
    GET  "/api/v1/inspection-matters"                     entries::list::<InspectionMatter>, Maybe<ViewEntries> => 200 Page<Entered<InspectionMatter>>,
        "检查事项列表" / "Every inspection matter: those in force, and drafts of one's own unit";
    POST "/api/v1/inspection-matters"                     entries::create::<InspectionMatter>, EditEntry, InspectionMatter => 201 Entered<InspectionMatter>,
        "起草检查事项" / "Writes an inspection matter, as a draft";
    GET  "/api/v1/inspection-matters/{code}"              entries::read::<InspectionMatter>, Maybe<ViewEntries> => 200 Entered<InspectionMatter>,
        "一个检查事项" / "One inspection matter";
    PUT  "/api/v1/inspection-matters/{code}"              entries::edit::<InspectionMatter>, EditEntry, InspectionMatter => 200 Entered<InspectionMatter>,
        "修改检查事项草稿" / "Writes the draft of an inspection matter; begins one from the version in force";
    POST "/api/v1/inspection-matters/{code}/acts"         entries::act::<InspectionMatter>, ActOnEntry, EntryActRequest => 200 Entered<InspectionMatter>,
        "提交、退回、发布或停用检查事项" / "Submits, returns, publishes or disables an inspection matter";
    GET  "/api/v1/inspection-matters/{code}/versions"     entries::versions::<InspectionMatter>, Maybe<ViewEntries> => 200 Page<EntryVersion>,
        "检查事项的版本" / "The versions of an inspection matter";
    GET  "/api/v1/inspection-matters/{code}/versions/{a}/diff/{b}" entries::diff::<InspectionMatter>, Maybe<ViewEntries> => 200 Page<EntryDifference>,
        "检查事项两个版本的差异" / "What differs between two versions of an inspection matter";
    GET  "/api/v1/units/{id}/using-list"                  entries::read::<UsingList>, Maybe<ViewEntries> => 200 Entered<UsingList>,
        "单位的用证清单" / "A unit's using list";
    PUT  "/api/v1/units/{id}/using-list"                  using_list::put, EditEntry, UsingListRequest => 200 Entered<UsingList>,
        "起草或修改用证清单" / "Writes the draft of a unit's using list; the first one, or one from the version in force";
    POST "/api/v1/units/{id}/using-list/acts"             entries::act::<UsingList>, ActOnEntry, EntryActRequest => 200 Entered<UsingList>,
        "提交、退回、发布或停用用证清单" / "Submits, returns, publishes or disables a unit's using list";
    GET  "/api/v1/units/{id}/using-list/versions"         entries::versions::<UsingList>, Maybe<ViewEntries> => 200 Page<EntryVersion>,
        "用证清单的版本" / "The versions of a unit's using list";
    GET  "/api/v1/units/{id}/using-list/versions/{a}/diff/{b}" entries::diff::<UsingList>, Maybe<ViewEntries> => 200 Page<EntryDifference>,
        "用证清单两个版本的差异" / "What differs between two versions of a unit's using list";
    GET  "/api/v1/using-lists"                            entries::list::<UsingList>, Maybe<ViewEntries> => 200 Page<Entered<UsingList>>,
        "用证清单列表" / "Every using list: those in force, and the draft of one's own unit";
    GET  "/api/v1/exempt-materials"                       using_list::exempt, Public => 200 Page<ExemptMatter>,
        "免提交清单" / "What people need not hand in: every matter on using lists in force";
}
