import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type DoctorFact, doctorCommand, doctorReport, doctorText } from './doctor.js';
import { run } from './run.js';

const COMMANDS = [{ name: 'doctor', summary: '', load: async () => doctorCommand() }];

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What a command prints on standard output and its exit code. */
async function printed(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = await run(words, COMMANDS);
  return { code, out: out.mock.calls.join(''), err: err.mock.calls.join('') };
}

describe('doctorReport', () => {
  test('finds this Node, the engine and the packages', async () => {
    const facts = new Map((await doctorReport()).map((fact) => [fact.name, fact]));
    expect(facts.get('Node')).toMatchObject({ status: 'ok', where: process.execPath });
    expect(facts.get('Node')?.value).toContain(process.versions.node);
    expect(facts.get('libtorch')?.value).toMatch(
      /^\d+\.\d+\.\d+ \((CPU only|CUDA.*)\), (which LIBTORCH names|python3's torch|the package @kinora|the system's)/,
    );
    expect(facts.get('Engine')?.value).toMatch(/^loads, with libtorch \d+\.\d+/);
    expect(facts.get('Processes')?.value).toMatch(/^(c10d with Gloo|one only)/);
    expect(Number.parseInt(facts.get('Threads')?.value ?? '', 10)).toBeGreaterThan(0);
    expect(facts.get('@kinora/torch')?.value).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('says why a named libtorch cannot be used, and how to get one everywhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kinora-doctor-'));
    try {
      vi.stubEnv('LIBTORCH', folder);
      const fact = (await doctorReport()).find(({ name }) => name === 'libtorch');
      expect(fact?.status).toBe('missing');
      expect(fact?.value).toContain(folder);
      expect(Object.keys(fact?.howTo ?? {})).toEqual(['debian', 'macos', 'windows']);
      expect(fact?.howTo?.debian?.join()).toContain('apt-get install libtorch-dev');
      expect(fact?.howTo?.windows?.join()).toContain('wsl --install');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('kinora doctor', () => {
  test('prints one line a fact', async () => {
    const { code, out } = await printed('doctor');
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {6}Node {10,}\d+/m);
  });

  test('--json prints facts that can be parsed', async () => {
    const { out } = await printed('doctor', '--json');
    const facts = JSON.parse(out) as DoctorFact[];
    expect(facts.map(({ name }) => name)).toContain('BLAS');
  });

  test('exits non-zero when something needed is missing', async () => {
    vi.stubEnv('LIBTORCH', '/nowhere');
    const { code, err } = await printed('doctor');
    expect(code).toBe(1);
    expect(err).toBe(
      'kinora: expected everything that Kinora needs, received a machine without a working libtorch; the report shows how to install it\n',
    );
  });
});

describe('doctorText', () => {
  const facts: DoctorFact[] = [
    { name: 'Node', status: 'ok', value: '20.1.0', where: '/usr/bin/node' },
    {
      name: 'FFmpeg',
      status: 'absent',
      value: 'none',
      howTo: { debian: ['first', 'second'], macos: ['third'] },
    },
  ];

  test('stands in columns outside a terminal', () => {
    expect(doctorText(facts, false).split('\n')).toEqual([
      'ok      Node    20.1.0  /usr/bin/node',
      'absent  FFmpeg  none',
      '                Debian/Ubuntu  first',
      '                               second',
      '                macOS          third',
      '',
    ]);
  });

  test('has ticks and colours on a terminal, and the same columns', () => {
    const text = doctorText(facts, true);
    expect(text).toContain('\x1b[32m✓\x1b[39m Node    20.1.0');
    expect(text).toContain('\x1b[33m–\x1b[39m FFmpeg  none');
  });
});
