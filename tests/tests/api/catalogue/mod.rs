//! Entries of the catalogue.

mod demo_entries;
mod entries;
mod entry_rules;
mod inspection_matters;
mod size;
mod using_list;
