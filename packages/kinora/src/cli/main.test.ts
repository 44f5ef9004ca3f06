import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const main = new URL('./main.js', import.meta.url).pathname;
const interrupt = new URL('./terminal/interrupt.js', import.meta.url).href;
const node = process.execPath;

/** Prints the processor time that a process took, in microseconds, when it exits. */
const METER = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(String(user + system));
})`;

/** Milliseconds of processor time, which other programs lengthen little, of the cheapest of a few runs. */
function processorTime(args: string[]): number {
  const times = Array.from({ length: 5 }, () => {
    const { stderr } = spawnSync(node, ['--import', `data:text/javascript,${METER}`, ...args], {
      encoding: 'utf8',
    });
    return Number(stderr) / 1000;
  });
  return Math.min(...times);
}

describe('the program', () => {
  test('--help takes less than 200 ms of processor more than Node itself', () => {
    expect(processorTime([main, '--help']) - processorTime(['-e', '0'])).toBeLessThan(200);
  });

  test('an unknown command exits with 2 and one line', () => {
    const { status, stderr, stdout } = spawnSync(node, [main, 'foo'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^kinora: expected a command, received "foo"; .*\n$/);
    expect(stdout).toBe('');
  });

  test('a closed pipe is no error', () => {
    const { stderr } = spawnSync('sh', ['-c', `${node} ${main} --help | true`], { encoding: 'utf8' });
    expect(stderr).toBe('');
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is one line and exit code 1', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `${node} ${main} --help > /dev/full`], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('kinora: stdout: expected every line to be written, received a full disk\n');
    expect(status).toBe(1);
  });
});

/** A process whose work ends when it is asked to stop, or never if `deaf`. */
async function interrupted(signals: NodeJS.Signals[], deaf = false) {
  const wait = deaf ? 'new Promise(() => {})' : "once(signal, 'abort').then(() => console.log('saved'))";
  const script = `
    setInterval(() => {}, 1000);
    const { once } = await import('node:events');
    const { interruptible } = await import('${interrupt}');
    await interruptible((signal) => { console.log('ready'); return ${wait}; })
      .catch((error) => process.exit(error.exitCode));`;
  const child = spawn(node, ['--input-type=module', '-e', script]);
  let out = '';
  let err = '';
  child.stderr.on('data', (text) => {
    err += text;
  });
  await once(child.stdout, 'data');
  child.stdout.on('data', (text) => {
    out += text;
  });
  for (const signal of signals) {
    child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const [code] = await (child.exitCode === null ? once(child, 'close') : [child.exitCode]);
  return { code, out, err };
}

describe('Ctrl+C', () => {
  test('lets the work save and exits with 130', async () => {
    expect(await interrupted(['SIGINT'])).toEqual({
      code: 130,
      out: 'saved\n',
      err: 'stopping and saving; press Ctrl+C again to stop at once\n',
    });
  });

  test('twice ends the process at once', async () => {
    expect(await interrupted(['SIGINT', 'SIGINT'], true)).toMatchObject({ code: 130, out: '' });
  });

  test('SIGTERM saves too and exits with 143', async () => {
    expect(await interrupted(['SIGTERM'])).toMatchObject({ code: 143, out: 'saved\n' });
  });
});
