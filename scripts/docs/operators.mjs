// The reference of libtorch's operators: one page, from the declarations that editors show, by the subjects of the list that they
// are made from.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** @typedef {{ name: string, signatures: readonly string[], isMethod: boolean }} Operator */
/** @typedef {{ title: string, operators: readonly Operator[] }} Subject */

/** @param {string} root @returns {Subject[]} */
export function operatorSubjects(root) {
  const torch = join(root, 'packages', 'torch');
  const file = join(torch, 'src', 'ops', 'ops.generated.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const functions = signaturesOf(source, 'Ops');
  const methods = signaturesOf(source, 'TensorMethods');
  const operator = (/** @type {string} */ name) => {
    const signatures = functions.get(name);
    if (signatures === undefined) throw new Error(`${file}: expected operator ${name}; run npm run generate`);
    return { name, signatures, isMethod: methods.has(name) };
  };
  const [, ...sections] = readFileSync(join(torch, 'scripts', 'operators.txt'), 'utf8').split(/\n\n# /);
  return sections.map((section) => {
    const [title = '', ...lines] = section.trim().split('\n');
    return { title, operators: lines.flatMap((line) => line.split(' ')).map(operator) };
  });
}

/** @param {readonly Subject[]} subjects */
export function operatorsPage(subjects) {
  const count = subjects.reduce((sum, { operators }) => sum + operators.length, 0);
  return `---
outline: 2
---

# Operators

These ${count} operators of libtorch are functions of \`ops\`, most of them methods of tensors as well. They have PyTorch's names and arguments, and
[PyTorch's documentation](https://docs.pytorch.org/docs/stable/torch.html) describes what each computes. Arguments that PyTorch takes by keyword go into an object at the end:

\`\`\`ts
import { ops, tensor } from '@kinora/torch';

const x = tensor([1, 2, 3]);
ops.add(x, x, { alpha: 2 }); // the same as x.add(x, { alpha: 2 })
\`\`\`

Any other operator is called by its name, with \`callOp\`.

${subjects.map(sectionOf).join('\n\n')}
`;
}

/** @param {Subject} subject */
const sectionOf = ({ title, operators }) =>
  [`## ${title.charAt(0).toUpperCase()}${title.slice(1)}`, ...operators.map(entryOf)].join('\n\n');

/** @param {Operator} operator */
function entryOf({ name, signatures, isMethod }) {
  const entry = `### ${name}\n\n\`\`\`ts\n${signatures.join('\n')}\n\`\`\``;
  return isMethod ? `${entry}\n\nAlso a method: \`x.${name}()\`.` : entry;
}

/** Signatures of the methods of an interface, by name. @param {ts.SourceFile} source @param {string} name */
function signaturesOf(source, name) {
  const declaration = source.statements
    .filter(ts.isInterfaceDeclaration)
    .find((candidate) => candidate.name.text === name);
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const member of declaration?.members.filter(ts.isMethodSignature) ?? []) {
    const method = member.name.getText(source);
    const text = member.getText(source);
    const signature = text.replace(/;$/, '').replace(/^ {2}/gm, '');
    found.set(method, [...(found.get(method) ?? []), signature]);
  }
  return found;
}
