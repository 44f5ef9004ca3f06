// `npm run pack`: the packages of the workspaces as tarballs, with the package.json that they are published with. Platforms whose
// engines are to be asked for by @kinora/torch are named by `--platforms linux-x64,...`; by default those packed before.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PLATFORMS, publishedManifest } from './manifest.mjs';
import { succeed } from './succeed.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PUBLISHED = ['clip', 'torch', 'gestures', 'kinora', 'recognizer'];

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, '.cache', 'engine', 'tarballs') },
    platforms: { type: 'string' },
  },
});

const out = resolve(values.out); // npm packs from other folders
mkdirSync(out, { recursive: true });
const platforms = values.platforms?.split(',').filter(Boolean) ?? packedBefore(out);
for (const name of PUBLISHED) process.stdout.write(`${await packWorkspace(name, platforms)}\n`);
process.stdout.write(`@kinora/torch asks for the engines of: ${platforms.join(', ') || 'no platform'}\n`);

/** @param {string} folder */
function packedBefore(folder) {
  const names = readdirSync(folder);
  return PLATFORMS.filter((platform) => names.some((name) => name.startsWith(`kinora-engine-${platform}-`)));
}

/**
 * From a copy, so that the package.json of the repository stays what it is.
 * @param {string} name @param {readonly string[]} asked platforms
 */
async function packWorkspace(name, asked) {
  const folder = join(ROOT, 'packages', name);
  const stage = mkdtempSync(join(tmpdir(), 'kinora-pack-'));
  try {
    const [{ files }] = JSON.parse(await succeed('npm', ['pack', '--json', '--dry-run'], { cwd: folder }));
    for (const { path } of files) {
      mkdirSync(dirname(join(stage, path)), { recursive: true });
      cpSync(join(folder, path), join(stage, path));
    }
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    writeFileSync(
      join(stage, 'package.json'),
      `${JSON.stringify(publishedManifest(manifest, asked), null, 2)}\n`,
    );
    if (!existsSync(join(stage, 'dist'))) throw new Error(`${folder}/dist: nothing is built`);
    return (await succeed('npm', ['pack', '--silent', '--pack-destination', out], { cwd: stage })).trim();
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
