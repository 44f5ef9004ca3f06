import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runSteps } from './steps.mjs';
import { resultOf, secondThoughts } from './vitest.mjs';

/** @type {string[]} */
let printed;
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(...String(text).split('\n')));
});
afterEach(() => vi.restoreAllMocks());

describe('runSteps', () => {
  const good = { name: 'good', work: async () => ({ passed: 2, failed: [], skipped: ['x: no camera'] }) };

  test('ends with the plain count alone on its line', async () => {
    expect(await runSteps([good, good])).toBe(true);
    expect(printed.at(-1)).toBe('4 passed, 0 failed, 2 skipped');
    expect(printed).toContain('  x: no camera');
  });

  test('continues after a step that fails or throws, and prints its output', async () => {
    const bad = {
      name: 'bad',
      work: async () => ({ passed: 0, failed: ['bad (1)'], skipped: [], output: 'why' }),
    };
    const worse = { name: 'worse', work: () => Promise.reject(new Error('no such tool')) };
    expect(await runSteps([bad, worse, good])).toBe(false);
    expect(printed).toContain('why');
    expect(printed).toContain('  worse: no such tool');
    expect(printed.at(-1)).toBe('2 passed, 2 failed, 1 skipped');
  });
});

describe("vitest's report", () => {
  /** @param {string} status @param {string} [fullName] */
  const one = (status, fullName = 'adds') => /** @type {any} */ ({ status, fullName });
  /** @param {any[]} assertionResults @param {string} [status] */
  const file = (assertionResults, status = 'passed') => ({
    name: '/root/a.test.js',
    status,
    message: 'Cannot find x\nat',
    assertionResults,
  });

  test('counts tests, and names those that failed or were skipped', () => {
    const tests = [
      one('passed'),
      one('failed', 'divides'),
      one('skipped', 'reads (no data here)'),
      one('todo', 'later'),
    ];
    expect(resultOf({ testResults: [file(tests, 'failed')] }, 1, '/root')).toEqual({
      passed: 1,
      failed: ['a.test.js: divides'],
      skipped: ['a.test.js: reads (no data here)', 'a.test.js: later'],
    });
  });

  test('a file that does not load has failed', () => {
    expect(resultOf({ testResults: [file([], 'failed')] }, 1, '/root').failed).toEqual([
      'a.test.js: Cannot find x',
    ]);
  });

  test('an error outside all tests has failed', () => {
    expect(resultOf({ testResults: [file([one('passed')])] }, 1, '/root').failed).toHaveLength(1);
  });

  test('of files that ran twice the second result counts, and what passed only then is named', () => {
    const other = { ...file([one('passed')]), name: '/root/b.test.js' };
    const first = { testResults: [file([one('failed'), one('failed', 'divides')], 'failed'), other] };
    const divides = { ...one('failed', 'divides'), failureMessages: ['Error: by zero\nat'] };
    const second = { testResults: [file([one('passed'), divides], 'failed')] };
    const run = (/** @type {any} */ report, code = 1) => ({ code, report });
    expect(secondThoughts(run(first), run(second), '/root')).toEqual({
      passed: 2,
      failed: ['a.test.js: divides: Error: by zero'],
      skipped: [],
      unsteady: ['a.test.js: adds'],
    });
    const steady = { testResults: [file([one('passed'), one('passed', 'divides')])] };
    expect(secondThoughts(run(first), run(steady, 0), '/root')).toMatchObject({ passed: 3, failed: [] });
    expect(secondThoughts(run(first), run(undefined), '/root').failed).toHaveLength(2);
  });

  test('no test at all has failed', () => {
    expect(resultOf({ testResults: [] }, 0, '/root').failed).toEqual(['vitest found no test']);
  });
});
