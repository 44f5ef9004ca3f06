/** A member of an ensemble: configuration, preprocessing and weights file from its run folder; and its opened network. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import { type KinoraError, kinoraError, serialize } from '@kinora/torch';
import { loadConfig, type RunConfig } from '../config/index.js';
import type { PredictOptions } from '../predict/predict-list.js';
import { weightsFile } from '../run/checkpoint.js';
import { type OpenedModel, openModel, specInside } from '../run/open.js';

export interface Member {
  /** Name of the run. */
  readonly name: string;
  /** The run folder, as the user wrote it. */
  readonly path: string;
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  /** Its best checkpoint's weights. */
  readonly file: string;
  /** SHA-256 of that file, hexadecimal. */
  readonly sha256: string;
}

/** Reads a run folder. Throws `ensemble/member` or `model/missing` if it is not a trained run. */
export async function readMember(path: string): Promise<Member> {
  const configFile = join(path, 'config.json');
  if (!existsSync(configFile)) throw noRun(path);
  const config = await loadConfig(configFile);
  const file = weightsFile(path);
  const spec = specInside(file);
  if (spec === undefined) throw noSpec(file);
  return { name: basename(resolve(path)), path, config, spec, file, sha256: hashOf(file) };
}

/** Opens a member's network. Throws `ensemble/architecture` if its weights belong to another network. */
export function openMember(member: Member, { device = 'cpu' }: PredictOptions = {}): OpenedModel {
  const model = openModel(member.path, { device });
  if (model.name === member.config.model) return model;
  model.network.dispose();
  throw kinoraError('ensemble/architecture', member.path, {
    expected: `the weights of ${member.config.model}, as in its config.json`,
    received: `those of ${model.name} in ${member.file}`,
  });
}

function hashOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (cause) {
    throw serialize.fileError(file, 'readable weights', cause);
  }
}

/** Throws unless there are two or more, all different, with the same classes and the same preprocessing. */
export function checkMembers(members: readonly Member[]): void {
  const [first, ...others] = members;
  if (first === undefined || others.length === 0) throw tooFew(members.length);
  for (const [i, other] of others.entries()) {
    const same = members.slice(0, i + 1).find(({ sha256 }) => sha256 === other.sha256);
    if (same !== undefined) throw sameWeights(same, other);
    checkLabels(first, other);
    checkSpec(first, other);
  }
}

function checkLabels(first: Member, other: Member): void {
  const [a, b] = [first.spec.labels, other.spec.labels];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i]);
  if (at === undefined) return;
  const name = (labels: readonly string[]) => (labels[at] === undefined ? 'none' : `"${labels[at]}"`);
  throw kinoraError('ensemble/classes', other.path, {
    expected: `the ${a.length} classes of ${first.path}, class ${at + 1} being ${name(a)}`,
    received: `${b.length} classes, class ${at + 1} being ${name(b)}`,
    hint: 'all members of an ensemble need the same classes in the same order',
  });
}

function checkSpec(first: Member, other: Member): void {
  const text = (value: unknown) => JSON.stringify(value);
  const keys = Object.keys(first.spec) as (keyof PreprocessSpec)[];
  // The flip map only matters in training.
  const differ = keys.filter((key) => key !== 'flipMap' && text(first.spec[key]) !== text(other.spec[key]));
  if (differ.length === 0) return;
  const side = ({ spec }: Member) => differ.map((key) => `${key} ${text(spec[key])}`).join(', ');
  throw kinoraError('ensemble/preprocessing', other.path, {
    expected: `the preprocessing of ${first.path}: ${side(first)}`,
    received: side(other),
    hint: 'all members of an ensemble need the same preprocessing',
  });
}

const noRun = (path: string): KinoraError =>
  kinoraError('ensemble/member', path, {
    expected: 'a run folder made by kinora train',
    received: existsSync(path) ? 'a folder or file without config.json' : 'no such folder',
    hint: 'train the member first, or correct its path',
  });

const noSpec = (file: string): KinoraError =>
  kinoraError('ensemble/member', file, 'weights with a preprocessing spec', 'a file without one', {
    hint: 'members are run folders of kinora train',
  });

const tooFew = (count: number): KinoraError =>
  kinoraError('ensemble/members', 'kinora ensemble', 'at least two run folders', String(count));

const sameWeights = (a: Member, b: Member): KinoraError =>
  kinoraError('ensemble/members', b.path, 'different weights', `the same as in ${a.path}`, {
    hint: 'an ensemble gains from members that differ: train with another seed or network',
  });
