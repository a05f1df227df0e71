"""A second verifier, written from core/README.md and not from core: Python's own JSON, base64 and zlib, and the
signatures of `cryptography`. Slow, and says yes or no rather than why; it exists to disagree with the first one.
"""
import base64
import hashlib
import json
import re
import zlib
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import el1_reader

DAY = 86_400
SLACK = 60
SETTLING = 600
PURPOSES = ("show", "grant", "status", "catalogue")
RELEASE = 1_795_305_600
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Refused(Exception):
    """Something is wrong."""


class Unknown(Exception):
    """Something cannot be known."""


def need(condition, why):
    if not condition:
        raise Refused(why)


# --- bytes


def b64(text):
    """base64url without padding; decoding and encoding again must give the same text."""
    need(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("base64url") from None
    need(b64_of(data) == text, "base64url is not canonical")
    return data


def b64_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _no_constant(name):
    raise ValueError(name)


def _distinct(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _depth(text):
    """How deep the brackets outside strings nest, before anything recursive looks at them."""
    deepest = depth = 0
    in_string = escaped = False
    for c in text:
        if in_string:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                in_string = False
        elif c == '"':
            in_string = True
        elif c in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif c in "]}":
            depth -= 1
    return deepest


def parse_json(data, depth):
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        need(_depth(text) <= depth, "nested too deep")
        value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=lambda _: 0.5)
        # Python's reader lets lone surrogates pass; nothing that holds one is text.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, UnicodeError, RecursionError) as why:
        raise Refused(f"JSON: {why}") from None
    return value


# --- claims


def members(value, required, optional=()):
    need(isinstance(value, dict), "not an object")
    need(set(required) <= set(value), "a member is missing")
    need(set(value) <= set(required) | set(optional), "a member is not agreed")
    return value


def whole(value):
    need(type(value) is int and 0 <= value < 2**63, "not a whole number")
    return value


def items(value):
    need(isinstance(value, list), "not a list")
    return value


def text(value, pattern=None):
    need(isinstance(value, str), "not a text")
    need(pattern is None or re.fullmatch(pattern, value, re.ASCII), f"not {pattern}")
    return value


HIDDEN = re.compile(
    "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f"
    "\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U0001bca0-\\U0001bca3"
    "\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff]"
)


def plain(value):
    need(not HIDDEN.search(text(value)), "hidden characters")
    return value


CODE = r"[a-z0-9._-]{1,32}"
UNIT = r"[A-Za-z0-9._-]{1,32}"
KID = r"[A-Za-z0-9_-]{1,64}"
OPERATOR = r"[A-Za-z0-9._:/-]{1,64}"


def day(value):
    text(value, r"[1-9][0-9]{7}")
    try:
        datetime(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        raise Refused("no such day") from None
    return value


def today(now):
    """The day in China; clamped, since Python's calendar ends."""
    seconds = min(max(now, 0), 250_000_000_000)
    return (datetime.fromtimestamp(0, timezone.utc) + timedelta(seconds=seconds, hours=8)).strftime("%Y%m%d")


USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def identifier(value):
    """GB/T 36904: kind, unit, serial, version, and ISO 7064 MOD 37,36 over them; GB 32100 for the unit."""
    parts = text(value).split(".")
    need(len(parts) == 5, "not five parts")
    kind, unit, serial, version, check = parts
    need(re.fullmatch(r"[0-9A-Z]{18}[0-9]{3}", kind), "kind")
    need(re.fullmatch(r"[0-9A-Z]{18}", unit) and all(c in USCC for c in unit), "unit")
    total = sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(unit[:17]))
    need(USCC[-total % 31] == unit[17], "unit's check character")
    need(re.fullmatch(r"[0-9A-Z]{7,32}", serial), "serial")
    need(re.fullmatch(r"[0-9]{3}", version) and version != "000", "version")
    product = 36
    for c in kind + unit + serial + version:
        total = (product + BASE36.index(c)) % 36 or 36
        product = total * 2 % 37
    need(check == BASE36[(37 - product) % 36], "check character")
    return kind, unit


# --- keys and signatures

_KEYS = {}


def public_key(jwk):
    members(jwk, ["kty", "crv", "x", "y"])
    need(jwk["kty"] == "EC" and jwk["crv"] == "P-256", "kind of key")
    x, y = b64(jwk["x"]), b64(jwk["y"])
    need(len(x) == len(y) == 32, "coordinate")
    if (x, y) not in _KEYS:
        try:
            _KEYS[x, y] = ec.EllipticCurvePublicNumbers(
                int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
            ).public_key()
        except ValueError:
            raise Refused("not on the curve") from None
    return _KEYS[x, y]


def check_signature(key, signing_input, signature, low_s):
    need(len(signature) == 64, "length of the signature")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    need(0 < r < N and 0 < s < N, "range of the signature")
    need(not low_s or s <= N // 2, "high s")
    try:
        key.verify(encode_dss_signature(r, s), signing_input.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("signature") from None


class Jws:
    def __init__(self, compact, longest, longest_payload):
        need(len(compact.encode("utf-8", "surrogatepass")) <= longest, "too long")
        parts = compact.split(".")
        need(len(parts) == 3, "not three parts")
        header, self.payload, self.signature = map(b64, parts)
        need(len(header) <= 256 and len(self.payload) <= longest_payload, "too long")
        self.signing_input = ".".join(parts[:2])
        self.header = parse_json(header, 4)
        need(isinstance(self.header, dict) and self.header.get("alg") == "ES256", "alg")

    def kid(self, typ):
        members(self.header, ["alg", "typ", "kid"])
        need(self.header["typ"] == typ, "typ")
        return text(self.header["kid"], KID)

    def typ(self):
        return self.header.get("typ")


# --- the verifier


class Verifier:
    def __init__(self, roots):
        self.roots = self._roots(roots)
        self.trust = None
        self.catalogues, self.lists = {}, {}
        self.floor_version, self.floor_time = 0, RELEASE
        self.floor_lists = {}
        self.confirmed = {}

    @staticmethod
    def _floor(iat, now, kept):
        """How far an object raises the floors; what was fetched may not come from the future."""
        if now is None:
            return iat
        if iat > now + SETTLING and not kept:
            raise Unknown("made by a clock that is ahead")
        return min(iat, now + SETTLING)

    @staticmethod
    def _roots(roots):
        members(roots, ["keys", "threshold"])
        keys = {}
        points = set()
        for one in items(roots["keys"]):
            members(one, ["kid", "jwk"])
            kid = text(one["kid"], KID)
            key = public_key(one["jwk"])
            point = (one["jwk"]["x"], one["jwk"]["y"])
            need(kid not in keys and point not in points, "a root stands twice")
            keys[kid] = key
            points.add(point)
        need(1 <= whole(roots["threshold"]) <= len(keys), "threshold")
        return roots, keys

    def _threshold(self, general, roots):
        signed = set()
        for one in items(general["signatures"]):
            members(one, ["protected", "signature"])
            compact = ".".join([text(one["protected"]), text(general["payload"]), text(one["signature"])])
            jws = Jws(compact, 2 << 20, 1 << 20)
            kid = jws.kid("trustlist+jwt")
            if kid in roots[1]:
                try:
                    check_signature(roots[1][kid], jws.signing_input, jws.signature, True)
                    signed.add(kid)
                except Refused:
                    pass
        need(len(signed) >= roots[0]["threshold"], "too few roots signed")

    def load_trust_list(self, data, now, kept=False):
        need(len(data.encode()) <= 1 << 20, "too long")
        general = members(parse_json(data, 8), ["payload", "signatures"])
        need(len(items(general["signatures"])) <= 16, "signatures")
        self._threshold(general, self.roots)
        payload = b64(general["payload"])
        body = members(parse_json(payload, 8), ["version", "iat", "exp", "refresh", "roots", "operators"])
        roots = self._roots(body["roots"])
        if body["roots"] != self.roots[0]:
            self._threshold(general, roots)
        version, iat, exp = whole(body["version"]), whole(body["iat"]), whole(body["exp"])
        need(iat < exp <= iat + 90 * DAY and whole(body["refresh"]) > 0, "life of the trust list")
        keys, operators, points = {}, {}, set()
        for operator in items(body["operators"]):
            members(operator, ["id", "names", "regions", "keys"])
            name = text(operator["id"], OPERATOR)
            need(name not in operators, "an operator stands twice")
            operators[name] = [text(region) for region in items(operator["regions"])]
            self._names(operator["names"])
            for key in items(operator["keys"]):
                members(key, ["kid", "jwk", "purpose", "nbf", "exp"], ["revoked_at", "compromised"])
                kid = text(key["kid"], KID)
                is_known = text(key["purpose"]) in PURPOSES
                point = self._point(key["jwk"])
                need(kid not in keys and (point is None or point not in points), "a key stands twice")
                points.add(point)
                whole(key["nbf"]), whole(key["exp"])
                need(not is_known or key["nbf"] < key["exp"], "life of a key")
                need(type(key.get("compromised", False)) is bool, "compromised")
                if key.get("revoked_at") is not None:
                    whole(key["revoked_at"])
                # A key of a purpose to come signs nothing here.
                keys[kid] = dict(key, operator=name, key=public_key(key["jwk"])) if is_known else None
        need(version >= self.floor_version, "older than one accepted")
        if self.trust and self.trust["version"] == version:
            need(self.trust["payload"] == payload, "another list of the same version")
            return
        need(now is None or kept or now < exp, "expired")
        floor = self._floor(iat, now, kept)
        self.trust = {"version": version, "payload": payload, "exp": exp, "keys": keys, "operators": operators}
        self.trust["due"] = min(iat + body["refresh"], exp)
        self.roots = roots
        self.floor_version = version
        self.floor_time = max(self.floor_time, floor)

    @staticmethod
    def _point(jwk):
        """The point of a P-256 key, as far as it is one."""
        try:
            members(jwk, ["kty", "crv", "x", "y"])
            need(jwk["kty"] == "EC" and jwk["crv"] == "P-256", "kind of key")
            x, y = b64(jwk["x"]), b64(jwk["y"])
        except Refused:
            return None
        return (x, y) if len(x) == len(y) == 32 else None

    @staticmethod
    def _names(value):
        members(value, ["zh-CN", "en"])
        text(value["zh-CN"]), text(value["en"])

    def _may_have_signed(self, kid, iat, now):
        key = self.trust["keys"].get(kid)
        if key is None or key.get("compromised") or not key["nbf"] <= iat < key["exp"]:
            return False
        revoked = key.get("revoked_at")
        if revoked is None:
            return True
        return iat < revoked and (key["purpose"] == "show" or now < revoked)

    def _best(self, now):
        return max(now or 0, self.floor_time)

    def _signed(self, data, limit, typ, purpose):
        need(self.trust, "no trust list")
        jws = Jws(data, limit, limit)
        kid = jws.kid(typ)
        key = self.trust["keys"].get(kid)
        need(key and key["purpose"] == purpose, "not a key for this")
        check_signature(key["key"], jws.signing_input, jws.signature, True)
        return parse_json(jws.payload, 8), kid, key["operator"]

    def load_catalogue(self, data, now, kept=False):
        body, kid, operator = self._signed(data, 8 << 20, "catalogue+jwt", "catalogue")
        members(body, ["iss", "version", "iat", "exp", "units", "kinds", "scenes"])
        need(body["iss"] == operator, "another operator's catalogue")
        iat, exp = whole(body["iat"]), whole(body["exp"])
        need(self._may_have_signed(kid, iat, self._best(None if kept else now)), "state of the key")
        need(iat < exp <= iat + 30 * DAY, "life of the catalogue")
        floor = self._floor(iat, now, kept)
        held = self.catalogues.get(operator)
        whole(body["version"])
        units, kinds, scenes = {}, {}, {}
        for unit in items(body["units"]):
            members(unit, ["id", "names", "kinds"])
            self._names(unit["names"])
            need(text(unit["id"]) not in units, "a unit stands twice")
            units[unit["id"]] = [text(kind) for kind in items(unit["kinds"])]
        for kind in items(body["kinds"]):
            members(kind, ["code", "names", "labels"])
            self._names(kind["names"])
            for label in members(kind["labels"], [], kind["labels"]).values():
                self._names(label)
            need(text(kind["code"]) not in kinds, "a kind stands twice")
            kinds[kind["code"]] = kind
        for scene in items(body["scenes"]):
            names = ["code", "names", "aud", "kinds", "lifetime", "profiles", "max_status_age", "medium"]
            members(scene, names)
            self._names(scene["names"])
            need(text(scene["code"], CODE) not in scenes, "a scene stands twice")
            text(scene["aud"], CODE)
            for kind in items(scene["kinds"]):
                members(kind, ["code", "fields"])
                text(kind["code"])
                for field in items(kind["fields"]):
                    members(field, ["key", "mask"])
                    text(field["key"])
                    need(field["mask"] in ("none", "name", "tail4", "id_number"), "mask")
            need(scene["medium"] in ("screen", "paper"), "medium")
            longest = 300 if scene["medium"] == "screen" else 180 * DAY
            need(30 <= whole(scene["lifetime"]) <= longest and whole(scene["max_status_age"]) > 0, "life of a scene")
            need(items(scene["profiles"]) and all(p in ("S", "H", "H+nonce") for p in scene["profiles"]), "profiles")
            scenes[scene["code"]] = scene
        if held:
            need(body["version"] >= held["body"]["version"], "older than one accepted")
            if body["version"] == held["body"]["version"]:
                need(body == held["body"], "another catalogue of the same version")
                self._confirm(operator, now, kept)
                return
        need(now is None or kept or now < exp, "expired")
        self.floor_time = max(self.floor_time, floor)
        self._confirm(operator, now, kept)
        self.catalogues[operator] = {
            "body": body, "kid": kid, "iat": iat, "exp": exp, "units": units, "kinds": kinds, "scenes": scenes
        }

    def _confirm(self, operator, now, kept):
        if now is not None and not kept:
            self.confirmed[operator] = now

    def load_status_list(self, data, now, uri=None, kept=False):
        body, kid, operator = self._signed(data, 3 << 19, "statuslist+jwt", "status")
        members(body, ["sub", "iat", "exp", "ttl", "status_list"])
        listed = members(body["status_list"], ["bits", "lst"])
        sub, iat, exp, ttl = text(body["sub"]), whole(body["iat"]), whole(body["exp"]), whole(body["ttl"])
        need(self._may_have_signed(kid, iat, self._best(None if kept else now)), "state of the key")
        need(iat < exp <= iat + 7 * DAY and ttl > 0, "life of the list")
        floor = self._floor(iat, now, kept)
        need(type(listed["bits"]) is int and listed["bits"] == 4, "bits")
        inflate = zlib.decompressobj()
        try:
            array = inflate.decompress(b64(listed["lst"]), 524_289)
        except zlib.error:
            raise Refused("zlib") from None
        need(len(array) == 524_288 and inflate.eof and not inflate.unused_data, "size of the list")
        need(uri is None or uri == sub, "another list's address")
        need(now is None or kept or iat >= self.floor_lists.get(sub, 0), "older than one accepted")
        held = self.lists.get(sub)
        if held:
            need(held["operator"] == operator, "another operator's list")
        if held and (now is None or kept or held["iat"] <= now + SETTLING):
            need(iat > held["iat"] or (iat == held["iat"] and array == held["array"]), "older than one accepted")
            if iat == held["iat"]:
                return
        need(now is None or kept or now < exp, "expired")
        self.floor_time = max(self.floor_time, floor)
        self.floor_lists[sub] = max(self.floor_lists.get(sub, 0), floor)
        self.lists[sub] = {"array": array, "operator": operator, "iat": iat, "exp": exp, "signed": [(kid, iat)]}

    def apply_delta(self, data, now, kept=False):
        body, kid, operator = self._signed(data, 1 << 20, "statusdelta+jwt", "status")
        members(body, ["iat", "base", "next", "chg"])
        for side in ("base", "next"):
            members(body[side], ["iat", "exp", "lists"])
            whole(body[side]["iat"]), whole(body[side]["exp"])
            for hash_ in members(body[side]["lists"], [], body[side]["lists"]).values():
                need(len(b64(hash_)) == 32, "hash")
        changes = {uri: list(self._changes(b64(packed))) for uri, packed in members(body["chg"], [], body["chg"]).items()}
        iat, base, next_ = whole(body["iat"]), body["base"], body["next"]
        need(self._may_have_signed(kid, iat, self._best(None if kept else now)), "state of the key")
        floor, next_floor = self._floor(max(iat, next_["iat"]), now, kept), self._floor(next_["iat"], now, kept)
        need(next_["iat"] < next_["exp"] <= next_["iat"] + 7 * DAY and next_["iat"] > base["iat"], "life of the delta")
        need(now is None or kept or now < next_["exp"], "expired")
        changed = {}
        own = {uri: held for uri, held in self.lists.items() if held["operator"] == operator}
        need(own, "no list to change")
        for uri, held in own.items():
            if held["iat"] < next_["iat"]:
                need(uri in base["lists"] and uri in next_["lists"], "a list is not in it")
                need(b64(base["lists"][uri]) == hashlib.sha256(held["array"]).digest(), "starts elsewhere")
                array = bytearray(held["array"])
                for index, value in changes.get(uri, []):
                    shift = 4 * (index % 2)
                    array[index // 2] = array[index // 2] & ~(15 << shift) | value << shift
                need(b64(next_["lists"][uri]) == hashlib.sha256(array).digest(), "leads elsewhere")
                changed[uri] = bytes(array)
        self.floor_time = max(self.floor_time, floor)
        for uri, array in changed.items():
            held = self.lists[uri]
            held.update(array=array, iat=next_["iat"], exp=next_["exp"], signed=held["signed"] + [(kid, iat)])
            self.floor_lists[uri] = max(self.floor_lists.get(uri, 0), next_floor)

    @staticmethod
    def _changes(data):
        at = 0

        def number():
            nonlocal at
            value = shift = 0
            start = at
            while True:
                need(at < len(data) and shift <= 14, "number of a change")
                value |= (data[at] & 0x7F) << shift
                shift += 7
                at += 1
                if not data[at - 1] & 0x80:
                    break
            need(at - start == 1 or data[at - 1] != 0, "a number has a second spelling")
            return value

        last, seen = -1, set()
        while at < len(data):
            value = data[at]
            need(last < value <= 15, "value of a change")
            last = value
            at += 1
            count = number()
            need(count > 0, "a group without a change")
            index = 0
            for _ in range(count):
                index += number()
                need(index < 1 << 20 and index not in seen, "change")
                seen.add(index)
                yield index, value
                index += 1

    # --- codes

    def verify(self, code, now, audience=None, scene=None, challenge=None):
        presentation = unpack(code)
        token, tilde, proof = presentation.partition("~")
        need("~" not in proof, "disclosures")
        jws = Jws(token, 2_560, 1_536)
        holder = jws.typ() == "dc+sd-jwt"
        kid = jws.kid("dc+sd-jwt" if holder else "show+jwt")
        need(holder == bool(tilde), "a show token has no proof")
        kb = None
        if holder:
            need(proof, "no proof")
            kb = Jws(proof, 2_560, 1_536)
            members(kb.header, ["alg", "typ"])
            need(kb.typ() == "kb+jwt", "typ of the proof")
        if not self.trust:
            raise Unknown("no trust list")
        good_clock = now >= self.floor_time - SLACK
        key = self.trust["keys"].get(kid)
        if key is None:
            if not good_clock or now > self.trust["due"] or now >= self.trust["exp"]:
                raise Unknown("the key may be new")
            raise Refused("unknown key")
        need(key["purpose"] == ("grant" if holder else "show"), "purpose of the key")
        check_signature(key["key"], jws.signing_input, jws.signature, True)
        claims = self._claims(jws.payload, holder)
        asked = None if challenge is None else parse_challenge(challenge)
        if holder:
            phone = public_key(claims["cnf"]["jwk"])
            try:
                check_signature(phone, kb.signing_input, kb.signature, False)
            except Refused:
                raise Refused("signature of the phone") from None
            proof_claims = self._proof(kb.payload)
            need(proof_claims["sd_hash"] == b64_of(hashlib.sha256(f"{token}~".encode()).digest()), "hash of the proof")
            need(asked is None or proof_claims["nonce"] == asked["nonce"], "nonce")
        else:
            need(asked is None, "a show token answers no challenge")
            proof_claims = None
        return self._judge(claims, proof_claims, key, kid, now, good_clock, audience, scene, asked)

    def _judge(self, claims, proof, key, kid, now, good_clock, audience, scene_code, asked):
        """Everything behind the signatures. What is unknown is raised last: a failure is worth more."""
        unknown = [] if good_clock else ["clock"]
        operator = key["operator"]
        iat, exp = claims["iat"], claims["exp"]
        best = max(now, self.floor_time)
        need(operator == claims["iss"], "another operator's key")
        need(self._may_have_signed(kid, iat, best), "state of the key")
        kind, unit = identifier(claims["lic"])
        speaks = any(unit.startswith(region) for region in self.trust["operators"][operator])
        if good_clock and now >= self.trust["exp"]:
            unknown.append("trust list expired")
        else:
            need(speaks, "may not speak for the unit")
        if not speaks:
            raise Unknown("trust list expired")
        catalogue = self.catalogues.get(operator)
        if catalogue and not self._may_have_signed(catalogue["kid"], catalogue["iat"], best):
            catalogue = None
        if catalogue is None or (good_clock and now >= catalogue["exp"]):
            unknown.append("catalogue")
        else:
            if not (kind in catalogue["kinds"] and kind in catalogue["units"].get(unit, [])):
                self._may_be_new(catalogue, operator, iat, best, "kind or unit", unknown)
        scene = catalogue["scenes"].get(claims["scene"]) if catalogue else None
        if scene is None:
            if "catalogue" not in unknown and good_clock:
                other = (scene_code, asked and asked["scene"], claims["scene"]), (audience, asked and asked["aud"], claims["aud"])
                for one, two, own in other:
                    need(one in (None, own) and two in (None, own), "another scene asked")
                self._may_be_new(catalogue, operator, iat, best, "unknown scene", unknown)
        else:
            profile = 0 if proof is None else 1 if asked is None else 2
            need(claims["aud"] == scene["aud"], "audience")
            need(audience is None or audience == scene["aud"], "audience asked")
            need(scene_code is None or scene_code == scene["code"], "scene asked")
            if proof:
                expected = scene["aud"] if asked is None else f"{asked['aud']}#{asked['rp']}"
                need(proof["aud"] == expected, "audience of the proof")
            if asked:
                need(asked["aud"] == scene["aud"] and asked["scene"] == scene["code"], "challenge for another scene")
            if not any(one["code"] == kind for one in scene["kinds"]):
                self._may_be_new(catalogue, operator, iat, best, "kind in this scene", unknown)
            need(profile >= min(["S", "H", "H+nonce"].index(one) for one in scene["profiles"]), "too weak a profile")
        need(exp - iat <= (DAY if proof else 180 * DAY), "life of the token")
        if not proof and scene and exp - iat > scene["lifetime"]:
            self._may_be_new(catalogue, operator, iat, best, "life of the token", unknown)
        if proof and asked is None:
            need(proof["iat"] >= iat - 60, "proof older than its grant")
        if good_clock:
            need(iat <= now + SLACK, "made in the future")
            need(now < exp, "expired")
            if proof and asked is None:
                need(abs(proof["iat"] - now) <= 60, "time of the proof")
        self._status(claims, scene, now, good_clock, best, unknown)
        if good_clock:
            need(claims["vf"] <= today(now), "not valid yet")
            need("vt" not in claims or today(now) <= claims["vt"], "licence expired")
        if unknown:
            raise Unknown(", ".join(unknown))
        return "valid"

    def _may_be_new(self, catalogue, operator, iat, best, why, unknown):
        """A name that the catalogue lacks, in a token newer than what it was last known to be complete at."""
        confirmed = self.confirmed.get(operator, 0)
        if confirmed > best + SETTLING:
            confirmed = 0
        need(iat > max(catalogue["iat"], confirmed) + SETTLING, why)
        unknown.append("catalogue")

    def _status(self, claims, scene, now, good_clock, best, unknown):
        entry = claims["status"]["status_list"]
        held = self.lists.get(entry["uri"])
        if (
            held is None
            or held["operator"] != claims["iss"]
            or not all(self._may_have_signed(kid, iat, best) for kid, iat in held["signed"])
        ):
            unknown.append("no status list")
            return
        value = held["array"][entry["idx"] // 2] >> 4 * (entry["idx"] % 2) & 15
        need(value in (0, 2, 3, 13, 14), "final, or of no known meaning")
        age = max(now - held["iat"], 0)
        fresh = good_clock and now < held["exp"] and scene is not None and age <= scene["max_status_age"]
        # Nothing is signed for a suspended licence: a suspension older than the token has ended.
        has_ended = value == 2 and held["iat"] < claims["iat"]
        if fresh and not has_ended and held["iat"] >= self.floor_lists.get(entry["uri"], 0):
            need(value != 2, "suspended")
        else:
            unknown.append("stale status list")

    @staticmethod
    def _claims(payload, holder):
        required = ["iss", "iat", "exp", "jti", "aud", "scene", "lic", "fld", "vf", "status"]
        claims = members(parse_json(payload, 4), required + (["vct", "cnf"] if holder else []), ["vt", "ntc", "act"])
        text(claims["iss"], OPERATOR)
        need(whole(claims["iat"]) < whole(claims["exp"]), "no life")
        need(len(b64(claims["jti"])) == 12, "jti")
        text(claims["aud"], CODE), text(claims["scene"], CODE)
        identifier(claims["lic"])
        need(isinstance(claims["fld"], dict), "fld")
        for name, value in claims["fld"].items():
            text(name, r"[a-z0-9_]{1,16}"), plain(value)
        need(sum(len((name + value).encode()) for name, value in claims["fld"].items()) <= 256, "too many fields")
        day(claims["vf"])
        need("vt" not in claims or claims["vf"] <= day(claims["vt"]), "vt before vf")
        listed = members(members(claims["status"], ["status_list"])["status_list"], ["idx", "uri"])
        need(whole(listed["idx"]) < 1 << 20, "idx")
        uri = text(listed["uri"], r"https?://[!-~]*")
        need(len(uri) <= 256, "uri")
        need("ntc" not in claims or (type(claims["ntc"]) is int and claims["ntc"] in (3, 13, 14)), "ntc")
        if "act" in claims:
            for value in members(claims["act"], ["sub", "name"]).values():
                need(1 <= len(plain(value).encode()) <= 96, "delegate")
        if holder:
            need(claims["vct"] == "urn:liangzheng:licence:1", "vct")
            public_key(members(claims["cnf"], ["jwk"])["jwk"])
        return claims

    @staticmethod
    def _proof(payload):
        proof = members(parse_json(payload, 4), ["iat", "aud", "nonce", "sd_hash"])
        whole(proof["iat"])
        text(proof["aud"], f"{CODE}(#{UNIT})?")
        need(len(b64(proof["nonce"])) == 12, "nonce")
        need(len(text(proof["sd_hash"])) == 43, "sd_hash")
        return proof


# Blanks of Unicode, and what cannot be seen.
AROUND = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069"
)


def cut(code):
    """A text without what surrounds it."""
    return re.sub(r"\A\]Q[0-6]", "", code.strip(AROUND)).strip(AROUND)


def unpack(code):
    """The presentation in a code's text."""
    code = cut(code)
    if not code.startswith("EL1:"):
        need(len(code.encode("utf-8", "surrogatepass")) <= 3_072, "too long")
        return code
    need(len(code) <= 4_296 and code.isascii(), "too long, or not Base45")
    try:
        presentation = el1_reader.unpack(code)
    except (ValueError, KeyError, IndexError, OverflowError, zlib.error, UnicodeError) as why:
        raise Refused(f"QR: {why}") from None
    need(len(presentation) <= 3_072, "too long")
    data = el1_reader.base45(code[4:])
    elided, count = data[0] & 0x80, data[0] & 0x7F
    need(data[0] in (1, 2, 0x82), "count of tokens")
    _no_padding(data[1 + 64 * count :])
    if elided:
        # Where the hash was left out its quotes must stand exactly once, or another text could be meant.
        inflate = zlib.decompressobj(-15, zdict=el1_reader.DICTIONARY)
        proof = inflate.decompress(data[129:], 4_096).split(b"\0")[3]
        need(proof.count(b'"sd_hash":""') == 1, "place of the hash")
    return presentation


def _no_padding(stream):
    """Bits after the last block must be zero. zlib does not tell where they begin, but changing them changes nothing."""

    def inflated(last):
        inflate = zlib.decompressobj(-15, zdict=el1_reader.DICTIONARY)
        try:
            out = inflate.decompress(stream[:-1] + bytes([last]), 4_096)
        except zlib.error:
            return None
        return out if inflate.eof and not inflate.unused_data else None

    last = stream[-1]
    whole_ = inflated(last)
    for bit in range(7, -1, -1):
        if inflated(last ^ 1 << bit) != whole_:
            return
        need(not last >> bit & 1, "a padding bit is set")


def parse_challenge(challenge):
    challenge = cut(challenge)
    need(challenge.startswith("EC1:"), "not a challenge")
    asked = members(parse_json(el1_reader.base45(challenge[4:]), 4), ["aud", "rp", "scene", "nonce"])
    text(asked["aud"], CODE), text(asked["rp"], UNIT), text(asked["scene"], CODE)
    need(len(b64(asked["nonce"])) == 12, "nonce")
    return asked
