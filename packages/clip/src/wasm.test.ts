/** What is shipped as base64 is what the texts beside it say. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const script = fileURLToPath(new URL('scripts/generate-wasm.mjs', root));

test.each(['resize', 'augment/bilinear'])('%s', (name) => {
  const made = execFileSync(process.execPath, [script, name], { encoding: 'utf8' });
  const shipped = readFileSync(new URL(`src/${name}.generated.ts`, root), 'utf8');
  expect(shipped, `run node ${script}`).toBe(made);
});
