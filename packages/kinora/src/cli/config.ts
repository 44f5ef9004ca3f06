/** `kinora config`: the keys of a configuration, or one of them in full. */
import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { editorSchema, type KeyReference, keyReference } from '../config/reference.js';
import { besides, textTable } from './terminal/table.js';

export function configCommand(): Command {
  return new Command('config')
    .description('List the keys of a configuration with defaults and descriptions, or show one in full.')
    .argument('[KEY]', 'key to show, such as lr or augment.flip')
    .option('--schema', 'print the JSON schema of configuration files, for editors')
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora config\n  $ kinora config batchSize\n  $ kinora config --schema',
    )
    .action((key: string | undefined, { schema = false }: { schema?: boolean }) => {
      const text = schema
        ? `${JSON.stringify(editorSchema(), null, 2)}\n`
        : key === undefined
          ? overview(process.stdout.columns)
          : details(key);
      process.stdout.write(text);
    });
}

/** @param columns of the terminal; without one, lines are not wrapped */
function overview(columns = Number.POSITIVE_INFINITY): string {
  const groups = Object.entries(keyReference());
  const keys = groups.flatMap(([, references]) => references);
  const rows = keys.map(({ key, byDefault = 'none' }) => [`  ${key}`, shortened(byDefault)]);
  const [heading, ...lines] = textTable(['  key', 'default'], rows, []).trimEnd().split('\n');
  const described = besides(
    lines,
    keys.map(({ description }) => description),
    columns,
  );
  const starts = new Map(groups.map(([group, [first]]) => [first, group]));
  const grouped = described.flatMap((line, i) => {
    const group = starts.get(keys[i]);
    return group === undefined ? [line] : ['', group, line];
  });
  return `${heading}\n${grouped.join('\n')}\n\nkinora config KEY shows the values and the other spelling of one.\n`;
}

const shortened = (text: string): string => (text.length > 24 ? `${text.slice(0, 21)}...` : text);

function details(name: string): string {
  const { key, alias, type, byDefault, description } = find(name);
  const facts = [
    ['values', type.replaceAll(' | ', ' or ')],
    ['default', byDefault ?? 'none'],
    ...(alias === undefined ? [] : [['alias', alias]]),
  ];
  const lines = facts.map(([label, value]) => `  ${label!.padEnd(8)} ${value}`);
  return `${key}\n\n${description}\n\n${lines.join('\n')}\n`;
}

function find(name: string): KeyReference {
  const keys = Object.values(keyReference()).flat();
  const found = keys.find(({ key, alias }) => key === name || alias === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    keys.map(({ key }) => key),
  );
  throw kinoraError('config/unknown-key', 'kinora config', {
    expected: 'a key of the configuration',
    received: JSON.stringify(name),
    hint: `the nearest one is "${near}"; kinora config lists all`,
  });
}
