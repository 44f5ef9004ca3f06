/**
 * What a member says of a list of clips, computed once: a file keeps it under a name that stands for the weights, the list,
 * the preprocessing and everything else that decides it. The clips' own bytes are not part of the name.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch';
import * as z from 'zod';
import { type ClipList, listHash } from '../data/lists/clip-list.js';
import { readNpy, writeNpy } from '../files/npy.js';
import { readRecord, writeRecord } from '../files/record.js';
import { type OpenedModel, openModel } from '../predict/open.js';
import { type PredictOptions, predictList } from '../predict/predict-list.js';
import { configViews } from '../predict/views.js';
import type { Member } from './member.js';

export interface MemberLogits {
  /** Positions in the list of the clips that could be read, `[N]`. */
  readonly indices: readonly number[];
  /** Float32 `[N, classes]`. */
  readonly logits: Float32Array;
}

const sheetSchema = z.object({
  member: z.string(),
  sha256: z.string(),
  list: z.string(),
  indices: z.array(z.int()),
});

/** @param folder where logits are kept; throws `ensemble/not-finite`, `ensemble/architecture` naming the member */
export async function memberLogits(
  member: Member,
  list: ClipList,
  folder: string,
  options: PredictOptions = {},
): Promise<MemberLogits> {
  const key = keyOf(member, list);
  const kept = read(join(folder, key), member.spec.labels.length);
  if (kept !== undefined) return kept;
  const { indices, logits } = await predict(member, list, options);
  const found = { indices: [...indices], logits };
  checkFinite(member, list, found);
  mkdirSync(folder, { recursive: true });
  writeNpy(join(folder, `${key}.npy`), logits, [indices.length, member.spec.labels.length]);
  const sheet = { member: member.name, sha256: member.sha256, list: listHash(list), indices: found.indices };
  // The sheet is written last: where it is, the logits are whole.
  writeRecord(join(folder, `${key}.json`), sheet);
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

function keyOf({ sha256, spec, config }: Member, list: ClipList): string {
  const parts = [sha256, listHash(list), spec, configViews(config)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

function read(path: string, classes: number): MemberLogits | undefined {
  const sheet = readRecord(`${path}.json`, sheetSchema);
  if (sheet === undefined) return undefined;
  const { indices } = sheet;
  const { data, shape } = readNpy(`${path}.npy`);
  if (data instanceof Float32Array && String(shape) === String([indices.length, classes])) {
    return { indices, logits: data };
  }
  throw kinoraError('ensemble/logits', `${path}.npy`, {
    expected: `float32 logits [${indices.length}, ${classes}]`,
    received: `[${shape.join(', ')}]`,
    hint: `delete the file and ${path}.json, and they are computed again`,
  });
}

function checkFinite(member: Member, list: ClipList, { indices, logits }: MemberLogits): void {
  const classes = member.spec.labels.length;
  const at = logits.findIndex((logit) => !Number.isFinite(logit));
  if (at < 0) return;
  throw kinoraError('ensemble/not-finite', member.path, {
    expected: 'finite logits',
    received: `${logits[at]} for clip ${list.items[indices[Math.floor(at / classes)]!]!.id}`,
    hint: 'the member has diverged; leave it out',
  });
}
