// Writes src/clip/augment/bilinear.generated.ts: bilinear.wat as WebAssembly. `--print` prints it instead; a test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const FOLDER = new URL('../src/clip/augment/', import.meta.url);

const { parseWat } = await wabt();
const source = readFileSync(new URL('bilinear.wat', FOLDER), 'utf8');
const { buffer } = parseWat('bilinear.wat', source, { simd: true }).toBinary({});
const lines =
  Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g) ?? [];
const text = `/** bilinear.wat as WebAssembly, in base64. Made by scripts/generate-bilinear.mjs. */
export const BILINEAR_WASM =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;

if (process.argv[2] === '--print') process.stdout.write(text);
else writeFileSync(new URL('bilinear.generated.ts', FOLDER), text);
