// Schemas as TypeScript call signatures: made, merged and compared. Their text is signature-text.mjs's business.

/**
 * @typedef {{ name: string, type: string, named: boolean, optional: boolean, length?: number }} Argument
 * @typedef {{ arguments: Argument[], returns: { type: string }[] }} Operator
 *
 * @typedef {{ name: string, ts: string, optional: boolean }} Parameter
 * @typedef {object} Signature
 * @property {Parameter[]} positional
 * @property {Parameter[]} named
 * @property {string} result
 */

/** @type {Readonly<Record<string, string>>} The TypeScript type of each schema type that a declaration can hold. */
const inputTypes = {
  Tensor: 'Tensor',
  Scalar: 'Scalar',
  int: 'Int',
  float: 'number',
  bool: 'boolean',
  str: 'string',
  ScalarType: 'DType',
  Device: 'Device',
  Layout: 'Layout',
  MemoryFormat: 'MemoryFormat',
  Generator: 'Generator',
  'Tensor[]': 'readonly Tensor[]',
  'Tensor?[]': 'OptionalTensors',
  'Scalar[]': 'readonly Scalar[]',
  'int[]': 'readonly Int[]',
  'float[]': 'readonly number[]',
  'bool[]': 'readonly boolean[]',
};

/** @type {Readonly<Record<string, string>>} */
const resultTypes = {
  Tensor: 'Tensor',
  Scalar: 'Scalar',
  int: 'number',
  float: 'number',
  bool: 'boolean',
  'Tensor[]': 'Tensor[]',
  'int[]': 'number[]',
};

/**
 * One signature for each number of positional arguments, the rest going by name; none where a required argument or a
 * result has no TypeScript type.
 * @param {Operator} operator @returns {Signature[]}
 */
export function signaturesOf(operator) {
  const result = resultOf(operator);
  const typed = operator.arguments.map((argument) => ({ ...argument, ts: inputOf(argument) }));
  if (result === undefined || typed.some(({ ts, optional }) => ts === undefined && !optional)) return [];
  const usable = typed.flatMap(({ ts, ...rest }) => (ts === undefined ? [] : [{ ...rest, ts }]));
  const positional = usable.filter(({ named }) => !named);
  const byName = usable.filter(({ named }) => named);
  const required = positional.filter(({ optional }) => !optional).length;
  const counts = Array.from({ length: positional.length - required + 1 }, (_, i) => required + i);
  return counts.map((count) => ({
    positional: positional.slice(0, count),
    named: [...positional.slice(count), ...byName],
    result,
  }));
}

/** @param {Argument} argument @returns {string | undefined} */
function inputOf({ type, length }) {
  const base = type.replace(/\?$/, '');
  const one = inputTypes[base];
  if (one === undefined) return undefined;
  const repeated = length !== undefined && /^(int|float)\[\]$/.test(base);
  const all = repeated ? `${inputTypes[base.slice(0, -2)]} | ${one}` : one;
  return type.endsWith('?') ? `${all} | null` : all;
}

/** @param {Operator} operator @returns {string | undefined} */
function resultOf({ returns }) {
  const all = returns.map(({ type }) => resultTypes[type]);
  if (all.includes(undefined)) return undefined;
  return all.length === 0 ? 'void' : all.length === 1 ? all[0] : `[${all.join(', ')}]`;
}

/**
 * Fewer signatures that allow the same calls: those that differ in the type of one parameter become one with a union,
 * since TypeScript does not try an argument of a union type against several overloads, and those that differ in named
 * arguments become one where these are optional.
 * @param {readonly Signature[]} signatures @returns {Signature[]}
 */
export function merged(signatures) {
  /** @type {Signature[]} */
  const all = [];
  for (let next of signatures) {
    for (let i = 0; i < all.length; ) {
      const united = unionOfTypes(all[i], next) ?? unionOfNames(all[i], next) ?? unionOfNames(next, all[i]);
      if (united === undefined) i++;
      else {
        all.splice(i, 1);
        next = united;
        i = 0;
      }
    }
    all.push(next);
  }
  return all;
}

/** @param {Signature | undefined} a @param {Signature} b @returns {Signature | undefined} */
function unionOfTypes(a, b) {
  if (a === undefined || a.result !== b.result || a.positional.length !== b.positional.length)
    return undefined;
  const left = [...a.positional, ...a.named];
  const right = [...b.positional, ...b.named];
  if (left.length !== right.length || !left.every((one, i) => sameBut('ts', one, right[i]))) return undefined;
  const different = left.filter(({ ts }, i) => right[i]?.ts !== ts);
  if (different.length > 1) return undefined;
  const all = left.map((one, i) => ({ ...one, ts: either(one.ts, right[i]?.ts ?? '') }));
  const count = a.positional.length;
  return { positional: all.slice(0, count), named: all.slice(count), result: a.result };
}

/** @param {Signature | undefined} fewer @param {Signature | undefined} more @returns {Signature | undefined} */
function unionOfNames(fewer, more) {
  if (fewer === undefined || more === undefined) return undefined;
  const samePositions =
    fewer.result === more.result &&
    fewer.positional.length === more.positional.length &&
    fewer.positional.every((one, i) => sameBut(null, one, more.positional[i]));
  const has = (/** @type {Parameter} */ field) => fewer.named.some((other) => sameBut(null, field, other));
  const isSubset = fewer.named.every((field) => more.named.some((other) => sameBut(null, field, other)));
  if (!samePositions || !isSubset) return undefined;
  return { ...more, named: more.named.map((field) => (has(field) ? field : { ...field, optional: true })) };
}

/** @param {'ts' | null} aspect @param {Parameter} a @param {Parameter | undefined} b */
function sameBut(aspect, a, b) {
  return a.name === b?.name && a.optional === b.optional && (aspect === 'ts' || a.ts === b.ts);
}

/** In one order, so that equal unions are equal texts. @param {string} a @param {string} b */
const either = (a, b) => [...new Set(`${a} | ${b}`.split(' | '))].sort(nullLast).join(' | ');

/** @param {string} a @param {string} b */
const nullLast = (a, b) => Number(a === 'null') - Number(b === 'null') || (a < b ? -1 : 1);

/**
 * Whether every call that a signature declares is taken by one of the signatures there are.
 * @param {readonly Signature[]} present @param {Signature} declared
 */
export function allows(present, declared) {
  return alternatives([...declared.positional, ...declared.named]).every((types) =>
    present.some((signature) => takes(signature, declared, types)),
  );
}

/** All combinations of the types of unions. @param {readonly Parameter[]} parameters @returns {string[][]} */
function alternatives(parameters) {
  return parameters.reduce(
    (all, { ts }) => all.flatMap((types) => ts.split(' | ').map((type) => [...types, type])),
    /** @type {string[][]} */ ([[]]),
  );
}

/** @param {Signature} present @param {Signature} declared @param {readonly string[]} types of the declared parameters */
function takes(present, declared, types) {
  const count = declared.positional.length;
  const fits = (/** @type {Parameter | undefined} */ parameter, /** @type {string | undefined} */ type) =>
    parameter?.ts.split(' | ').some((one) => one === type || (one === 'Scalar' && type === 'Int'));
  return (
    present.result === declared.result &&
    present.positional.length === count &&
    present.positional.every((parameter, i) => fits(parameter, types[i])) &&
    declared.named.every(({ name }, i) =>
      fits(
        present.named.find((one) => one.name === name),
        types[count + i],
      ),
    ) &&
    present.named.every(({ name, optional }) => optional || declared.named.some((one) => one.name === name))
  );
}
