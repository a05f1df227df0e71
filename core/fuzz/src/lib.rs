//! The fuzz targets as functions; `fuzz_targets/` holds one program for each.

pub mod targets;
