/**
 * The logits of all members for one list, as a table of plain numbers, which rules are fitted to, applied to and
 * measured on. They are computed once and cached in a file named by a hash of weights, list, preprocessing and
 * everything else that determines them, except the bytes of the clips.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Device, fromTypedArray, inferenceMode, kinoraError, scope } from '@kinora/torch';
import { type ClipList, listHash } from '../data/lists/clip-list.js';
import { peopleOf } from '../data/lists/people.js';
import type { MemberLogits } from '../measure/metrics.js';
import type { Rule } from '../model/ensemble/rules.js';
import { type PredictOptions, predictList } from '../predict/predict-list.js';
import { type ClipLogits, loadLogits, saveLogits } from '../predict/stored-logits.js';
import { configViews } from '../predict/views.js';
import { type Member, openMember } from './member.js';

export interface LogitTable extends MemberLogits {
  /** Names of the clips, `[N]`. */
  readonly ids: readonly string[];
  /** The person (or other group) of each clip, `[N]`; clips with the same number stay together. */
  readonly groups: Int32Array;
}

export interface Collected extends LogitTable {
  /** Whether `groups` are people. */
  readonly peopleKnown: boolean;
}

/**
 * Runs the members one after the other over the list; a clip that one of them could not read is left out for all.
 * @param cache folder that caches logits; throws `ensemble/not-finite`, `ensemble/architecture` naming the member
 */
export async function collect(
  members: readonly Member[],
  list: ClipList,
  { cache, subjects, ...options }: PredictOptions & { cache: string; subjects?: string | undefined },
): Promise<Collected> {
  const { labels } = list;
  const parts: ClipLogits[] = [];
  for (const member of members) parts.push(await memberLogits(member, list, cache, options));
  const read = parts.map(({ indices }) => new Set(indices));
  const kept = [...list.items.keys()].filter((index) => read.every((own) => own.has(index)));
  const items = kept.map((index) => list.items[index]!);
  const { groups, file } = peopleOf(items, subjects);
  return {
    classes: labels.length,
    members: parts.map(({ indices, logits }) => {
      const place = new Map(Array.from(indices, (index, row) => [index, row]));
      return pickRows(
        logits,
        labels.length,
        kept.map((index) => place.get(index)!),
      );
    }),
    targets: Int32Array.from(items, ({ label }) => label),
    ids: items.map(({ id }) => id),
    groups,
    peopleKnown: file !== undefined,
  };
}

/** A subset of the clips. @param rows their positions, in the new order */
export function pick(table: LogitTable, rows: ArrayLike<number>): LogitTable {
  const at = Array.from(rows);
  return {
    classes: table.classes,
    members: table.members.map((logits) => pickRows(logits, table.classes, at)),
    targets: Int32Array.from(at, (n) => table.targets[n]!),
    ids: at.map((n) => table.ids[n]!),
    groups: Int32Array.from(at, (n) => table.groups[n]!),
  };
}

/** Some rows of logits `[N, classes]`. */
function pickRows(logits: Float32Array, classes: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * classes);
  for (const [i, n] of rows.entries())
    picked.set(logits.subarray(n * classes, (n + 1) * classes), i * classes);
  return picked;
}

/** The ensemble's logits, float32 `[N, classes]`, computed by the same module that an ensemble saves. */
export function applyRule(
  rule: Rule,
  { members, classes, ids }: LogitTable,
  device: Device = 'cpu',
): Float32Array {
  return scope(() =>
    inferenceMode(() => {
      const logits = members.map((own) => fromTypedArray(own, [ids.length, classes], { device }));
      return rule.call(logits).toTypedArray() as Float32Array;
    }),
  );
}

async function memberLogits(
  member: Member,
  list: ClipList,
  folder: string,
  options: PredictOptions,
): Promise<ClipLogits> {
  const file = join(folder, `${keyOf(member, list)}.safetensors`);
  if (existsSync(file)) return loadLogits(file, member.spec.labels.length);
  const { indices, logits } = await predict(member, list, options);
  const found = { indices: Int32Array.from(indices), logits };
  checkFinite(member, list, found);
  mkdirSync(folder, { recursive: true });
  const metadata = { member: member.name, sha256: member.sha256, list: listHash(list) };
  saveLogits(file, found, member.spec.labels.length, metadata);
  return found;
}

async function predict(member: Member, list: ClipList, options: PredictOptions) {
  const model = openMember(member, options);
  try {
    return await predictList(model, list, member.config, options, `${member.name}, logits`);
  } finally {
    model.network.dispose();
  }
}

function keyOf({ sha256, spec, config }: Member, list: ClipList): string {
  const parts = [sha256, listHash(list), spec, configViews(config)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

function checkFinite(member: Member, list: ClipList, { indices, logits }: ClipLogits): void {
  const classes = member.spec.labels.length;
  const at = logits.findIndex((logit) => !Number.isFinite(logit));
  if (at < 0) return;
  throw kinoraError('ensemble/not-finite', member.path, {
    expected: 'finite logits',
    received: `${logits[at]} for clip ${list.items[indices[Math.floor(at / classes)]!]!.id}`,
    hint: 'the member has diverged; leave it out',
  });
}
