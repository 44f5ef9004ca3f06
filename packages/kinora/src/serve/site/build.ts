/**
 * A studio site from a run: the app, the run's model, some of its clips, its curves. Any web server can serve the folder;
 * once loaded it needs none.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { KinoraError, serialize } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import { epochMetrics } from '../../predict/history.js';
import { type OpenedModel, openModel } from '../../predict/open.js';
import { runFolderOf } from '../../train/run-folder.js';
import { copyApp, filesOf, listFiles } from './app.js';
import { writeClips } from './clips.js';
import { siteNetworks } from './networks.js';
import { SITE_VERSION, type Site } from './protocol.js';

const DATA = 'data';
const INDEX = 'site.json';

export interface BuiltSite {
  readonly folder: string;
  readonly files: number;
}

/**
 * Builds the site beside `out` and then puts it there; an earlier site is replaced, anything else is refused. Throws
 * `site/*`, and whatever opening the run's model or clips throws.
 */
export async function buildSite(config: RunConfig, out: string): Promise<BuiltSite> {
  const target = resolve(out);
  checkTarget(target);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  const model = openModel(runFolderOf(config).path);
  try {
    copyApp(folder);
    await writeData(join(folder, DATA), config, model);
    listFiles(folder);
    chmodSync(folder, 0o755); // a temporary folder is private, a site is not
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
    return { folder: target, files: filesOf(target).length };
  } finally {
    model.network.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeData(folder: string, config: RunConfig, { name, spec }: OpenedModel): Promise<void> {
  mkdirSync(join(folder, 'clips'), { recursive: true });
  const site: Site = {
    version: SITE_VERSION,
    run: { name: config.model_name, network: name, epochs: epochMetrics(config) },
    spec,
    clips: await writeClips(folder, config, spec),
    networks: siteNetworks(spec.labels.length),
  };
  const text = new TextEncoder().encode(JSON.stringify(site));
  serialize.writeAtomically(join(folder, INDEX), (sink) => sink.write(text));
}

/** Only a site, or nothing, may be replaced. */
function checkTarget(target: string): void {
  if (!existsSync(target) || existsSync(join(target, DATA, INDEX))) return;
  const files = readdirSync(target);
  if (files.length === 0) return;
  throw new KinoraError({
    code: 'site/target',
    where: target,
    expected: 'an empty folder, or an earlier site',
    received: `a folder with ${files[0]}`,
    hint: 'choose another --out',
  });
}
