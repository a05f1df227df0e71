"""A reader and writer of workbooks that is not ours: PyPI `openpyxl`.

    python tables.py CASES.json

CASES.json names `template` and `errors`, workbooks of ours, `filled`, to be written, and `rows`: title to text. The
template must open, offer its columns as text and its choices as lists; filled in by openpyxl it is saved as `filled`. In
`errors` no cell may be a formula, and faulty cells carry a note. Exit 1 with a line for each disagreement.
"""

import json
import sys

import openpyxl

cases = json.load(open(sys.argv[1], encoding="utf-8"))
wrong = []

book = openpyxl.load_workbook(cases["template"])
sheet = book.worksheets[0]
titles = {cell.value.rstrip("*"): cell.column for cell in sheet[1] if cell.value}
for title in cases["rows"][0]:
    if title not in titles:
        wrong.append(f"the template has no column {title}: {sorted(titles)}")
for column in titles.values():
    letter = openpyxl.utils.get_column_letter(column)
    formats = {sheet.cell(2, column).number_format, sheet.column_dimensions[letter].number_format}
    if "@" not in formats:
        wrong.append(f"column {letter} is not formatted as text: {formats}")
lists = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
if len(lists) != cases["choices"]:
    wrong.append(f"{len(lists)} columns offer choices, not {cases['choices']}")
for line, row in enumerate(cases["rows"], start=3):
    for title, text in row.items():
        if title in titles:
            sheet.cell(line, titles[title], text).number_format = "@"
book.save(cases["filled"])

book = openpyxl.load_workbook(cases["errors"])
cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
for cell in cells:
    if cell.data_type == "f":
        wrong.append(f"errors: {cell.coordinate} is a formula: {cell.value}")
if not any(cell.value == "=1+1" and cell.quotePrefix for cell in cells):
    wrong.append("errors: the text that begins like a formula is not kept as one")
if not any(cell.comment for cell in cells):
    wrong.append("errors: no cell has a note")

for line in wrong:
    print(f"FAIL {line}")
print(f"{len(cells)} cells, {len(wrong)} disagreements")
sys.exit(bool(wrong) or not cells)
