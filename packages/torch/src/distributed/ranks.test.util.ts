/** Runs a test program as several ranks on this machine and collects what each prints and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './environment.js';

export interface RankOutcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningRank {
  readonly child: ChildProcess;
  readonly outcome: Promise<RankOutcome>;
  /** What it has printed so far. */
  stdout(): string;
  /** Resolves when the rank has printed `text`. */
  printed(text: string): Promise<void>;
}

export function startRank(program: URL, words: readonly string[], env: Record<string, string>): RunningRank {
  const child = spawn(process.execPath, [fileURLToPath(program), ...words], {
    env: { ...process.env, OMP_NUM_THREADS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
      child.emit('printed');
    });
  const outcome = once(child, 'close').then(([code, signal]) => ({ code, signal, ...text }) as RankOutcome);
  return {
    child,
    outcome,
    stdout: () => text.stdout,
    async printed(wanted) {
      while (!text.stdout.includes(wanted)) {
        const ended = await Promise.race([once(child, 'printed').then(() => null), outcome]);
        if (ended !== null && !text.stdout.includes(wanted))
          throw new Error(`ended without printing ${JSON.stringify(wanted)}: ${text.stderr}`);
      }
    },
  };
}

/** Starts `size` ranks of a program with torchrun's variables. */
export async function startRanks(
  program: URL,
  words: readonly string[],
  size: number,
): Promise<RunningRank[]> {
  const port = String(await freePort());
  return Array.from({ length: size }, (_, rank) =>
    startRank(program, words, {
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: String(size),
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: port,
    }),
  );
}

/** Parses what each rank printed as JSON. Throws a failed rank's output to stderr. */
export async function resultsOf(program: URL, words: readonly string[], size: number): Promise<unknown[]> {
  const ranks = await startRanks(program, words, size);
  const outcomes = await Promise.all(ranks.map(({ outcome }) => outcome));
  return outcomes.map(({ code, stdout, stderr }, rank) => {
    if (code !== 0) throw new Error(`rank ${rank} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as unknown;
  });
}
