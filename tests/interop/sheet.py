"""Writes a table as a workbook with a library that is not ours: PyPI `openpyxl`.

    python sheet.py TABLE.csv WORKBOOK.xlsx

Every cell is a text, as in a sheet whose columns were formatted so before it was filled in.
"""

import csv
import sys

import openpyxl
from openpyxl.cell import WriteOnlyCell

book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet()
with open(sys.argv[1], encoding="utf-8", newline="") as table:
    for row in csv.reader(table):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            cell.number_format = "@"
        sheet.append(cells)
book.save(sys.argv[2])
