//! What a module without the standard library has to bring itself.

use core::panic::PanicInfo;

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// A quarter of the code of the default allocator, and no slower.
#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

/// A panic is a defect of ours and traps; `js/errors.js` tells it as `INTERNAL`. Its words would reach nobody: a module
/// has no stderr.
#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
