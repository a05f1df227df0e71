#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| liangzheng_fuzz::targets::sd_jwt(data));
