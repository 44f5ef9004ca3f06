// One side of a comparison: a process that starts, waits, and measures once for each line it receives. It is idle while another
// side measures, and its start-up is not part of any measurement.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * @typedef {{ program: string, args: readonly string[], env?: Record<string, string> }} Command
 * @typedef {{ measure: () => Promise<number>, close: () => Promise<void> }} Side
 */

/** Lines that a side may print before `ready`, or instead of a number; shown in the error. */
const KEPT = 20;

/**
 * Starts a side and waits until it is ready. It prints `ready`, then one number for each `go` on its standard input, and
 * ends when that closes.
 * @param {Command} command
 * @returns {Promise<Side>}
 */
export async function startSide({ program, args, env = {} }) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const name = [program, ...args].join(' ');
  /** @type {string[]} */
  const recent = [];
  const note = (/** @type {string} */ line) => {
    recent.push(line);
    recent.splice(0, recent.length - KEPT);
  };
  createInterface({ input: child.stderr }).on('line', note);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.once('error', (error) => note(error.message));

  const next = async (/** @type {RegExp} */ wanted) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) {
        await ended;
        throw new Error(`${name}: expected ${wanted}, received its end:\n${recent.join('\n')}`);
      }
      if (wanted.test(value)) return value;
      note(value);
    }
  };
  await next(/^ready$/);
  return {
    measure: async () => {
      child.stdin.write('go\n');
      return Number(await next(/^-?\d+(\.\d+)?(e[-+]?\d+)?$/));
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
