mod catalogue_age;
mod claims;
mod form;
mod loading;
pub mod notices;
mod proof;
mod scene;
mod signature;
mod status;
mod time;
mod trust;
mod trust_lists;
mod valid;

use liangzheng_core::{time::UnixTime, trust::sign_catalogue};

use super::{
    Cases, Step, World,
    world::{
        DAY, LIST_A, LIST_B, LIST_OLD, NOW, catalogue, catalogue_b, key, list_head, roots, signed_status,
        signed_trust, status_array, trust_list,
    },
};

pub fn add_all(all: &mut Cases) {
    all.worlds.insert("main", main_world());
    valid::add(all);
    form::add(all);
    signature::add(all);
    claims::add(all);
    trust::add(all);
    scene::add(all);
    time::add(all);
    proof::add(all);
    status::add(all);
    trust_lists::add(all);
    loading::add(all);
    trust::add_region(all);
    notices::add(all);
    catalogue_age::add(all);
}

pub fn step(object: &'static str, text: String) -> Step {
    Step { object, text, uri: None, now: Some(NOW), kept: false, error: None }
}

pub fn refused(object: &'static str, text: String, code: &str) -> Step {
    Step { error: Some(code.into()), ..step(object, text) }
}

pub fn trust_step() -> Step {
    step("trust_list", signed_trust(&trust_list(), &["root-1", "root-2"]))
}

pub fn catalogue_step() -> Step {
    step("catalogue", sign_catalogue(&catalogue(), &key("catalogue-a")).unwrap())
}

pub fn status_step(uri: &str, age: i64, kid: &str) -> Step {
    step("status_list", signed_status(&list_head(uri, age), &status_array(), kid))
}

pub fn world_of(steps: Vec<Step>) -> World {
    World { roots: roots(&["root-1", "root-2", "root-3"], 2), steps }
}

pub fn main_world() -> World {
    world_of(vec![
        trust_step(),
        catalogue_step(),
        step("catalogue", sign_catalogue(&catalogue_b(), &key("catalogue-b")).unwrap()),
        status_step(LIST_A, 600, "status-a"),
        status_step(LIST_OLD, 2 * DAY, "status-a"),
        status_step(LIST_B, 600, "status-b"),
    ])
}

/// A time relative to the usual clock.
pub fn later(seconds: i64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}
