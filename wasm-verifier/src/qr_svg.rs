//! Draws a QR code as SVG, on the phone, without the network.

use fast_qr::{ECL, QRBuilder};
use std::fmt::Write as _;

/// Light modules around the code (ISO/IEC 18004 §9.1). Scanners fail first on a code that touches a dark edge.
const QUIET_ZONE: usize = 4;

/// The code for `text` as a standalone SVG picture, one unit per module, black on white also in a dark theme.
///
/// Error correction is level L: on a screen nothing covers the code, and at one size a code with fewer modules is
/// read more often (core/README.md, "QR texts"). `None` if the text does not fit a version 40 code.
pub(crate) fn draw(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
    let side = code.size + 2 * QUIET_ZONE;
    let mut path = String::new();
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        while x < code.size {
            let start = x;
            while x < code.size && row[x].value() {
                x += 1;
            }
            if x > start {
                let run = x - start;
                // One rectangle per run of dark modules: no seams between neighbours when the picture is scaled.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", start + QUIET_ZONE, y + QUIET_ZONE);
            }
            x += 1;
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_code_has_a_quiet_zone_of_four_modules() {
        let svg = draw("EL1:ABC").unwrap();
        // Version 1 has 21 modules a side, and its top left finder pattern starts with a run of seven.
        assert!(svg.contains("viewBox=\"0 0 29 29\""), "{svg}");
        assert!(svg.contains("<path d=\"M4 4h7v1h-7z"), "{svg}");
    }

    #[test]
    fn a_text_too_long_for_any_code_draws_nothing() {
        assert!(draw(&"A".repeat(4297)).is_none());
    }
}
