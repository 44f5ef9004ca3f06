/** For tests only: trains in several processes of this machine and collects what each came to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { distributed } from '@kinora/torch';
import { expect } from 'vitest';
import type { RunConfigInput } from '../../config/index.js';
import { readMetrics } from '../../run/metrics-log.js';
import { runFolderOf } from '../../run/run-folder.js';
import { LABELS, losses, type TinyData, trainSession } from '../tiny-run.test.util.js';

export interface RankResult {
  readonly code: number;
  readonly stderr: string;
  readonly result: { steps: number; best: { top1: number; loss: number }; weights: string } | undefined;
}

/** Trains in as many processes as there are configuration files. */
export async function trainRanks(files: readonly string[], ...words: string[]): Promise<RankResult[]> {
  const program = new URL('./rank.test.program.js', import.meta.url).pathname;
  const group = {
    WORLD_SIZE: String(files.length),
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: String(await distributed.freePort()),
  };
  return Promise.all(
    files.map(async (file, rank) => {
      const env = { ...process.env, ...group, RANK: String(rank), OMP_NUM_THREADS: '1' };
      const child = spawn(process.execPath, [program, file, ...words], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const text = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk));
      const [code] = (await once(child, 'close')) as [number];
      const result = text.stdout === '' ? undefined : (JSON.parse(text.stdout) as RankResult['result']);
      return { code, stderr: text.stderr, result };
    }),
  );
}

/**
 * A problem that is well posed. Each rank adds up its own half of a batch, so the first step differs in the last bit; where
 * labels are noise or steps are long, training doubles such a difference at every step, in one process as well (3e-8 becomes
 * 1e-4 within 30 steps at a learning rate of 1e-4). At this one it stays below 1e-6 while the loss falls by a tenth, a
 * thousand times what the comparison allows.
 */
const CALM: RunConfigInput = { dropout: 0, optimizer: 'sgd', lr: 3e-5, batchSize: 16 };

/** Trains 80 clips in steps of 16 alone and in two processes, and expects the same curve and the same weights on both. */
export async function expectSameAsOne(data: TinyData, epochs: number): Promise<void> {
  const lines = Array.from({ length: 80 }, (_, i) => `${(i % 10) + 1};${LABELS[(i % 10) % LABELS.length]}`);
  const common = { ...CALM, epochs, trainList: data.write('eighty.csv', lines) };
  const one = data.config('one', common);
  await trainSession(one);
  const changes = { ...common, syncBatchNorm: true, activationCheckpointing: true };
  const file = data.configFile('two', changes);
  const ranks = await trainRanks([file, file]);
  expect(ranks.map(({ stderr }) => stderr)).toEqual(['', '']);
  expect(ranks[0]!.result!.weights).toBe(ranks[1]!.result!.weights);
  const two = data.config('two', changes);
  const [alone, shared] = [losses(one), losses(two)];
  expect(shared).toHaveLength(5 * epochs);
  for (const [i, loss] of shared.entries()) expect(Math.abs(loss / alone[i]! - 1)).toBeLessThan(1e-4);
  const [expected, evaluations] = [one, two].map((config) =>
    readMetrics(runFolderOf(config).metrics).filter(({ finished_epoch }) => finished_epoch !== undefined),
  );
  for (const [i, { val_top1, val_loss }] of evaluations!.entries()) {
    expect(val_top1).toBe(expected![i]!.val_top1);
    expect(Math.abs(Number(val_loss) / Number(expected![i]!.val_loss) - 1)).toBeLessThan(1e-3);
  }
}
