/**
 * Records of the finished shards of a pack that is being written: one file per shard, in a hidden folder beside them.
 * After an interruption only the others are written; the index is made from all records.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type KinoraError, kinoraError, serialize } from '@kinora/torch';
import * as z from 'zod';
import { readRecord, writeWhole } from '../../../files/record.js';
import {
  indexText,
  type PackHeader,
  readIndex,
  type ShardEntry,
  shardFacts,
  shardName,
} from '../index-file.js';
import type { WrittenShard } from './pack-shard.js';

/** What must be the same to resume. */
export type PackPlan = Omit<PackHeader, 'format' | 'version' | 'clips' | 'shards' | 'bad'>;

const writtenShard: z.ZodType<WrittenShard> = shardFacts.extend({
  bad: z.array(z.object({ place: z.int(), id: z.string(), path: z.string(), reason: z.string() })),
});

export class ShardRecords {
  readonly #folder: string;

  constructor(
    private readonly out: string,
    private readonly plan: PackPlan,
  ) {
    this.#folder = join(out, `.${plan.name}.packing`);
  }

  /** Starts or resumes. Throws `pack/other-plan` if something else was started here. Removes unfinished shards. */
  begin(): void {
    mkdirSync(this.#folder, { recursive: true });
    const file = join(this.#folder, 'plan.json');
    const plan = JSON.stringify(this.plan);
    if (existsSync(file) && readFileSync(file, 'utf8') !== plan)
      throw otherPlan(this.#folder, this.plan.name);
    if (!existsSync(file)) writeWhole(file, plan);
    for (const name of readdirSync(this.out))
      if (name.startsWith(`.${this.plan.name}-`) && name.endsWith('.tar.part'))
        rmSync(join(this.out, name), { force: true });
  }

  get exist(): boolean {
    return existsSync(this.#folder);
  }

  shardFile(number: number): string {
    return join(this.out, shardName(this.plan.name, number));
  }

  /** Path of an unfinished shard. */
  besideFile(number: number): string {
    return join(this.out, `.${shardName(this.plan.name, number)}.part`);
  }

  add(number: number, shard: WrittenShard): void {
    writeWhole(this.#file(number), JSON.stringify(shard));
  }

  /** The shard, if it is finished. */
  find(number: number): WrittenShard | undefined {
    const shard = readRecord(this.#file(number), writtenShard, 'its shard is packed again');
    if (shard === undefined) return undefined;
    const size = statSync(this.shardFile(number), { throwIfNoEntry: false })?.size;
    return size === shard.bytes ? shard : undefined;
  }

  /** Writes the index of all shards and removes the records. */
  finish(file: string, shards: number, facts: Pick<PackHeader, 'clips' | 'bad'>): void {
    serialize.writeAtomically(file, (sink) => {
      sink.write(Buffer.from(indexText({ ...this.plan, ...facts, shards })));
      for (let number = 0; number < shards; number++) {
        const { bad: _, bytes, sha256, clips } = this.find(number)!;
        const entry = { file: shardName(this.plan.name, number), bytes, sha256, clips };
        sink.write(Buffer.from(`${JSON.stringify(entry)}\n`));
      }
    });
    this.remove();
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(number: number): string {
    return join(this.#folder, `${String(number).padStart(6, '0')}.json`);
  }
}

const otherPlan = (folder: string, name: string): KinoraError =>
  kinoraError('pack/other-plan', folder, {
    expected: `the list and settings with which packing ${name} was started`,
    received: 'others',
    hint: 'continue with the same command, remove that folder to start over, or choose another --out',
  });

/** A pack whose index exists: whether it is the same pack, and which of its shards are intact. */

export interface ExistingPack {
  readonly header: PackHeader;
  /** The shards whose size on disk is the size that was written, by number. */
  readonly entries: ReadonlyMap<number, ShardEntry>;
  /** Whether no shard is missing or has another size. */
  readonly isWhole: boolean;
}

/** Throws `pack/exists` if it is another pack. */
export function existingPack(index: string, plan: PackPlan): ExistingPack {
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
  throw kinoraError('pack/exists', index, {
    expected: 'a pack of this list with these settings',
    received: `one with another ${other === 'list' ? 'list' : `${other} (${JSON.stringify(header[other])})`}`,
    hint: 'choose another --out or --name, or remove it and its shards',
  });
}
