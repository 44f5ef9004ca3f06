/**
 * Commands whose n-th change to the file system ends the process, or fails with EIO or ENOSPC: what was saved is whole, the
 * error is one line, and the same command, run again, ends as if nothing had happened. KINORA_FAULTS sets how many n of each
 * are tried (default: 4, spread over all of them; `all` tries each).
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runFolderOf } from '../run/run-folder.js';
import { outcome, TinyData } from '../train/tiny-run.test.util.js';
import { checkWhole } from './ranks/whole.test.util.js';
import { main } from './terminal/kinora.test.util.js';

const shim = new URL('./faults.test.shim.js', import.meta.url).href;
const data = new TinyData();
const folder = mkdtempSync(join(tmpdir(), 'kinora-faults-'));
afterAll(() => {
  data.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function kinora(words: readonly string[], faults: Readonly<Record<string, string>>): Promise<Exit> {
  const child = spawn(process.execPath, ['--import', shim, main, ...words], {
    cwd: data.folder,
    env: { ...process.env, ...faults },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stderr })));
}

interface Command {
  readonly name: string;
  /** `out` is a folder that does not exist yet. */
  readonly words: (out: string) => readonly string[];
  /** Whether it reads a trained run. */
  readonly ofRun?: boolean;
  /** Whether `out` has to be there before. */
  readonly into?: boolean;
  /** The same command after one that was disturbed. */
  readonly again?: (out: string) => readonly string[];
  /** Throws if what a disturbed command left is not whole. */
  readonly check?: (out: string) => void;
  /** What it made, without what differs from run to run. */
  readonly result: (out: string) => unknown;
}

const CHANGES = { epochs: 1, saveSteps: 1 } as const;
const configIn = (out: string) => data.config('a', { ...CHANGES, outputDir: out });
const trainWords = (out: string) => [
  'train',
  '--config',
  data.configFile('a', { ...CHANGES, outputDir: out }),
];

/** Bytes of all files below a folder, but for what a killed process was still writing under another name. */
function contents(out: string): Record<string, string> {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.tmp'),
  );
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((file) => [file.slice(out.length), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/** The same, with nothing but the names of files that say when or where they were made. */
const weightsAndNames = (out: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(contents(out)).map(([file, hash]) => [file, file.endsWith('.safetensors') ? hash : '']),
  );

const trained = join(folder, 'trained');
const members = ['a', 'b'].map((name) => join(trained, name));

/** Two runs that differ. */
async function trainMembers(): Promise<void> {
  for (const [seed, name] of ['a', 'b'].entries()) {
    const file = data.configFile(name, { ...CHANGES, outputDir: trained, seed: seed + 1 });
    const { code, stderr } = await kinora(['train', '--config', file], {});
    expect(code, stderr).toBe(0);
  }
}

const commands: readonly Command[] = [
  {
    name: 'train',
    words: trainWords,
    again: (out) => [
      ...trainWords(out),
      ...(existsSync(runFolderOf(configIn(out)).config) ? ['--resume'] : []),
    ],
    check: (out) => existsSync(join(out, 'a')) && checkWhole(configIn(out)),
    result: (out) => outcome(configIn(out)),
  },
  {
    name: 'pack',
    words: (out) => {
      const settings = ['--workers', '2', '--clips-per-shard', '4'];
      return ['pack', '--config', data.configFile('p'), '--out', out, ...settings];
    },
    result: contents,
  },
  {
    name: 'export',
    words: (out) => ['export', members[0]!, '--out', join(out, 'model.onnx')],
    ofRun: true,
    into: true,
    result: contents,
  },
  {
    name: 'ensemble',
    words: (out) => ['ensemble', ...members, '--folds', '2', '--out', out],
    ofRun: true,
    result: weightsAndNames,
  },
  {
    name: 'studio build',
    words: (out) => ['studio', 'build', members[0]!, '--out', out],
    ofRun: true,
    result: contents,
  },
  {
    name: 'synth',
    words: (out) => {
      const counts = ['--clips-per-class', '1', '--validation-per-class', '1', '--test-per-class', '0'];
      return ['synth', '--out', out, ...counts, '--people', '10', '--height', '24', '--workers', '2'];
    },
    result: contents,
  },
];

const TRIES = process.env.KINORA_FAULTS ?? '4';

/** As many numbers from 1 to `changes`, spread evenly, the first and the last among them. */
const places = (changes: number): number[] => {
  const most = TRIES === 'all' ? changes : Math.min(changes, Number(TRIES));
  return [
    ...new Set(
      Array.from({ length: most }, (_, i) => 1 + Math.round((i * (changes - 1)) / Math.max(1, most - 1))),
    ),
  ];
};

describe.each(commands)('$name', ({ name, words, ofRun, into, again = words, check, result }) => {
  test.each(['kill', 'EIO', 'ENOSPC'])('%s', async (kind) => {
    if (ofRun && !existsSync(trained)) await trainMembers();
    // A folder of its own, with nothing else in it: what is left beside the result is seen.
    const place = (which: string): string => {
      mkdirSync(join(folder, `${name}-${kind}-${which}`));
      return join(folder, `${name}-${kind}-${which}`, 'out');
    };
    const sound = place('sound');
    const counted = join(folder, `${name}-${kind}.count`);
    const begin = (out: string): void => void (into && mkdirSync(out, { recursive: true }));
    begin(sound);
    const whole = await kinora(words(sound), {
      KINORA_FAULT_COUNT: counted,
      KINORA_FAULT_BELOW: dirname(sound),
    });
    expect(whole.code, whole.stderr).toBe(0);
    const expected = result(sound);
    const changes = Number(readFileSync(counted, 'utf8'));
    expect(changes).toBeGreaterThan(3);
    let disturbed = 0;
    for (const n of places(changes)) {
      const out = place(String(n));
      const below = { KINORA_FAULT_BELOW: dirname(out) };
      begin(out);
      const faults = { ...below, KINORA_FAULT_AT: String(n), KINORA_FAULT_KIND: kind };
      const { code, signal, stderr } = await kinora(words(out), faults);
      const where = `${name}, ${kind} at change ${n} of ${changes}: ${stderr}`;
      if (kind === 'kill') expect(signal, where).toBe('SIGKILL');
      else if (code !== 0) {
        expect(code, where).toBe(1);
        const lines = stderr
          .trim()
          .split('\n')
          .filter((line) => !line.startsWith('epoch'));
        expect(lines.at(-1), where).toMatch(/^kinora: .*(expected|cannot)/);
        expect(stderr, where).not.toMatch(/unexpected|^\s+at /m);
      }
      if (signal !== null || code !== 0) disturbed++;
      check?.(out);
      const second = await kinora(again(out), below);
      expect(second.code, `${where}\nthen: ${second.stderr}`).toBe(0);
      expect(result(out), where).toEqual(expected);
      expect(readdirSync(dirname(out)), where).toEqual(['out']);
      rmSync(dirname(out), { recursive: true });
    }
    console.log(
      `${name}, ${kind}: ${changes} changes, ${places(changes).length} tried, ${disturbed} ended the command`,
    );
    expect(disturbed).toBeGreaterThan(0);
  });
});
