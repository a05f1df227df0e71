"""Foreign Python libraries read what liangzheng-core signs.

    python peers.py CASES.json

CASES.json is written by the Rust side (tests/tests/interop.rs): tokens, a JWKS and status lists with,
for each, whether a reader must accept it. Every library here was written without knowing our formats;
where one of them disagrees, our tokens are not the standard tokens we say they are.

Prints one line per disagreement and, last, `N passed, M failed`. Exit 1 if any failed.
"""

import json
import sys

import jwt as pyjwt
from joserfc import jwk as joserfc_jwk, jwt as joserfc_jwt
from jwcrypto import jwk as jwcrypto_jwk, jwt as jwcrypto_jwt
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.status import check_token_status, verify_status_list_token
from sd_jwt.verifier import SDJWTVerifier

cases = json.load(open(sys.argv[1], encoding="utf-8"))
jwks = cases["jwks"]
passed, failed = 0, 0


def expect(name, accept, read, same=None):
    """Runs `read`; it must return what `same` says (any value if None) or raise, as `accept` says."""
    global passed, failed
    try:
        value = read()
        complaint = None if accept else "accepted"
        if accept and same is not None and value != same:
            complaint = f"read {value!r}, not {same!r}"
    except Exception as error:  # each library has its own exception tree
        complaint = f"refused: {type(error).__name__}: {error}" if accept else None
    if complaint:
        failed += 1
        print(f"FAIL {name}: {complaint}")
    else:
        passed += 1


def kid_of(token):
    return pyjwt.get_unverified_header(token)["kid"]


def key_of(kid):
    return next(key for key in jwks["keys"] if key["kid"] == kid)


# --- JOSE: show tokens and grants as plain JWTs, their key found by `kid` in the JWKS ------------------


def with_pyjwt(case):
    key = pyjwt.PyJWKSet.from_dict(jwks)[kid_of(case["token"])]
    return pyjwt.decode(case["token"], key, ["ES256"], audience=case["aud"], issuer=case["iss"])


def with_joserfc(case):
    keys = joserfc_jwk.KeySet.import_key_set(jwks)
    token = joserfc_jwt.decode(case["token"], keys, algorithms=["ES256"])
    claims = joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": case["iss"]},
        aud={"essential": True, "value": case["aud"]},
        exp={"essential": True},
    )
    claims.validate(token.claims)
    return token.claims


def with_jwcrypto(case):
    keys = jwcrypto_jwk.JWKSet.from_json(json.dumps(jwks))
    # Naming claims to check turns its own check of `exp` off unless `exp` is named too.
    token = jwcrypto_jwt.JWT(
        jwt=case["token"], key=keys, algs=["ES256"], check_claims={"iss": case["iss"], "aud": case["aud"], "exp": None}
    )
    return json.loads(token.claims)


for case in cases["jws"]:
    for library, read in [("pyjwt", with_pyjwt), ("joserfc", with_joserfc), ("jwcrypto", with_jwcrypto)]:
        expect(f"{library}: {case['name']}", case["accept"], lambda: read(case), case["claims"])


# --- SD-JWT with key binding -----------------------------------------------------------------------------


def with_sd_jwt(case):
    def issuer_key(_issuer, header):
        return jwcrypto_jwk.JWK.from_json(json.dumps(key_of(header["kid"])))

    verifier = SDJWTVerifier(case["presentation"], issuer_key, case["aud"], case["nonce"])
    return verifier.get_verified_payload()


def with_openvc(case):
    result = SdJwtVcProofSuite().verify(
        case["presentation"],
        public_key_jwk=key_of(kid_of(case["presentation"].split("~")[0])),
        audience=case["aud"],
        nonce=case["nonce"],
        require_key_binding=True,
        expected_vct="urn:liangzheng:licence:1",
    )
    if not result.key_bound:
        raise ValueError("not key bound")
    return result.claims


for case in cases["sd_jwt"]:
    expect(f"sd-jwt: {case['name']}", case["accept"], lambda: with_sd_jwt(case), case["claims"])
    # openvc holds the grant's own `aud` to the same string as the proof's (RFC 7519 §4.1.3), so it can
    # read plain H but not an answer to a challenge, whose proof says `<class>#<verifier>`.
    plain = case["aud"] == case["grant_aud"]
    expect(f"openvc: {case['name']}", case["accept"] and plain, lambda: with_openvc(case), case["claims"])


# --- Token Status List -----------------------------------------------------------------------------------


def with_openvc_status(case, idx):
    token = case["token"]
    claims = verify_status_list_token(token, public_key_jwk=key_of(kid_of(token)), expected_uri=case["uri"])
    reference = {"status": {"status_list": {"idx": idx, "uri": case["uri"]}}}
    return check_token_status(reference, resolve_status_list_token=lambda _uri: claims).status


for case in cases["status"]:
    for idx, value in case["values"]:
        name = f"openvc status: {case['name']} [{idx}]"
        expect(name, case["accept"], lambda: with_openvc_status(case, idx), value)

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
