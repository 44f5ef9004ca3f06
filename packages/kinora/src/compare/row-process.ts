/**
 * Runs a row in a separate process, so that several can be trained in parallel. Contains both ends: the parent's
 * `runRowInChild`, and the child, which handles the single message it receives. Rows store everything in files; only
 * lines of text are sent back.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Device, type KinoraError, kinoraError } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { silent } from '../progress.js';
import type { RowRecord } from './data.js';
import { type RowOptions, readRow, runRow } from './row.js';

interface Job {
  readonly config: RunConfig;
  readonly test?: string;
  readonly device: Device;
}

type Reply = { readonly line: string } | { readonly error: string } | { readonly done: true };

/** @param threads of the engine, for each row */
export function runRowInChild(config: RunConfig, options: RowOptions, threads: number): Promise<RowRecord> {
  const { test, device = 'cpu', progress = silent, signal } = options;
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
  const child = fork(new URL('./row-process.js', import.meta.url), { env, execArgv: [] });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  child.send({ config, device, ...(test !== undefined && { test }) } satisfies Job);
  return new Promise<RowRecord>((resolve, reject) => {
    let failure: Error | undefined;
    child.on('message', (reply: Reply) => {
      if ('line' in reply) progress.log(`${config.name}: ${reply.line}`);
      if ('error' in reply) failure = new Error(reply.error);
    });
    child.on('error', reject);
    child.on('close', (code, name) => {
      const record = failure === undefined && code === 0 ? readRow(config) : undefined;
      if (signal?.aborted) reject(signal.reason);
      else if (record !== undefined) resolve(record);
      else reject(failure ?? processDied(config, name ?? `code ${code}`));
    });
  }).finally(() => signal?.removeEventListener('abort', stop));
}

const processDied = (config: RunConfig, how: string): KinoraError =>
  kinoraError('compare/process-died', config.name, 'its process to finish the row', `its end by ${how}`, {
    hint: 'if memory is short, run fewer in parallel with --jobs',
  });

/** The child: runs one job and exits. It also receives Ctrl+C, and saves. */
async function work({ config, ...options }: Job): Promise<void> {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => controller.abort(new Error(`stopped by ${name}`)));
  const send = (reply: Reply) => void (process.connected && process.send?.(reply));
  const progress = { ...silent, log: (line: string) => send({ line }) };
  try {
    await runRow(config, { ...options, progress, signal: controller.signal });
    send({ done: true });
  } catch (error) {
    send({ error: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
  process.disconnect();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.once('message', (job: Job) => void work(job));
