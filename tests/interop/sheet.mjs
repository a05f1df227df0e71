/**
 * Writes a table as a workbook with a library that is not ours: npm `exceljs`.
 *
 *     node sheet.mjs CASES.json
 *
 * CASES.json names `book`, to be written, and `rows`: lists of cells, a text or `{day}` for a cell of a date.
 */
import { readFileSync } from 'node:fs';
import ExcelJS from 'exceljs';

const { book, rows } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const workbook = new ExcelJS.Workbook();
const sheet = workbook.addWorksheet('导入', { views: [{ state: 'frozen', ySplit: 1 }] });
for (const row of rows) {
  const added = sheet.addRow(row.map((cell) => (cell.day ? new Date(`${cell.day}T00:00:00Z`) : cell)));
  added.eachCell((cell, column) => {
    cell.numFmt = row[column - 1].day ? 'yyyy-mm-dd' : '@';
  });
}
// As people leave it: a heading in bold, columns wide enough, a row that is blank.
sheet.getRow(1).font = { bold: true };
sheet.columns.forEach((column) => {
  column.width = 24;
});
sheet.addRow([]);
await workbook.xlsx.writeFile(book);
console.log(`${rows.length} rows`);
