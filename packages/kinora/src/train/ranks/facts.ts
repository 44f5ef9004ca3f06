/** What ranks compare before they train together: program, engine, configuration, lists. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type distributed, engineInfo } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import type { ListPrints } from '../../run/checkpoint.js';

/** Where things lie and how many threads read them may differ from host to host. */
const PRIVATE = new Set<string>([
  'outputDir',
  'checkpoint',
  'initFrom',
  'flowCache',
  'workers',
  'threads',
  'printSteps',
]);

/** Folders of the program, and packages, that decide what a step computes. */
const STAGES = ['config', 'data', 'measure', 'model', 'run', 'train'];
const PACKAGES = ['@kinora/clip', '@kinora/torch'];

export function rankFacts(config: RunConfig, lists: ListPrints): distributed.Facts {
  const shared = Object.entries(config).filter(
    ([key]) => !PRIVATE.has(key) && !/(Folder|List|File)$/.test(key),
  );
  return { code: codePrint(), libtorch: engineInfo().version, config: Object.fromEntries(shared), lists };
}

/** A hash of the program's files: two builds of the same source agree, two versions do not. */
function codePrint(): string {
  const program = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const entries = PACKAGES.map((name) => dirname(fileURLToPath(import.meta.resolve(name))));
  return printOf([...STAGES.map((stage) => join(program, stage)), ...entries]);
}

/** Of the programs below these folders; tests are none. */
export function printOf(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
      if (name.endsWith('.js') && !name.includes('.test.'))
        hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
