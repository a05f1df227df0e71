//! Entries of the catalogue.

mod entries;
