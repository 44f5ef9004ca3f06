/** For tests only: the program as a user starts it, and its command lines in this process. */
import { spawn } from 'node:child_process';
import { vi } from 'vitest';
import { run } from '../run.js';

export const main = new URL('../main.js', import.meta.url).pathname;

export interface Exit {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `kinora <words>` in `cwd` to its end, in a process of its own. */
export const kinora = (cwd: string, ...words: string[]): Promise<Exit> => kinoraWith({}, cwd, ...words);

/** The same with more variables in its environment. */
export function kinoraWith(
  variables: Readonly<Record<string, string>>,
  cwd: string,
  ...words: string[]
): Promise<Exit> {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, [main, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...text }));
  });
}

let previous: Promise<unknown> = Promise.resolve();

/**
 * Runs `kinora <words>` as if started in `cwd`, but in this process, one command at a time. It saves the start of a process,
 * which takes longer than most commands. Use `kinora` for what only a process shows: that it ends, and its exit code.
 */
export function kinoraHere(cwd: string, ...words: string[]): Promise<Exit> {
  const exit = previous.then(() => runHere(cwd, words));
  previous = exit.catch(() => undefined);
  return exit;
}

async function runHere(cwd: string, words: readonly string[]): Promise<Exit> {
  const home = process.cwd();
  const text = { stdout: '', stderr: '' };
  process.chdir(cwd);
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      text[name] += chunk;
      return true;
    }),
  );
  try {
    return { status: await run(words), ...text };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.chdir(home);
  }
}
