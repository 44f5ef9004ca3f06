/**
 * Starts the training processes of one host with torchrun's variables and waits for them. It prefixes their output with
 * their rank, stops the others when one fails, and restarts all from the last checkpoint when one is killed. On a
 * cluster, the scheduler does this.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { distributed } from '@kinora/torch';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { Interrupted } from '../terminal/interrupt.js';
import { onOutputFailure } from '../terminal/output.js';
import { JOINED, RESTARTABLE } from './rank.js';

export interface Launch {
  /** What a rank runs: the program and its arguments. */
  readonly command: readonly string[];
  readonly size: number;
  /** Arguments to add when the group restarts, to resume from a checkpoint if there is one. */
  resumeWords(): readonly string[];
  readonly maxRestarts: number;
  /** Threads of the engine for each process, unless the environment sets them. */
  readonly threads?: number;
  /** How long the others may take to notice and report that one has failed. Default: 25 s. */
  readonly graceMs?: number;
  readonly log: (line: string) => void;
}

/** How a rank ended. */
interface End {
  readonly rank: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const GRACE_MS = 25_000;
const SHORT_GRACE_MS = 2000;
const STOP_MS = 60_000; // to finish a step and save, after Ctrl+C

/** Runs the group to its end. Restarts it if a rank dies, but throws if a rank reports an error. */
export async function launch(options: Launch): Promise<void> {
  for (let restarts = 0; ; restarts++) {
    const group = new Group(options, await distributed.freePort(), restarts > 0 ? options.resumeWords() : []);
    const failed = await group.run();
    if (failed === undefined) return;
    if (group.interrupted !== undefined) throw new Interrupted(group.interrupted);
    const again = isRestartable(failed) && restarts < options.maxRestarts;
    if (!again) throw groupFailed(failed, restarts);
    options.log(
      `rank ${failed.rank} ${describeEnd(failed)}: restarting (${restarts + 1} of ${options.maxRestarts})`,
    );
  }
}

class Group {
  readonly #children: ChildProcess[];
  /** Ranks whose errors reach the others, because they have connected to the store. */
  readonly #joined = new Set<number>();
  readonly #graceMs: number;
  interrupted: number | undefined;

  constructor(
    { command, size, threads, log, graceMs = GRACE_MS }: Launch,
    port: number,
    words: readonly string[],
  ) {
    const [program = process.execPath, ...args] = command;
    this.#graceMs = graceMs;
    this.#children = Array.from({ length: size }, (_, rank) => {
      // A separate process group, so that Ctrl+C reaches it once, through us. The closing channel shows it when we exit.
      const child = spawn(program, [...args, ...words], {
        detached: true,
        stdio: ['ignore', rank === 0 ? 'inherit' : 'pipe', rank === 0 ? 'inherit' : 'pipe', 'ipc'],
        env: { ...environment(rank, size, port), ...threadsFor(threads) },
      });
      child.on('message', (message) => message === JOINED && this.#joined.add(rank));
      for (const stream of [child.stdout, child.stderr])
        forward(stream, (line) => log(line.startsWith('[rank ') ? line : `[rank ${rank}] ${line}`));
      return child;
    });
  }

  /** Undefined if all succeeded; otherwise the first that failed. */
  async run(): Promise<End | undefined> {
    const handlers = (['SIGINT', 'SIGTERM'] as const).map((name): (() => void) => {
      const onSignal = () => this.#stop(name);
      process.on(name, onSignal);
      return () => process.off(name, onSignal);
    });
    // What the ranks print can no longer be passed on: they save, as after SIGTERM.
    handlers.push(onOutputFailure(() => this.#stop('SIGTERM')));
    try {
      const ends = this.#children.map((child, rank) => endOf(child, rank));
      const first = await firstFailure(ends);
      if (first !== undefined)
        await Promise.race([Promise.all(ends), sleep(this.#grace(first), undefined, { ref: false })]);
      return first;
    } finally {
      for (const off of handlers) off();
      this.#kill();
    }
  }

  /**
   * How long the others may keep running. They cannot report anything about a rank that was killed, or that failed
   * before it joined because its engine does not load.
   */
  #grace({ rank, signal }: End): number {
    if (this.interrupted !== undefined) return STOP_MS;
    const isHeard = signal === null && this.#joined.has(rank);
    return isHeard ? this.#graceMs : Math.min(this.#graceMs, SHORT_GRACE_MS);
  }

  #stop(name: 'SIGINT' | 'SIGTERM'): void {
    if (this.interrupted !== undefined) this.#kill();
    this.interrupted = name === 'SIGINT' ? 130 : 143;
    for (const child of this.#children) child.kill(name);
  }

  #kill(): void {
    for (const child of this.#children)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

function environment(rank: number, size: number, port: number): NodeJS.ProcessEnv {
  const names = { RANK: rank, LOCAL_RANK: rank, WORLD_SIZE: size, LOCAL_WORLD_SIZE: size, MASTER_PORT: port };
  const values = Object.fromEntries(Object.entries(names).map(([name, value]) => [name, String(value)]));
  return { ...process.env, ...values, MASTER_ADDR: '127.0.0.1' };
}

/** Processes that each used all cores would slow each other down. */
function threadsFor(threads: number | undefined): NodeJS.ProcessEnv {
  return threads === undefined || process.env.OMP_NUM_THREADS ? {} : { OMP_NUM_THREADS: String(threads) };
}

export const threadsPerProcess = (size: number): number =>
  Math.max(1, Math.floor(availableParallelism() / size));

/** Whole lines, as they arrive. */
function forward(stream: NodeJS.ReadableStream | null, log: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) log(line);
  });
  stream?.on('end', () => rest !== '' && log(rest));
}

async function endOf(child: ChildProcess, rank: number): Promise<End> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { rank, code, signal };
}

async function firstFailure(ends: readonly Promise<End>[]): Promise<End | undefined> {
  const failures = ends.map((end) =>
    end.then((value) => (value.code === 0 ? new Promise<never>(() => {}) : value)),
  );
  return Promise.race([...failures, Promise.all(ends).then((all) => all.find(({ code }) => code !== 0))]);
}

const isRestartable = ({ code, signal }: End): boolean => signal !== null || code === RESTARTABLE;

const describeEnd = ({ code, signal }: End): string =>
  signal === null ? `ended with code ${code}` : `was killed (${signal})`;

function groupFailed(end: End, restarts: number): KinoraError {
  const after = restarts === 0 ? '' : ` after ${restarts} restarts`;
  return kinoraError('train/rank-ended', 'kinora train', {
    expected: 'every process to train to the end',
    received: `rank ${end.rank}, which ${describeEnd(end)}${after}`,
    hint: isRestartable(end) ? 'continue from the last checkpoint with --resume' : 'its own error is above',
  });
}
