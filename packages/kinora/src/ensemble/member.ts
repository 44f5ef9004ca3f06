/** A member as its run folder describes it: configuration, preprocessing, weights file; and its network, opened. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import { type KinoraError, kinoraError, serialize } from '@kinora/torch';
import { loadConfig, type RunConfig } from '../config/index.js';
import { type OpenedModel, openModel, specInside } from '../predict/open.js';
import type { PredictOptions } from '../predict/predict-list.js';
import { weightsFile } from '../run/checkpoint.js';

export interface Member {
  /** Name of the run. */
  readonly name: string;
  /** The run folder as the user wrote it. */
  readonly path: string;
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  /** Its best checkpoint's weights. */
  readonly file: string;
  /** SHA-256 of that file, hexadecimal. */
  readonly sha256: string;
}

/** Reads what a run folder says. Throws `ensemble/member` or `model/missing` for what is no trained run. */
export async function readMember(path: string): Promise<Member> {
  const configFile = join(path, 'config.json');
  if (!existsSync(configFile)) throw noRun(path);
  const config = await loadConfig(configFile);
  const file = weightsFile(path);
  const spec = specInside(file);
  if (spec === undefined) throw noSpec(file);
  return { name: basename(resolve(path)), path, config, spec, file, sha256: hashOf(file) };
}

/** Opens a member's network. Throws `ensemble/architecture` where its weights are another network's. */
export function openMember(member: Member, { device = 'cpu' }: PredictOptions = {}): OpenedModel {
  const model = openModel(member.path, { device });
  if (model.name === member.config.model) return model;
  model.network.dispose();
  throw kinoraError('ensemble/architecture', member.path, {
    expected: `the weights of ${member.config.model}, as its config.json says`,
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
    hint: 'the members of an ensemble tell the same classes apart, in the same order',
  });
}

function checkSpec(first: Member, other: Member): void {
  const text = (value: unknown) => JSON.stringify(value);
  const keys = Object.keys(first.spec) as (keyof PreprocessSpec)[];
  // What mirroring does to labels is of no account outside training.
  const differ = keys.filter((key) => key !== 'flipMap' && text(first.spec[key]) !== text(other.spec[key]));
  if (differ.length === 0) return;
  const side = ({ spec }: Member) => differ.map((key) => `${key} ${text(spec[key])}`).join(', ');
  throw kinoraError('ensemble/preprocessing', other.path, {
    expected: `the preprocessing of ${first.path}: ${side(first)}`,
    received: side(other),
    hint: 'the members of an ensemble see the same clip',
  });
}

const noRun = (path: string): KinoraError =>
  kinoraError('ensemble/member', path, {
    expected: 'a run folder, as kinora train makes it',
    received: existsSync(path) ? 'a folder or file without config.json' : 'no such folder',
    hint: 'train the member first, or correct its path',
  });

const noSpec = (file: string): KinoraError =>
  kinoraError('ensemble/member', file, 'weights that say how clips become input', 'a file that does not', {
    hint: 'members are run folders of kinora train',
  });

const tooFew = (count: number): KinoraError =>
  kinoraError('ensemble/members', 'kinora ensemble', 'two run folders or more', String(count));

const sameWeights = (a: Member, b: Member): KinoraError =>
  kinoraError('ensemble/members', b.path, 'weights of its own', `those of ${a.path}`, {
    hint: 'an ensemble gains from members that differ: train with another seed or network',
  });
