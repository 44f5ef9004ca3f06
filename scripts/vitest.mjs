// Runs the tests of one vitest configuration as a step, and reads their numbers from vitest's own JSON
// report. In CI, whose machines may be busy with other work, files that fail run once more, one at a time; what
// passes then is named in the output.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from '../packages/torch/install/index.mjs';

/**
 * @typedef {'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled'} Status
 * @typedef {{ fullName: string, status: Status, failureMessages?: string[] }} Test
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Test[] }} File
 */

/**
 * @param {string} root @param {string} config file name of the configuration
 * @returns {Promise<import('./steps.mjs').Result>}
 */
export async function vitest(root, config) {
  const run = await runVitest(root, config);
  const first = outcome(run, root);
  const files = (run.report?.testResults ?? []).filter(({ status }) => status === 'failed');
  if (!process.env.CI || files.length === 0) return first;
  const names = files.map(({ name }) => name);
  console.log(`\nonce more, one at a time: ${names.map((name) => relative(root, name)).join(', ')}`);
  return secondThoughts(run, await runVitest(root, config, [...names, '--maxWorkers=1']), root);
}

/** @typedef {{ code: number, report: Report | undefined }} Run */
/** @typedef {{ testResults: File[] }} Report */

/**
 * @param {string} root @param {string} config @param {readonly string[]} words
 * @param {Record<string, string>} env beside this process's own
 * @returns {Promise<Run>}
 */
export async function runVitest(root, config, words = [], env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const program = join(root, 'node_modules', '.bin', 'vitest');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await run(program, ['run', '--config', config, ...reporters, ...words], {
      cwd: root,
      env: { ...process.env, ...env },
      inherit: true,
    });
    return { code, report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Run} run @param {string} root @returns {import('./steps.mjs').Result} */
export function outcome({ code, report }, root) {
  if (report !== undefined) return resultOf(report, code, root);
  return { passed: 0, failed: [`vitest wrote no report (exit status ${code})`], skipped: [] };
}

/**
 * The result of both runs: of files that ran twice, that of the second. What failed in the first run only is `unsteady`.
 * @param {Run} first @param {Run} second @param {string} root @returns {import('./steps.mjs').Result}
 */
export function secondThoughts(first, second, root) {
  const before = first.report?.testResults ?? [];
  const again = new Map(second.report?.testResults.map((file) => [file.name, file]));
  const testResults = before.map((file) => again.get(file.name) ?? file);
  const result = outcome({ code: second.code, report: { testResults } }, root);
  const stillFail = new Set(failuresOf(testResults, root).map(({ name }) => name));
  const unsteady = failuresOf(before, root).filter(({ name }) => !stillFail.has(name));
  return { ...result, unsteady: unsteady.map(({ line }) => line) };
}

/**
 * @param {Report} report
 * @param {number} code
 * @param {string} root
 * @returns {import('./steps.mjs').Result}
 */
export function resultOf({ testResults }, code, root) {
  const tests = testResults.flatMap((file) =>
    file.assertionResults.map(({ status, fullName }) => ({ status, line: nameOf(file, root, fullName) })),
  );
  const failed = failuresOf(testResults, root).map(({ line }) => line);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  // An error outside every test (an unhandled rejection, a crashed worker) fails the run without failing a
  // test.
  if (code !== 0 && failed.length === 0)
    failed.push(`vitest ended with exit status ${code}, though no test failed`);
  if (tests.length === 0 && failed.length === 0) failed.push('vitest found no test');
  return { passed, failed, skipped: skipped.map(({ line }) => line) };
}

/**
 * Tests that failed, and files that did before their tests could run; `line` ends with the reason.
 * @param {readonly File[]} files @param {string} root
 */
function failuresOf(files, root) {
  return files.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    const failures = failed.map(({ fullName, failureMessages = [] }) => ({
      name: nameOf(file, root, fullName),
      message: failureMessages[0],
    }));
    if (file.status === 'failed' && failed.length === 0)
      failures.push({ name: nameOf(file, root), message: file.message });
    return failures.map(({ name, message }) => ({
      name,
      line: message ? `${name}: ${firstLine(message)}` : name,
    }));
  });
}

/** @param {File} file @param {string} root @param {string} [test] */
const nameOf = ({ name }, root, test) => [relative(root, name), ...(test ? [test] : [])].join(': ');

const firstLine = (/** @type {string} */ text) => text.split('\n')[0];
