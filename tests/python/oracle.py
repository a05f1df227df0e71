"""Answers the corpus with the second verifier: the worlds and then one case a line in, one answer a line out."""
import base64
import json
import sys

from verifier import Refused, Unknown, Verifier


def build(world):
    verifier = Verifier(world["roots"])
    for at, step in enumerate(world["steps"]):
        refused = load(verifier, step["object"], step["text"], step.get("now"), step.get("uri"), step.get("kept", False))
        if bool(refused) != ("error" in step):
            raise SystemExit(f"oracle: step {at} ({step['object']}): {refused or 'taken'}, wanted {step.get('error')}")
    return verifier


def load(verifier, kind, text, now, uri=None, kept=False):
    """Why it was refused; nothing if it was taken."""
    try:
        if kind == "status_list":
            verifier.load_status_list(text, now, uri, kept)
        elif kind == "delta":
            verifier.apply_delta(text, now, kept)
        else:
            {"trust_list": verifier.load_trust_list, "catalogue": verifier.load_catalogue}[kind](text, now, kept)
    except (Refused, Unknown) as why:
        return str(why) or "refused"
    # Any other fault of a value's kind: this verifier checks less carefully than it says why.
    except (TypeError, AttributeError, KeyError, UnicodeError) as why:
        return f"not of the right kind: {why}"
    return None


def answer(verifiers, case):
    raw = base64.b64decode(case["input_base64"]).decode("utf-8", "replace") if "input_base64" in case else case["input"]
    verifier = verifiers[case["world"]]
    if "object" in case:
        refused = load(verifier, case["object"], raw, case["now"])
        return f"refused: {refused}" if refused else "taken"
    try:
        return verifier.verify(raw, case["now"], case.get("audience"), case.get("scene"), case.get("challenge"))
    except (Refused, Unknown) as why:
        return f"not valid: {type(why).__name__}: {why}"
    except (TypeError, AttributeError, KeyError, UnicodeError) as why:
        return f"not valid: not of the right kind: {why}"


def main():
    verifiers = None
    for line in sys.stdin.buffer:
        value = json.loads(line)
        if verifiers is None:
            verifiers = {name: build(world) for name, world in value["worlds"].items()}
            said = "ready"
        else:
            said = answer(verifiers, value)
        sys.stdout.write(json.dumps(said, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
