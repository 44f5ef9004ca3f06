/** For tests only: a data set of a few small clips, configurations that train on it in a second, what a run left. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectiveConfig, type RunConfig, type RunConfigInput } from '../config/index.js';
import { writeTestClip } from '../data/decode/fixtures.test.util.js';
import type { Progress } from '../progress.js';
import { type CheckpointState, readState } from '../run/checkpoint.js';
import { readMetrics } from '../run/metrics-log.js';
import { runFolderOf } from '../run/run-folder.js';
import { type RunSummary, type TrainOptions, trainRun } from './run.js';

export const LABELS = ['Swiping Left', 'Swiping Right', 'Stop Sign'] as const;
const TRAIN = 10;
const VALIDATION = 4;
const TEST = 2;

/** A temporary folder with clips of 3 frames of 40 x 40 pixels: 10 to train on, 4 to validate, 2 to test. */
export class TinyData {
  readonly folder = mkdtempSync(join(tmpdir(), 'kinora-tiny-'));
  readonly at = (...names: string[]): string => join(this.folder, ...names);

  constructor() {
    const ids = Array.from({ length: TRAIN + VALIDATION + TEST }, (_, i) => String(i + 1));
    for (const [i, id] of ids.entries()) writeTestClip(this.at('clips', id), 3, 40, 40, i);
    const labelled = ids.map((id, i) => `${id};${LABELS[i % LABELS.length]}`);
    this.write('labels.csv', LABELS);
    this.write('train.csv', labelled.slice(0, TRAIN));
    this.write('validation.csv', labelled.slice(TRAIN, TRAIN + VALIDATION));
    this.write('test.csv', ids.slice(TRAIN + VALIDATION));
  }

  write(name: string, lines: readonly string[]): string {
    writeFileSync(this.at(name), `${lines.join('\n')}\n`);
    return this.at(name);
  }

  /** What a configuration file says: single frames, 3 steps an epoch, no plateau to wait for. */
  input(name: string, changes: RunConfigInput = {}): RunConfigInput {
    return {
      name,
      outputDir: this.at('runs'),
      trainFolder: this.at('clips'),
      trainList: this.at('train.csv'),
      validationList: this.at('validation.csv'),
      labelsFile: this.at('labels.csv'),
      model: 'SingleFrameSmall',
      frames: 1,
      stride: 1,
      pad: 'resize',
      batchSize: 3,
      workers: 0,
      threads: 1,
      epochs: 2,
      ...changes,
    };
  }

  config(name: string, changes: RunConfigInput = {}): RunConfig {
    return effectiveConfig(this.input(name, changes));
  }

  /** Writes a configuration file and returns its path. */
  configFile(name: string, changes: RunConfigInput = {}): string {
    mkdirSync(this.at('configs'), { recursive: true });
    const file = this.at('configs', `${name}.json`);
    writeFileSync(file, JSON.stringify(this.input(name, changes)));
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export interface Session {
  readonly summary: RunSummary;
  /** What a person saw. */
  readonly lines: string[];
}

/** Trains; `stopAt` raises the signal after so many batches of the first task whose label has these words. */
export async function trainSession(
  config: RunConfig,
  { stopAt, ...options }: TrainOptions & { stopAt?: { task: string; update: number } } = {},
): Promise<Session> {
  const lines: string[] = [];
  const controller = new AbortController();
  const progress: Progress = {
    log: (line) => lines.push(line),
    task: (label) => {
      let updates = 0;
      const update = () => {
        if (stopAt?.task === label && ++updates === stopAt.update) controller.abort();
      };
      return { update, finish: () => undefined };
    },
  };
  const summary = await trainRun(config, { ...options, progress, signal: controller.signal });
  return { summary, lines };
}

export interface Outcome {
  /** Every line of metrics.jsonl, and of kernels.jsonl. */
  readonly metrics: string;
  readonly kernels: string;
  /** Weights, averaged weights and optimizer state as bytes, of `last` and `best`. */
  readonly files: readonly string[];
  readonly state: Omit<CheckpointState, 'config'>;
}

/** Everything of a run that an interruption must not change. */
export function outcome(config: RunConfig): Outcome {
  const { metrics, kernels, checkpoints } = runFolderOf(config);
  const files = ['last', 'best'].flatMap((link) =>
    readdirSync(join(checkpoints, link))
      .filter((name) => name.endsWith('.safetensors'))
      .map((name) => readFileSync(join(checkpoints, link, name)).toString('base64')),
  );
  const { config: _, ...state } = readState(join(checkpoints, 'last'));
  return { metrics: readFileSync(metrics, 'utf8'), kernels: readFileSync(kernels, 'utf8'), files, state };
}

/** The losses of all steps, in the order of the file. */
export const losses = (config: RunConfig): number[] =>
  readMetrics(runFolderOf(config).metrics)
    .filter(({ finished_epoch }) => finished_epoch === undefined)
    .map(({ loss }) => Number(loss));
