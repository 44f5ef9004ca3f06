// Writes what is generated from the descriptions in src/config/schema.ts: the hover text of the RunConfig type, the
// schema that editors read, and docs/configuration.md. Run it after a build whenever a key changes; the tests run it with
// --check, which writes nothing and fails where a file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { editorSchema, keyReference } from '../dist/config/reference.js';
import { runConfigSchema } from '../dist/config/schema.js';

const ROOT = new URL('../../../', import.meta.url);
const WIDTH = 118;

const INTRODUCTION = `<!-- Written by packages/kinora/scripts/config-reference.mjs: do not edit. -->
# Configuration

A run is configured by a JSON file that states only what differs from the defaults:

\`\`\`json
{
  "$schema": "./schema.json",
  "model": "ConvColumnSmall",
  "trainFolder": "data/gestures/clips",
  "trainList": "data/gestures/train.csv",
  "validationList": "data/gestures/validation.csv",
  "frames": 16,
  "batchSize": 32,
  "schedule": "one_cycle",
  "epochs": 20
}
\`\`\`

- \`kinora train --config FILE\` trains with it. \`--set key=value\` changes one key and may be repeated; dots lead into
  objects: \`--set augment.flip=0.5\`.
- \`kinora config\` lists the keys, \`kinora config lr\` describes one. In TypeScript, \`RunConfigInput\` has the same
  keys.
- \`$schema\` gives completion, descriptions and checks in editors. \`kinora config --schema\` prints the schema.
- A key that Kinora does not know is an error that names the nearest valid key.
- Each key has one name and, where the tables show a second line, an alias: the name in the tutorial's files, or the
  name in snake_case. Files and \`--set\` accept both; a file that gives both for one key is an error. Messages about the file use
  the spelling that you used.
- Paths are relative to the working directory.
- The complete configuration of a run, defaults included, is in \`config.json\` of its folder and in every checkpoint.
`;

/** Files by their path in the repository. JSON is compared by value: the formatter decides its lines. */
const files = {
  'packages/kinora/src/config/run-config.generated.ts': typeFile(),
  'configs/schema.json': `${JSON.stringify(editorSchema(), null, 2)}\n`,
  'docs/configuration.md': page(),
};

const check = process.argv.includes('--check');
for (const [path, text] of Object.entries(files)) {
  const file = new URL(path, ROOT);
  if (!check) writeFileSync(file, text);
  else if (shape(path, readFileSync(file, 'utf8')) !== shape(path, text)) {
    process.stderr.write(`${path} is stale: run node packages/kinora/scripts/config-reference.mjs\n`);
    process.exitCode = 1;
  }
}

/** @param {string} path @param {string} text */
function shape(path, text) {
  return path.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text;
}

function typeFile() {
  const keys = Object.values(keyReference())
    .flat()
    .filter(({ key }) => !key.includes('.'));
  const properties = keys.map((reference) => {
    const { key } = reference;
    const type = key === 'name' ? 'string' : key === 'augment' ? 'AugmentSpec' : `Values['${key}']`;
    return `${comment(sentence(reference))}\n  ${key}${isOptional(key) ? '?' : ''}: ${type};`;
  });
  return `/**
 * The type of a complete configuration. Types that zod infers carry no descriptions, so this one repeats those of
 * schema.ts for editors. Written by packages/kinora/scripts/config-reference.mjs: do not edit.
 */

import type { AugmentSpec } from '@kinora/clip';
import type * as z from 'zod';
import type { runConfigSchema } from './schema.js';

type Values = z.output<typeof runConfigSchema>;

/** A complete configuration. */
export type RunConfig = {
${properties.join('\n')}
};

/** A learning-rate schedule as written: its name, or an object that also changes its settings. */
export type ScheduleInput =
${scheduleVariants().join('\n')};
`;
}

/** The members of the union: every name, then every object with a comment for each of its settings. */
function scheduleVariants() {
  const [{ enum: names }, { oneOf }] = editorSchema().properties.schedule.anyOf;
  const objects = oneOf.map(({ properties: { name, ...settings } }) => {
    const lines = Object.entries(settings)
      .filter(([, { description }]) => !description.startsWith('Other spelling of'))
      .map(([key, { description, default: byDefault }]) => {
        const text = comment(sentence({ description, byDefault: JSON.stringify(byDefault) }));
        return `${text}\n  ${key}?: number | undefined;`.replace(/^/gm, '    ');
      });
    if (lines.length === 0) return `  | { name: '${name.const}' }`;
    return `  | {\n      name: '${name.const}';\n${lines.join('\n')}\n    }`;
  });
  return [...names.map((name) => `  | '${name}'`), ...objects];
}

/** @param {string} key */
function isOptional(key) {
  return key !== 'name' && runConfigSchema.shape[key].safeParse(undefined).data === undefined;
}

/** @param {import('../src/config/reference.ts').KeyReference} reference */
function sentence({ description, byDefault }) {
  return byDefault === undefined ? description : `${description} Default: ${byDefault}.`;
}

/** @param {string} text */
function comment(text) {
  if (text.length < WIDTH - 20) return `  /** ${text} */`;
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > WIDTH - 20) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return `  /**\n${lines.map((line) => `   * ${line}`).join('\n')}\n   */`;
}

function page() {
  const titles = {
    run: 'The run',
    data: 'Data',
    preprocessing: 'Clips and preprocessing',
    training: 'Training',
    evaluation: 'Evaluation',
  };
  const sections = Object.entries(keyReference()).map(
    ([group, keys]) => `## ${titles[group]}

| key | values | default | description |
|---|---|---|---|
${keys.map(row).join('\n')}
`,
  );
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

/** @param {import('../src/config/reference.ts').KeyReference} reference */
function row({ key, alias, type, byDefault, description }) {
  const names = [key, ...(alias === undefined ? [] : [alias])].map(code).join('<br>');
  const values = type.split(' | ').map(code).join(' or ');
  // A default in words, which may quote another key, is not code.
  const isJson = byDefault !== undefined && /^(["[{\d-]|true|false)/.test(byDefault);
  return `| ${names} | ${values} | ${isJson ? code(byDefault) : (byDefault ?? '')} | ${description.replaceAll('|', '\\|')} |`;
}

/** @param {string} text */
function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
