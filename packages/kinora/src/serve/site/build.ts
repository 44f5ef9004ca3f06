/**
 * Builds a studio site from a run: the app, the run's model, some of its clips, its curves. Any web server can serve
 * the folder; once loaded, the site works offline.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { kinoraError } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import { withLock } from '../../files/lock.js';
import { findNetwork } from '../../model/registry.js';
import { type OpenedModel, openModel } from '../../run/open.js';
import { runFolderOf } from '../../run/run-folder.js';
import { copyApp, filesOf, isApp, listFiles } from './app.js';
import { writeClips } from './clips.js';
import { readComparison } from './comparison.js';
import { readEnsemble } from './ensemble.js';
import { writeRun } from './models.js';
import { siteNetworks } from './networks.js';
import { SITE_VERSION, type Site, type SiteClip } from './protocol.js';

const DATA = 'data';
const INDEX = 'site.json';

export interface SiteSource {
  readonly run: RunConfig;
  /** A run of a 2D network, which processes single frames, on the same clips, for comparison. */
  readonly frameRun?: RunConfig;
  /** Folder of a comparison made by `kinora compare`; nothing is shown if there is none. */
  readonly compare: string;
  /** Folder of an ensemble; likewise. */
  readonly ensemble: string;
}

export interface BuiltSite {
  readonly folder: string;
  readonly files: number;
}

/**
 * Builds the site beside `out` and then moves it there; replaces an earlier site, but nothing else. Throws `site/*`,
 * and the errors of opening and exporting models and of reading clips.
 */
export async function buildSite(source: SiteSource, out: string): Promise<BuiltSite> {
  const target = resolve(out);
  checkTarget(target);
  for (const { model } of [source.run, source.frameRun ?? []].flat()) checkNetwork(model);
  mkdirSync(dirname(target), { recursive: true });
  const lock = join(dirname(target), `.${basename(target)}.lock`);
  return withLock(lock, ONE_BUILD, () => buildBeside(source, target));
}

/** The app without data: for rooms that have an engine. Replaces an earlier site, but nothing else. */
export async function buildApp(out: string): Promise<string> {
  const target = resolve(out);
  checkTarget(target);
  const lock = join(dirname(target), `.${basename(target)}.lock`);
  return withLock(lock, ONE_BUILD, async () => {
    rmSync(target, { recursive: true, force: true });
    copyApp(target);
    return target;
  });
}

const ONE_BUILD = { code: 'site/locked', expected: 'no other process that builds this site' };

/** Only for who holds the lock. */
async function buildBeside(source: SiteSource, target: string): Promise<BuiltSite> {
  removeUnfinished(target);
  const folder = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  try {
    copyApp(folder);
    await writeData(join(folder, DATA), source);
    listFiles(folder);
    chmodSync(folder, 0o755); // a temporary folder is private, a site is not
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
    return { folder: target, files: filesOf(target).length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes the folders of builds that were killed. */
function removeUnfinished(target: string): void {
  const prefix = `.${basename(target)}-`;
  for (const entry of readdirSync(dirname(target), { withFileTypes: true })) {
    const isOurs = entry.name.startsWith(prefix) && /^[A-Za-z0-9]{6}$/.test(entry.name.slice(prefix.length));
    if (isOurs && entry.isDirectory())
      rmSync(join(dirname(target), entry.name), { recursive: true, force: true });
  }
}

async function writeData(folder: string, { run, frameRun, ...others }: SiteSource): Promise<void> {
  mkdirSync(join(folder, 'clips'), { recursive: true });
  const { spec, clips } = await clipsOf(folder, run);
  const comparison = readComparison(others.compare);
  const ensemble = readEnsemble(others.ensemble);
  const site: Site = {
    version: SITE_VERSION,
    run: writeRun(folder, run),
    ...(frameRun && { frameRun: writeRun(folder, frameRun) }),
    spec,
    clips,
    networks: siteNetworks(spec.labels.length),
    ...(comparison && { comparison }),
    ...(ensemble && { ensemble }),
  };
  writeFileSync(join(folder, INDEX), JSON.stringify(site));
}

async function clipsOf(
  folder: string,
  run: RunConfig,
): Promise<Pick<OpenedModel, 'spec'> & { clips: SiteClip[] }> {
  const model = openModel(runFolderOf(run).path);
  try {
    return { spec: model.spec, clips: await writeClips(folder, run, model) };
  } finally {
    model.network.dispose();
  }
}

/** Pages cannot compute optical flow, so a network that needs it cannot run in them. */
function checkNetwork(name: string): void {
  if (!findNetwork(name).flow) return;
  throw kinoraError('site/flow', name, {
    expected: 'a network that takes only frames, which the page can run',
    received: 'one that also takes optical flow',
    hint: 'use a run of another network',
  });
}

/** Only a site, with or without data, or an empty folder may be replaced. */
function checkTarget(target: string): void {
  if (!existsSync(target) || existsSync(join(target, DATA, INDEX)) || isApp(target)) return;
  const files = readdirSync(target);
  if (files.length === 0) return;
  throw kinoraError('site/target', target, {
    expected: 'an empty folder, or an earlier site',
    received: `a folder with ${files[0]}`,
    hint: 'choose another --out',
  });
}
