/**
 * Checkpoints as generations: each is a folder written whole beside the others, synced, and published by renaming a
 * link (`last`, `best`) over the old one. A process killed at any moment leaves every link on a whole generation.
 * What is in a generation is checkpoint.ts's business.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { serialize } from '@kinora/torch';

export type Link = 'last' | 'best';
/** In the order they are moved: a kill between the two must not leave `last` believing in a `best` that is not linked. */
const LINKS: readonly Link[] = ['best', 'last'];

/**
 * Writes a generation called `name` into a folder that is there and points `links` at it; generations that no link points at
 * are removed.
 * On failure (a full disk) everything that was there before is still there and linked.
 */
export function publish(
  folder: string,
  name: string,
  links: readonly Link[],
  fill: (path: string) => void,
): void {
  const temporary = join(folder, `.${name}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    // Not recursive: in a working directory that somebody has deleted, that never returns (Node 20).
    mkdirSync(temporary);
    fill(temporary);
    serialize.syncFolder(temporary);
    const generation = unusedName(folder, name);
    renameSync(temporary, join(folder, generation));
    serialize.syncFolder(folder);
    for (const link of LINKS) if (links.includes(link)) pointAt(folder, link, generation);
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true });
    if (existsSync(folder)) sweep(folder);
    throw serialize.fileError(join(folder, name), 'a checkpoint to be written', cause);
  }
  sweep(folder);
}

/** Points a link at the generation of another one (the last epoch was also the best). */
export function pointAt(folder: string, link: Link, generation: string): void {
  const temporary = join(folder, `.${link}.${process.pid}.tmp`);
  rmSync(temporary, { force: true });
  symlinkSync(generation, temporary);
  renameSync(temporary, join(folder, link));
  serialize.syncFolder(folder);
}

const GENERATION = /^step-(\d+)(?:-(\d+))?$/;

/** The names of all generations, linked or not, the newest first. */
export function generations(folder: string): string[] {
  const order = (name: string): number[] =>
    GENERATION.exec(name)!
      .slice(1)
      .map((number = '1') => Number(number));
  return (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory() && GENERATION.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => {
      const [step = 0, time = 0] = order(b);
      const [otherStep = 0, otherTime = 0] = order(a);
      return step - otherStep || time - otherTime;
    });
}

/**
 * Makes a generation called `name` of the folder that a copy with `cp -L` has put in the place of a link, and returns what
 * it is called then.
 */
export function fromFolder(folder: string, link: Link, name: string): string {
  const generation = unusedName(folder, name);
  renameSync(join(folder, link), join(folder, generation));
  return generation;
}

/** Whether a copy has put a folder in the place of a link. */
export const isFolder = (folder: string, link: Link): boolean =>
  lstatSync(join(folder, link), { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The generation a link points at, or undefined where there is none. */
export function linked(folder: string, link: Link): string | undefined {
  try {
    return basename(readlinkSync(join(folder, link)));
  } catch {
    return undefined;
  }
}

/** A step can be saved twice (interrupted right after resuming): the linked one stays until its links have moved. */
function unusedName(folder: string, name: string): string {
  let candidate = name;
  for (let i = 2; existsSync(join(folder, candidate)); i++) candidate = `${name}-${i}`;
  return candidate;
}

/**
 * Removes what no link points at: older generations, and what a killed process left half-written. Without a `last` that
 * leads to one, every generation stays: the links have been lost, not the checkpoints.
 */
export function sweep(folder: string): void {
  const used = new Set<string | undefined>(LINKS.map((link) => linked(folder, link)));
  const hasLast = linked(folder, 'last') !== undefined && existsSync(join(folder, 'last'));
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const isOld = hasLast && entry.isDirectory() && entry.name.startsWith('step-') && !used.has(entry.name);
    if (isOld || entry.name.endsWith('.tmp'))
      rmSync(join(folder, entry.name), { recursive: true, force: true });
  }
}
