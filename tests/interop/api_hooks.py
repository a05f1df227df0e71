"""What schemathesis cannot know of us: who asks, and what there is to be asked for.

    LZ_API_WORLD=world.json SCHEMATHESIS_HOOKS=api_hooks schemathesis run …

`world.json` is written by `tests/api/generated.rs`: sessions by name, the names that each action permits, one value for
each sort of id and code. Of four requests three come from somebody who may; of two that are as described one names what is
there, so that it gets as far as the rules behind the description. What is wrong on purpose stays as it was made.
"""

import json
import os
import random
import urllib.request

import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

WORLD = json.load(open(os.environ["LZ_API_WORLD"], encoding="utf-8"))
SESSIONS, PERMITTED, VALUES = WORLD["sessions"], WORLD["permitted"], WORLD["values"]
# The same requests in each run: nothing else draws from this one.
DRAW = random.Random(20261129)
# They end the session that sends them, or all others of its account.
ENDING = {("DELETE", "/api/v1/sessions/current"), ("DELETE", "/api/v1/me/sessions")}
# What acts on units, accounts and entries is sent to spare ones, so that the world stays as it is for the rest.
SPARE = WORLD["spare"]


def fresh_session():
    """A session of somebody whom it does not matter to."""
    body = json.dumps(WORLD["guest"]).encode()
    request = urllib.request.Request(WORLD["url"] + "/api/v1/sessions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["token"]


def token_for(case):
    if (case.method.upper(), case.path) in ENDING:
        return fresh_session()
    permitted = PERMITTED.get(case.operation.definition.raw.get("x-action"), [])
    if permitted and DRAW.random() < 0.75:
        return SESSIONS[DRAW.choice(permitted)]
    return DRAW.choice([*SESSIONS.values(), None])


def is_as_described(case, place):
    component = case.meta.components.get(place) if case.meta else None
    return component is not None and component.mode == GenerationMode.POSITIVE


def filled(name, value):
    """The value with what is there in place of what was made up, by the member's name."""
    if isinstance(value, dict):
        return {member: filled(member, inner) for member, inner in value.items()}
    if isinstance(value, list):
        return [filled(name, inner) for inner in value]
    known = VALUES["members"].get(name)
    return known if known is not None and isinstance(value, type(known)) else value


@schemathesis.hook
def filter_case(ctx, case):
    """In a form every part is bytes: a number in place of a file is a file again, and nothing is wrong with it."""
    component = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    is_form = case.media_type == "multipart/form-data" and isinstance(case.body, dict)
    if not is_form or component is None or component.mode == GenerationMode.POSITIVE:
        return True
    return all(isinstance(part, (str, bytes)) for part in case.body.values())


@schemathesis.hook
def before_call(ctx, case, kwargs):
    token = token_for(case)
    if token is not None:
        case.headers["Authorization"] = f"Bearer {token}"
    if DRAW.random() < 0.5:
        return
    if is_as_described(case, ParameterLocation.PATH):
        there = SPARE.get(f"{case.method.upper()} {case.path}") or VALUES["paths"].get(case.path.removeprefix("/api/v1"), {})
        for name, known in there.items():
            case.path_parameters[name] = DRAW.choice(known)
    if is_as_described(case, ParameterLocation.BODY) and case.body is not NOT_SET:
        case.body = filled("", case.body)
    if is_as_described(case, ParameterLocation.HEADER):
        case.headers.pop("If-Match", None)
