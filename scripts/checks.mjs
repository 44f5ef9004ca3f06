// The steps of `npm test` and `npm run test:soak`, in order. To add a check, add a line.
import { join } from 'node:path';
import { run } from '../packages/torch/install/index.mjs';
import { checkComments } from './comments.mjs';
import { TEXTS } from './docs/contents.mjs';
import { checkNodeVersions } from './node-versions.mjs';
import { checkPackages } from './packages.mjs';
import { checkDocuments, checkReadme } from './readme.mjs';
import { buildStudioIfChanged } from './studio.mjs';
import { vitest } from './vitest.mjs';

const CRUISED = [
  'packages/clip/src',
  'packages/torch/src',
  'packages/torch/install',
  'packages/kinora/src',
  'packages/recognizer/src',
  'scripts',
  'studio/src',
  'studio/scripts',
  'bench',
  'examples',
];

const READMES = [
  'README.md',
  'packages/clip/README.md',
  'packages/torch/README.md',
  'packages/gestures/README.md',
  'packages/kinora/README.md',
  'packages/recognizer/README.md',
];

/** @param {string} root @returns {import('./steps.mjs').Step[]} */
export function checks(root) {
  const tool = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);
  return [
    command(root, 'format and lint', tool('biome'), ['ci', '--colors=off', '--error-on-warnings', '.']),
    command(root, 'types', tool('tsc'), ['-b']),
    command(root, 'import direction and cycles', tool('depcruise'), [
      '--config',
      '.dependency-cruiser.cjs',
      ...CRUISED,
    ]),
    { name: 'files that comments name', work: () => checkComments(root) },
    command(root, 'operator declarations', process.execPath, [
      'packages/torch/scripts/generate-ops.mjs',
      '--check',
    ]),
    command(root, 'types of the studio', tool('svelte-check'), [
      '--workspace',
      'studio',
      '--tsconfig',
      'tsconfig.json',
      '--fail-on-warnings',
    ]),
    {
      name: 'studio',
      work: () => buildStudioIfChanged().then(() => ({ passed: 1, failed: [], skipped: [] })),
    },
    { name: 'unit tests', work: () => vitest(root, 'vitest.config.mjs') },
    ...READMES.map((file) => ({ name: `code blocks of ${file}`, work: () => checkReadme(root, file) })),
    {
      name: 'code blocks of the documents',
      work: () =>
        checkDocuments(
          root,
          TEXTS.filter((file) => !READMES.includes(file)),
        ),
    },
    { name: 'engine on newer versions of Node', work: () => checkNodeVersions([22, 24]) },
    { name: 'packages in an empty project', work: () => checkPackages(root) },
  ];
}

/** @param {string} root @returns {import('./steps.mjs').Step[]} */
export function soakChecks(root) {
  return [{ name: 'soak tests', work: () => vitest(root, 'vitest.soak.config.mjs') }];
}

/**
 * A program that succeeds or not; counts as one.
 * @param {string} root @param {string} name @param {string} program @param {readonly string[]} args
 * @returns {import('./steps.mjs').Step}
 */
function command(root, name, program, args) {
  const work = async () => {
    const { code, stdout, stderr } = await run(program, args, { cwd: root });
    if (code === 0) return { passed: 1, failed: [], skipped: [] };
    return { passed: 0, failed: [`${name} (exit status ${code})`], skipped: [], output: stdout + stderr };
  };
  return { name, work };
}
