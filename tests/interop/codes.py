"""Two decoders that are not ours read the codes a phone or a printer would show.

    python codes.py CASES.json

CASES.json: [{"name", "picture": path of a PNG, "text": what it must say, "version": highest QR version}].
Prints one line per disagreement, the highest version seen per profile letter (the name's first), and, last,
`N passed, M failed`. Exit 1 if any failed.
"""

import json
import sys
from collections import defaultdict

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

passed, failed = 0, 0
highest = defaultdict(int)


def expect(name, fine, complaint):
    global passed, failed
    if fine:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {name}: {complaint}")


for case in json.load(open(sys.argv[1], encoding="utf-8")):
    name, text = case["name"], case["text"]
    picture = Image.open(case["picture"]).convert("L")

    read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    expect(f"zxing-cpp: {name}", [code.text for code in read] == [text], f"read {[code.text for code in read]}")
    for code in read:
        version, level = int(code.extra["Version"]), code.extra["ECLevel"]
        highest[name[0]] = max(highest[name[0]], version)
        expect(f"version: {name}", version <= case["version"], f"v{version}, at most v{case['version']}")
        expect(f"level: {name}", level == "L", f"level {level}, not L")

    found = [code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])]
    expect(f"zbar: {name}", found == [text], f"read {found}")

print("highest versions:", ", ".join(f"{profile} v{version}" for profile, version in sorted(highest.items())))
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
