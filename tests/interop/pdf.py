"""A reader of PDF files and a decoder that are not ours read a page, as a printer and a phone would.

    python pdf.py FILE.pdf PAGE.png

Draws the page into PAGE.png at 200 dots per inch, and prints {"pages", "text", "codes"} as JSON.
"""

import json
import sys

import pypdfium2
import zxingcpp

document = pypdfium2.PdfDocument(sys.argv[1])
page = document[0]
picture = page.render(scale=200 / 72).to_pil().convert("L")
picture.save(sys.argv[2])
codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
text = page.get_textpage().get_text_bounded()
print(json.dumps({"pages": len(document), "text": text, "codes": [code.text for code in codes]}))
