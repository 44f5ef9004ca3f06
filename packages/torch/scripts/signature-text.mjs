// Call signatures as the text of an interface's members, and back.

/**
 * @typedef {import('./signatures.mjs').Signature} Signature
 * @typedef {import('./signatures.mjs').Parameter} Parameter
 */

/** Words that may not name a parameter. */
const reserved = new Set(['function', 'this', 'var', 'default', 'new', 'delete', 'in']);

const LINE_WIDTH = 110;

/**
 * @param {string} name @param {Signature} signature
 * @returns {string} one member of an interface, broken where it is long as biome breaks it
 */
export function written(name, { positional, named, result }) {
  const parameters = positional.map(
    (one) => `${reserved.has(one.name) ? `${one.name}_` : one.name}: ${one.ts}`,
  );
  if (named.length > 0) parameters.push(namedParameter(named, ' '));
  const line = `  ${name}(${parameters.join(', ')}): ${result};`;
  if (line.length <= LINE_WIDTH) return line;
  if (positional.length === 0) return `  ${name}(${indented(namedParameter(named, '\n'), 2)}): ${result};`;
  const inner = parameters.map((one, i) => {
    const isLong = i === positional.length && one.length + 5 > LINE_WIDTH;
    return `    ${isLong ? indented(namedParameter(named, '\n'), 4) : one},\n`;
  });
  return `  ${name}(\n${inner.join('')}  ): ${result};`;
}

/** @param {readonly Parameter[]} named @param {' ' | '\n'} gap between the fields */
function namedParameter(named, gap) {
  const opening = named.every(({ optional }) => optional) ? 'named?: {' : 'named: {';
  const fields = named.map((field) => `${field.name}${field.optional ? '?' : ''}: ${field.ts}`);
  return gap === ' '
    ? `${opening} ${fields.join('; ')} }`
    : `${opening}\n${fields.map((field) => `  ${field};\n`).join('')}}`;
}

/** @param {string} text @param {number} columns */
const indented = (text, columns) => text.replaceAll('\n', `\n${' '.repeat(columns)}`);

/**
 * The reverse of `written`.
 * @param {string} text an interface's members
 * @returns {{ name: string, signature: Signature }[]}
 */
export function read(text) {
  const flat = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/;? \}/g, ' }')
    .replaceAll(', )', ')')
    .replaceAll('( ', '(');
  return [...flat.matchAll(/ (\w+)\((.*?)\): ([^()]+?);(?= \w+\(| ?$)/g)].map(
    ([, name = '', inside = '', result = '']) => {
      const [, before = '', fields = ''] = inside.match(/^(.*?)(?:named\??: \{ (.*) \})?$/) ?? [];
      return {
        name,
        signature: { positional: fieldsOf(before, ', '), named: fieldsOf(fields, '; '), result },
      };
    },
  );
}

/** @param {string} text @param {string} separator @returns {Parameter[]} */
function fieldsOf(text, separator) {
  return text
    .split(separator)
    .filter(Boolean)
    .map((field) => {
      const [name = '', ts = ''] = field.split(': ');
      return { name: name.replace('?', ''), ts, optional: name.endsWith('?') };
    });
}
