// The set-up that runs before every npm script: Node, npm packages, libtorch, the engine's addon, the built TypeScript.
// It does only what is missing; if nothing is missing, it prints nothing and takes a fraction of a second.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createSay,
  ensureAddon,
  handleInterrupts,
  onInterrupt,
  SetupError,
  thisPlatform,
  waysAsText,
  withLock,
} from '../packages/torch/install/index.mjs';
import { buildIfChanged } from './build.mjs';
import { areInstalled, ensureDependencies, removeUnfinished } from './dependencies.mjs';
import { deriveIfChanged } from './gestures/derive.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

handleInterrupts();
try {
  await setUp(createSay());
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`kinora set-up: ${error.message}\n`);
  process.exitCode = 1;
}

/** @param {import('../packages/torch/install/say.mjs').Say} say */
async function setUp(say) {
  checkNode();
  checkPlatform();
  const wasMissing = !areInstalled(ROOT);
  await withLock(
    join(ROOT, '.cache', 'setup.lock'),
    async () => {
      const forget = onInterrupt(() => removeUnfinished(ROOT));
      await ensureDependencies(ROOT, say);
      forget();
      await ensureAddon(say);
      await buildIfChanged();
      await deriveIfChanged();
    },
    (holder) => say.line(`Waiting for process ${holder}, which is setting up this folder`),
  );
  if (wasMissing) say.line('Set-up is complete.');
}

function checkNode() {
  // As `engines` in package.json: zlib.crc32 came with 20.15 and 22.2.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major === 20 ? minor >= 15 : major === 22 ? minor >= 2 : major > 22) return;
  throw new SetupError({
    code: 'setup/node-too-old',
    where: process.execPath,
    expected: 'Node 20.15 or a newer 20, or 22.2 or newer',
    received: process.version,
    hint: waysAsText('node', thisPlatform()),
  });
}

function checkPlatform() {
  if (thisPlatform() !== 'windows') return;
  throw new SetupError({
    code: 'setup/windows',
    expected: 'Linux or macOS (on Windows: the Windows Subsystem for Linux)',
    received: 'Windows itself',
    hint: waysAsText('libtorch', 'windows'),
  });
}
