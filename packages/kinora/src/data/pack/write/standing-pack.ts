/** A pack whose index is there already: whether it is the one that is wanted, and what has become of its shards. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import { type PackHeader, readIndex, type ShardEntry } from '../index-file.js';
import type { PackPlan } from './shard-records.js';

export interface StandingPack {
  readonly header: PackHeader;
  /** The shards that have the size on the disk that they were written with, by number. */
  readonly entries: ReadonlyMap<number, ShardEntry>;
  /** Whether no shard is missing or of another size. */
  readonly isWhole: boolean;
}

/** Throws `pack/exists` if it is a pack of something else. */
export function standingPack(index: string, plan: PackPlan): StandingPack {
  const { header, shards } = readIndex(index);
  checkPlan(index, header, plan);
  const entries = [...shards];
  const there = entries.map(({ file, bytes }) => sizeOf(join(dirname(index), file)) === bytes);
  return {
    header,
    entries: new Map([...entries.entries()].filter(([number]) => there[number])),
    isWhole: there.every(Boolean),
  };
}

const sizeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

function checkPlan(index: string, header: PackHeader, plan: PackPlan): void {
  const keys = Object.keys(plan) as (keyof PackPlan)[];
  const other = keys.find((key) => JSON.stringify(header[key]) !== JSON.stringify(plan[key]));
  if (other === undefined) return;
  throw new KinoraError({
    code: 'pack/exists',
    where: index,
    expected: 'a pack of this list with these settings',
    received: `one with another ${other === 'list' ? 'list' : `${other} (${JSON.stringify(header[other])})`}`,
    hint: 'choose another --out or --name, or remove it and its shards',
  });
}
