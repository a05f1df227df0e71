"""What PyPI `zxing-cpp` reads in each picture of a folder, as one JSON object: file name to texts.

    python tests/bench/frames.py FOLDER
"""

import json
import pathlib
import sys

import zxingcpp
from PIL import Image

read = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jpg")):
    with Image.open(path) as picture:
        found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    read[path.name] = [code.text for code in found]
json.dump(read, sys.stdout)
