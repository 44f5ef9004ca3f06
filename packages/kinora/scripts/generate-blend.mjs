// Writes src/clip/augment/blend.generated.ts: blend.wat as WebAssembly. `--print` prints it instead; a test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const FOLDER = new URL('../src/clip/augment/', import.meta.url);

const { parseWat } = await wabt();
const source = readFileSync(new URL('blend.wat', FOLDER), 'utf8');
const { buffer } = parseWat('blend.wat', source, { simd: true }).toBinary({});
const lines =
  Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g) ?? [];
const text = `/** blend.wat as WebAssembly, in base64. Made by scripts/generate-blend.mjs. */
export const BLEND_WASM =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;

if (process.argv[2] === '--print') process.stdout.write(text);
else writeFileSync(new URL('blend.generated.ts', FOLDER), text);
