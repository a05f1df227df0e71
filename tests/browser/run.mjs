/**
 * `npm test`: every file of tests. Two at a time, for much of a test is waiting; those whose keys, frames and clocks are
 * measured in milliseconds afterwards, each with the machine to itself.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ALONE = ['verify-camera.test.mjs', 'wallet-camera.test.mjs', 'wallet-interrupted.test.mjs', 'wedge.test.mjs', 'widget-camera.test.mjs', 'widget.test.mjs'];

const folder = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));

/** Whether all of them pass. */
function run(files, atOnce) {
  const { status } = spawnSync(process.execPath, ['--test', `--test-concurrency=${atOnce}`, ...files], { cwd: folder, stdio: 'inherit' });
  return status === 0;
}

const together = run(all.filter((name) => !ALONE.includes(name)), 2);
const alone = run(ALONE, 1);
process.exitCode = together && alone ? 0 : 1;
