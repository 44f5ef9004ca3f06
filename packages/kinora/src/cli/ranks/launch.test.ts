/** The launcher with ranks that are a line of JavaScript; with ranks that train: train-ranks.test.ts and its soak test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const program = new URL('./launch.test.program.js', import.meta.url).pathname;

function start(size: number, maxRestarts: number, script: string) {
  const words = [program, String(size), String(maxRestarts), `const r = process.env.RANK; ${script}`];
  const env = { ...process.env, OMP_NUM_THREADS: '' };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    child.emit('output');
  });
  return {
    child,
    text: () => text,
    waitFor: async (pattern: RegExp) => {
      while (!pattern.test(text)) await once(child, 'output');
    },
    end: async () => {
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, lines: text.trim().split('\n').sort() };
    },
  };
}

const run = (...args: Parameters<typeof start>) => start(...args).end();

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("every rank has torchrun's variables and its share of threads; its lines come with its rank", async () => {
  const script = `
    const { WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT, OMP_NUM_THREADS } = process.env;
    console.log([WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT > 0, OMP_NUM_THREADS].join());`;
  const lines = ['2,0,127.0.0.1,true,3', '[rank 1] 2,1,127.0.0.1,true,3'];
  expect(await run(2, 0, script)).toEqual({ code: 0, lines: lines.sort() });
});

test('an error ends all, at once, and names its rank; it would only come again', async () => {
  const script = `if (r === '1') { console.error('no such clip'); process.exit(1); } setTimeout(() => {}, 60_000);`;
  const { code, lines } = await run(3, 5, script);
  expect(code).toBe(1);
  expect(lines).toEqual([
    '[rank 1] no such clip',
    'kinora train: expected every process to train to the end, received rank 1, which ended with code 1; its own error is above',
  ]);
});

test('the others may still speak of an error that they can hear of, of no other: what does not load never had a seat', async () => {
  const script = (before: string) => `if (r === '1') { ${before} setTimeout(() => process.exit(1), 100); }
    else setTimeout(() => { console.log('rank 1 has failed'); process.exit(1); }, 3500);`;
  const [joined, notJoined] = await Promise.all([
    run(2, 0, script("process.send('joined');")),
    run(2, 0, script('')),
  ]);
  expect(joined.lines).toContain('rank 1 has failed');
  expect(notJoined.lines).toEqual([expect.stringContaining('received rank 1, which ended with code 1')]);
});

test('after a death all start again from the last checkpoint', async () => {
  const script = `if (r === '1' && process.argv[1] !== 'again') process.kill(process.pid, 'SIGKILL'); console.log('through');`;
  expect(await run(2, 1, script)).toEqual({
    code: 0,
    lines: ['[rank 1] through', 'rank 1 was killed (SIGKILL): restarting (1 of 1)', 'through', 'through'],
  });
});

test('not more often than --max-restarts says', async () => {
  const { code, lines } = await run(1, 2, "process.kill(process.pid, 'SIGKILL');");
  expect(code).toBe(1);
  expect(lines).toEqual([
    'kinora train: expected every process to train to the end, received rank 0, which was killed (SIGKILL) after 2 restarts; continue from the last checkpoint with --resume',
    'rank 0 was killed (SIGKILL): restarting (1 of 2)',
    'rank 0 was killed (SIGKILL): restarting (2 of 2)',
  ]);
});

test('Ctrl+C reaches every rank, which may save', async () => {
  const script = `process.once('SIGINT', () => { console.log('saved'); process.exit(130); }); console.log('up'); setTimeout(() => {}, 60_000);`;
  const group = start(2, 5, script);
  await group.waitFor(/up[\s\S]*up/);
  group.child.kill('SIGINT');
  const { code, lines } = await group.end();
  expect({ code, saved: lines.filter((line) => line.endsWith('saved')) }).toEqual({
    code: 130,
    saved: ['[rank 1] saved', 'saved'],
  });
});

test('the second Ctrl+C ends those that do not listen, and leaves none behind', async () => {
  const script = `process.on('SIGINT', () => console.log('no')); console.log('pid', process.pid); setTimeout(() => {}, 60_000);`;
  const group = start(2, 5, script);
  await group.waitFor(/pid \d+\n[\s\S]*pid \d+\n/);
  const pids = [...group.text().matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
  group.child.kill('SIGINT');
  await group.waitFor(/no\n[\s\S]*no\n/);
  expect(pids.map(isAlive)).toEqual([true, true]);
  group.child.kill('SIGINT');
  expect((await group.end()).code).toBe(130);
  expect(pids.map(isAlive)).toEqual([false, false]);
});
