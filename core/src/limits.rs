//! Every limit a verifier holds, with the reason for its number.

use crate::time::{Seconds, UnixTime};

/// Longest text read from a QR code, in characters: what a version 40-L symbol holds in alphanumeric mode
/// (ISO/IEC 18004 table 7).
pub const MAX_QR_TEXT: usize = 4_296;

/// Longest presentation (`<jws>` or `<grant>~<kb>`) in bytes: a grant and its proof at their own limits stay
/// below, and it fits a version 40-L byte-mode symbol's 2,953 bytes when packed.
pub const MAX_PRESENTATION: usize = 3_072;

/// Longest single compact JWS in bytes: header, payload and signature at their limits, in base64url.
pub const MAX_JWS: usize = 2_560;

/// Longest JOSE header in bytes: three short members; 64 of them may be `kid`.
pub const MAX_HEADER: usize = 256;

/// Longest claims set in bytes: 256 bytes of fields, an 80-character identifier, a 256-character URI and a key,
/// twice over.
pub const MAX_PAYLOAD: usize = 1_536;

/// Deepest nesting of a token's JSON: `{"cnf":{"jwk":{…}}}` needs 3.
pub const MAX_TOKEN_DEPTH: usize = 4;

/// Deepest nesting of a trust list, catalogue or delta.
pub const MAX_LIST_DEPTH: usize = 8;

/// Longest trust list in bytes: about 2,000 keys.
pub const MAX_LIST: usize = 1 << 20;

/// Longest catalogue in bytes: a province of 3,000 units of 20 kinds each, 300 kinds and 40 scenes came to 3.2 MiB.
pub const MAX_CATALOGUE: usize = 8 << 20;

/// Longest status list token in bytes: an incompressible shard (512 KiB) in base64 twice over
/// (`lst`, then the payload) is 0.93 MiB; the rest is slack.
pub const MAX_STATUS_JWT: usize = 3 << 19;

/// Longest delta in bytes: a day of a province (hundreds of shards, two hashes each) stays far below.
pub const MAX_DELTA: usize = 1 << 20;

/// Signatures looked at on one trust list: more roots than any ceremony gathers.
pub const MAX_ROOT_SIGNATURES: usize = 16;

/// Bytes of UTF-8 in all keys and values of `fld`: what keeps a screen code at QR version 12 or below.
pub const MAX_FIELDS: usize = 256;

/// Longest status list URI, in bytes.
pub const MAX_URI: usize = 256;

/// Longest delegate name or number, in bytes.
pub const MAX_DELEGATE: usize = 96;

/// How far ahead of the verifier's clock an `iat` or the time floor may be.
///
/// Two ordinary clocks differ by this much at most; the replay memory must keep what it saw for at least a
/// token's life plus this slack.
pub const EARLY_SLACK: Seconds = Seconds(60);

/// How far a phone's proof may be from the verifier's clock, either way.
pub const PROOF_WINDOW: Seconds = Seconds(60);

/// Up to here a proof outside its window is told as "phone clock off by N s" and not as an old code.
pub const CLOCK_TALK: Seconds = Seconds(600);

/// How long what was signed takes to reach every list, or every verifier's clock to be wrong by: whole seconds, caches
/// and a job that lags. A status list decides alone from this much after the token on, an object further ahead of the
/// clock than this is not believed, and a name unknown to a catalogue may be new for this long after it was confirmed.
pub const SETTLING: Seconds = Seconds(600);

/// Shortest and longest life of a code on a screen (the practice of systems in use is 60 to 300 s).
pub const SCREEN_LIFETIME: (Seconds, Seconds) = (Seconds(30), Seconds(300));

/// Longest life of a printed code (practice: 180 days).
pub const PAPER_LIFETIME: Seconds = Seconds(180 * 86_400);

/// Longest life of a grant.
pub const GRANT_LIFETIME: Seconds = Seconds(86_400);

/// Longest life of a trust list.
pub const TRUST_LIFETIME: Seconds = Seconds(90 * 86_400);

/// Longest life of a catalogue.
pub const CATALOGUE_LIFETIME: Seconds = Seconds(30 * 86_400);

/// Longest life of a status list.
pub const STATUS_LIFETIME: Seconds = Seconds(7 * 86_400);

/// The day this release was made (2026-11-22T00:00:00Z): no honest clock shows less.
///
/// A constant and not the compiler's clock, so that two builds of one commit are equal.
pub const RELEASE_DATE: UnixTime = UnixTime(1_795_305_600);
