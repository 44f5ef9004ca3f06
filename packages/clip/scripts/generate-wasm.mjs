// Writes *.generated.ts beside each *.wat of src: the text as WebAssembly. A name alone prints that one instead: a test
// compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const FOLDER = new URL('../src/', import.meta.url);
const { parseWat } = await wabt();

/** @param {string} name of the text, without its ending, from src on */
function generated(name) {
  const file = `${name.split('/').at(-1)}.wat`;
  const text = readFileSync(new URL(`${name}.wat`, FOLDER), 'utf8');
  const { buffer } = parseWat(file, text, { simd: true }).toBinary({});
  const lines =
    Buffer.from(buffer)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  const constant = `${file.slice(0, -4).toUpperCase()}_WASM`;
  return `/** ${file} as WebAssembly, in base64. Made by scripts/generate-wasm.mjs. */
export const ${constant}: string =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}

const only = process.argv[2];
if (only !== undefined) process.stdout.write(generated(only));
else {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => file.endsWith('.wat')).map((file) => file.slice(0, -4)))
    writeFileSync(new URL(`${name}.generated.ts`, FOLDER), generated(name));
}
