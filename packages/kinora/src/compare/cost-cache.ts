/** The costs of a comparison's networks, measured once for each kind of row and cached in a file of the comparison. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Device, threads } from '@kinora/torch';
import * as z from 'zod';
import type { RunConfig } from '../config/index.js';
import { readSplit } from '../data/splits.js';
import { readRecord, writeRecord } from '../files/record.js';
import { measureCost } from './cost.js';
import { type Cost, costSchema } from './data.js';

const FILE = 'costs.json';
const costsSchema = z.record(z.string(), costSchema);

export class CostCache {
  readonly #file: string;
  readonly #known: Record<string, Cost>;
  readonly #fresh = new Set<string>();

  /** @param again measures again what is already in the file */
  constructor(
    runs: string,
    private readonly device: Device,
    private readonly again: boolean,
    private readonly seconds: number | undefined,
  ) {
    mkdirSync(runs, { recursive: true });
    this.#file = join(runs, FILE);
    this.#known = readRecord(this.#file, costsSchema) ?? {};
  }

  costOf(config: RunConfig): Cost {
    const { labels } = readSplit(config, 'train');
    const key = keyOf(config, labels.length, this.device);
    const known = this.#known[key];
    if (known !== undefined && (!this.again || this.#fresh.has(key))) return known;
    const cost = measureCost(config, labels, this.device, this.seconds);
    this.#fresh.add(key);
    this.#known[key] = cost;
    writeRecord(this.#file, this.#known);
    return cost;
  }
}

/** Everything that the figures depend on. */
function keyOf(config: RunConfig, classes: number, device: Device): string {
  const { model, frames, clips, crop, batchSize } = config;
  const size = `${frames * clips}x${crop.height}x${crop.width}`;
  return `${model} ${size}, ${classes} classes, batches of ${batchSize}, ${device}, ${config.threads ?? threads.get()} threads`;
}
