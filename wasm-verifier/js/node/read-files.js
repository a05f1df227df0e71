/** Import this before any module: Node's fetch does not read files. */
import { readFile } from 'node:fs/promises';
import { readModulesWith } from '../web/load.js';

readModulesWith(readFile);
