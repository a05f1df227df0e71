"""Seconds that PyPI `pyjwt` takes to verify a file of compact tokens, one a line: signature, exp, aud.

    python tests/bench/batch.py TOKENS JWK NOW
"""

import datetime
import json
import sys
import time

import jwt
import jwt.api_jwt

tokens, jwk, now = sys.argv[1:]


class Clock(datetime.datetime):
    """pyjwt asks the system's clock; the tokens are of another day."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(int(now), tz)


jwt.api_jwt.datetime = Clock
with open(jwk, encoding="utf-8") as file:
    key = jwt.PyJWK(json.load(file), algorithm="ES256").key
with open(tokens, encoding="utf-8") as file:
    lines = file.read().split()

started = time.perf_counter()
for token in lines:
    jwt.decode(token, key, algorithms=["ES256"], audience="inspector")
print(time.perf_counter() - started)
