"""A validator that is not ours reads the description of the API.

    python openapi.py DESCRIPTION.json

Checks it against the OpenAPI 3.1 schema and every schema in it against JSON Schema 2020-12, and that each reference
leads somewhere; the schemas it needs come with the library. Prints one line per complaint and, last,
`N operations, M complaints`. Exit 1 if there is any.
"""

import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator

description = json.load(open(sys.argv[1], encoding="utf-8"))
complaints = 0
for error in OpenAPIV31SpecValidator(description).iter_errors():
    complaints += 1
    print(f"FAIL /{'/'.join(map(str, error.absolute_path))}: {error.message[:500]}")


def references(node):
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


for reference in set(references(description)):
    found = description
    try:
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    except KeyError:
        complaints += 1
        print(f"FAIL {reference}: leads nowhere")

operations = sum(len(path) for path in description["paths"].values())
print(f"{operations} operations, {complaints} complaints")
sys.exit(complaints > 0 or operations == 0)
