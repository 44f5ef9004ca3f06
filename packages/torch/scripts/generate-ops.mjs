// Writes src/ops.generated.ts: TypeScript declarations of the operators in operators.txt, from the schemas of the libtorch
// on this machine. `--check` writes nothing: against the reference version (1.13) the file must come out the same; against
// any other it checks that every listed operator exists and still takes the arguments that the declarations allow.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const REFERENCE = '1.13';
const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const output = at('../src/ops.generated.ts');

const { native } = await import('../dist/native.js');
const engine = native();
const version = engine.description().version;

const names = readFileSync(at('operators.txt'), 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .flatMap((line) => line.split(' ').filter(Boolean))
  .sort();

/** The TypeScript type of each schema type that a declaration can hold. */
const types = {
  Tensor: 'Tensor',
  Scalar: 'Scalar',
  int: 'Int',
  SymInt: 'Int',
  float: 'number',
  bool: 'boolean',
  str: 'string',
  ScalarType: 'DType',
  Device: 'Device',
  Layout: 'Layout',
  MemoryFormat: 'MemoryFormat',
  Generator: 'Generator',
  'Tensor[]': 'readonly Tensor[]',
  'Tensor?[]': 'readonly (Tensor | null)[]',
  'Scalar[]': 'readonly Scalar[]',
  'int[]': 'readonly Int[]',
  'SymInt[]': 'readonly Int[]',
  'float[]': 'readonly number[]',
  'bool[]': 'readonly boolean[]',
};
const resultTypes = {
  ...types,
  int: 'number',
  SymInt: 'number',
  Scalar: 'number',
  'Tensor[]': 'Tensor[]',
  'int[]': 'number[]',
};

const reserved = new Set(['function', 'this', 'var', 'default', 'new', 'delete', 'in', 'input_']);
const parameter = (/** @type {string} */ name) => (reserved.has(name) ? `${name}_` : name);

function inputType({ type, length }) {
  const optional = type.endsWith('?');
  const base = optional ? type.slice(0, -1) : type;
  const one = types[base];
  if (one === undefined) return undefined;
  const repeated = length !== undefined && base.endsWith('[]') ? `${types[base.slice(0, -2)]} | ${one}` : one;
  return optional ? `${repeated} | null` : repeated;
}

function resultType(operator) {
  const all = operator.returns.map(({ type }) => resultTypes[type]);
  if (all.includes(undefined)) return undefined;
  return all.length === 0 ? 'void' : all.length === 1 ? all[0] : `[${all.join(', ')}]`;
}

/** One call signature for each number of positional arguments; the rest goes by name. */
function signatures(operator) {
  const typed = operator.arguments.map((argument) => ({ ...argument, ts: inputType(argument) }));
  const result = resultType(operator);
  if (result === undefined || typed.some(({ ts, optional }) => ts === undefined && !optional)) return [];
  const usable = typed.filter(({ ts }) => ts !== undefined);
  const positional = usable.filter(({ named }) => !named);
  const required = positional.filter(({ optional }) => !optional).length;
  const lines = [];
  for (let count = required; count <= positional.length; count++) {
    const rest = [...positional.slice(count), ...usable.filter(({ named }) => named)];
    const parameters = positional.slice(0, count).map(({ name, ts }) => `${parameter(name)}: ${ts}`);
    if (rest.length > 0) {
      const must = rest.some(({ optional }) => !optional);
      const fields = rest.map(({ name, ts, optional }) => `${name}${optional ? '?' : ''}: ${ts}`);
      parameters.push(`named${must ? '' : '?'}: { ${fields.join('; ')} }`);
    }
    lines.push({ parameters, result });
  }
  return lines;
}

function operatorsOf(name) {
  return engine
    .overloads(`aten::${name}`)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .flatMap((overload) => engine.resolve(`aten::${name}`, overload) ?? [])
    .filter((operator) => !operator.arguments.some(({ written, named }) => written && named))
    .filter(
      (operator) => !operator.arguments.some(({ type }) => /Dimname|Storage|Stream|QScheme/.test(type)),
    );
}

const missing = [];
const functions = [];
const methods = [];
const methodNames = [];
for (const name of names) {
  const operators = operatorsOf(name);
  if (operators.length === 0) missing.push(name);
  const all = operators.flatMap(signatures);
  const unique = [...new Map(all.map((s) => [s.parameters.join(', '), s])).values()];
  for (const { parameters, result } of unique)
    functions.push(`  ${name}(${parameters.join(', ')}): ${result};`);
  const onSelf = unique.filter(({ parameters }) => /^(self|input): Tensor$/.test(parameters[0] ?? ''));
  if (onSelf.length > 0 && !['size', 'numel', 'index', 'slice'].includes(name)) {
    methodNames.push(name);
    for (const { parameters, result } of onSelf)
      methods.push(`  ${name}(${parameters.slice(1).join(', ')}): ${result};`);
  }
}

const text = `/** Generated from libtorch's schemas by scripts/generate-ops.mjs; the list stands in scripts/operators.txt. Do not edit. */
import type { DType } from './dtype.js';
import type { Generator } from './random.js';
import type { Device, Scalar, Tensor } from './tensor.js';

export type Int = number | bigint;
export type Layout = 'strided' | 'sparse_coo';
export type MemoryFormat = 'contiguous_format' | 'preserve_format' | 'channels_last' | 'channels_last_3d';

/** Operators as functions: positional arguments first, the rest by name in a last object. */
export interface Ops {
${functions.join('\n')}
}

/** The same as methods of their first argument. */
export interface TensorMethods {
${methods.join('\n')}
}

export const operatorNames: readonly (keyof Ops)[] = [
${names.map((name) => `  '${name}',`).join('\n')}
];

export const methodNames: readonly (keyof TensorMethods)[] = [
${methodNames.map((name) => `  '${name}',`).join('\n')}
];
`;

const fail = (/** @type {string} */ message) => {
  console.error(message);
  process.exit(1);
};
const isReference = version.startsWith(REFERENCE);
if (missing.length > 0) fail(`libtorch ${version} has no operator ${missing.join(', ')}`);
if (!process.argv.includes('--check')) {
  writeFileSync(output, text);
  console.log(`${names.length} operators, ${functions.length} signatures, from libtorch ${version}`);
} else if (isReference) {
  if (readFileSync(output, 'utf8') !== text)
    fail('src/ops.generated.ts differs from what the schemas say: run `npm run generate`');
  console.log(`${names.length} operators are declared as libtorch ${version} has them`);
} else {
  const declared = readFileSync(output, 'utf8');
  const lost = names.filter((name) => !declared.includes(`\n  ${name}(`));
  if (lost.length > 0) fail(`no declaration fits libtorch ${version} for ${lost.join(', ')}`);
  console.log(`${names.length} operators exist in libtorch ${version}`);
}
