/** What ranks compare before they train together: program, engine, configuration, lists. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type distributed, engineInfo } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import type { ListFingerprints } from '../../run/checkpoint.js';
import { teacherFingerprint } from '../recipe/teacher.js';

/** Where things lie and how many threads read them may differ from host to host. */
const PRIVATE = new Set<string>([
  'outputDir',
  'checkpoint',
  'initFrom',
  'teacher',
  'flowCache',
  'workers',
  'threads',
  'printSteps',
]);

/** Folders of the program, and packages, that decide what a step computes. */
const STAGES = ['config', 'data', 'measure', 'model', 'run', 'train'];
const PACKAGES = ['@kinora/clip', '@kinora/torch'];

export function rankFacts(config: RunConfig, lists: ListFingerprints): distributed.Facts {
  const shared = Object.entries(config).filter(
    ([key]) => !PRIVATE.has(key) && !/(Folder|List|File)$/.test(key),
  );
  return {
    code: programFingerprint(),
    libtorch: engineInfo().version,
    config: Object.fromEntries(shared),
    lists,
    ...(config.teacher !== null && { teacher: teacherFingerprint(config.teacher) }),
  };
}

/** A hash of the program's files: two builds of the same source agree, two versions do not. */
function programFingerprint(): string {
  const program = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const entries = PACKAGES.map((name) => dirname(fileURLToPath(import.meta.resolve(name))));
  return fingerprintFiles([...STAGES.map((stage) => join(program, stage)), ...entries]);
}

/** A hash of the programs below these folders, without tests. */
export function fingerprintFiles(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
      if (name.endsWith('.js') && !name.includes('.test.'))
        hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
