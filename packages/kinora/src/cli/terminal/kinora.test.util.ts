/** For tests only: the program itself, as a user starts it. */
import { spawn } from 'node:child_process';

export const main = new URL('../main.js', import.meta.url).pathname;

export interface Exit {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `kinora <words>` in `cwd` to its end. */
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
