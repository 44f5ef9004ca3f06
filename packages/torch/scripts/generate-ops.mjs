// Writes src/ops/ops.generated.ts: TypeScript declarations of the operators in operators.txt, from the schemas of the libtorch
// on this machine. `--check` writes nothing: against the reference version (1.13) the file must come out the same; against
// any other it checks that every listed operator exists and still takes the arguments that the declarations allow.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { read, written } from './signature-text.mjs';
import { allows, merged, signaturesOf } from './signatures.mjs';

/** @typedef {import('./signatures.mjs').Signature} Signature */

const REFERENCE = '1.13';
const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const output = at('../src/ops/ops.generated.ts');

const { engineInfo, overloadsOf } = await import('../dist/index.js');
const { version } = engineInfo();

const names = readFileSync(at('operators.txt'), 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .flatMap((line) => line.split(' ').filter(Boolean))
  .sort();

/** What src/ops/ops.ts adds to the schemas. @type {Readonly<Record<string, Signature[]>>} */
const adapted = {
  to: [
    {
      positional: [
        { name: 'self', ts: 'Tensor', optional: false },
        { name: 'device', ts: 'Device', optional: false },
      ],
      named: [
        { name: 'non_blocking', ts: 'boolean', optional: true },
        { name: 'copy', ts: 'boolean', optional: true },
        { name: 'memory_format', ts: 'MemoryFormat | null', optional: true },
      ],
      result: 'Tensor',
    },
  ],
};

/** Without `out=` variants, which callOp takes. @param {string} name */
const operatorsOf = (name) =>
  overloadsOf(name).filter((operator) => !operator.arguments.some(({ written, named }) => written && named));

const declared = names.map((name) => ({
  name,
  signatures: merged([...operatorsOf(name).flatMap(signaturesOf), ...(adapted[name] ?? [])]),
}));

/** Tensor has these by itself. */
const own = ['size', 'index', 'slice'];
const methods = declared.flatMap(({ name, signatures }) => {
  const onSelf = signatures.flatMap(({ positional: [self, ...positional], ...rest }) =>
    self !== undefined && ['self', 'input'].includes(self.name) && self.ts.split(' | ').includes('Tensor')
      ? [{ positional, ...rest }]
      : [],
  );
  return onSelf.length === 0 || own.includes(name) ? [] : [{ name, signatures: merged(onSelf) }];
});

/** @param {readonly { name: string, signatures: Signature[] }[]} members */
const lines = (members) =>
  members
    .flatMap(({ name, signatures }) => signatures.map((signature) => written(name, signature)))
    .join('\n');

/** @param {readonly { name: string }[]} members */
const list = (members) => members.map(({ name }) => `  '${name}',`).join('\n');

const text = `/** Generated from libtorch's schemas by scripts/generate-ops.mjs; the list stands in scripts/operators.txt. Do not edit. */
import type { Device } from '../engine/device.js';
import type { DType } from '../engine/dtype.js';
import type { Generator } from '../tensor/random.js';
import type { Scalar, Tensor } from '../tensor/tensor.js';

export type Int = number | bigint;
export type OptionalTensors = readonly (Tensor | null)[];
export type Layout = 'strided' | 'sparse_coo';
export type MemoryFormat = 'contiguous_format' | 'preserve_format' | 'channels_last' | 'channels_last_3d';

/** Operators as functions: positional arguments first, the rest by name in a last object. */
export interface Ops {
${lines(declared)}
}

/** The same as methods of their first argument. */
export interface TensorMethods {
${lines(methods)}
}

export const operatorNames: readonly (keyof Ops)[] = [
${list(declared)}
];

export const methodNames: readonly (keyof TensorMethods)[] = [
${list(methods)}
];
`;

/** Another version may add arguments and overloads; it may not refuse a call that is declared. */
function refusedCalls() {
  const functions = readFileSync(output, 'utf8').match(/export interface Ops \{(.*?)^\}/ms)?.[1] ?? '';
  const present = new Map(declared.map(({ name, signatures }) => [name, signatures]));
  return read(functions)
    .filter(({ name, signature }) => !allows(present.get(name) ?? [], signature))
    .map(({ name, signature }) => written(name, signature).trim());
}

const fail = (/** @type {string} */ message) => {
  console.error(message);
  process.exit(1);
};
const missing = declared.filter(({ signatures }) => signatures.length === 0).map(({ name }) => name);
if (missing.length > 0) fail(`libtorch ${version} has no operator ${missing.join(', ')}`);
const count = declared.reduce((sum, { signatures }) => sum + signatures.length, 0);
if (!process.argv.includes('--check')) {
  writeFileSync(output, text);
  console.log(`${names.length} operators, ${count} signatures, from libtorch ${version}`);
} else if (version.startsWith(REFERENCE)) {
  if (readFileSync(output, 'utf8') !== text)
    fail('src/ops/ops.generated.ts differs from what the schemas say: run `npm run generate`');
  console.log(`${names.length} operators are declared as libtorch ${version} has them`);
} else {
  const refused = refusedCalls();
  if (refused.length > 0) fail(`libtorch ${version} does not take\n${refused.join('\n')}`);
  console.log(`${names.length} operators take in libtorch ${version} what is declared`);
}
