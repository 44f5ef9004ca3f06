// Runs the tests of one vitest configuration as a step, and reads their numbers from vitest's own JSON
// report.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from '../packages/torch/install/index.mjs';

/**
 * @typedef {{ fullName: string, status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo' | 'disabled' }}
 * Test
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Test[] }} File
 */

/**
 * @param {string} root @param {string} config file name of the configuration
 * @returns {Promise<import('./steps.mjs').Result>}
 */
export async function vitest(root, config) {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const program = join(root, 'node_modules', '.bin', 'vitest');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await run(program, ['run', '--config', config, ...reporters], {
      cwd: root,
      inherit: true,
    });
    if (!existsSync(report))
      return { passed: 0, failed: [`vitest wrote no report (exit status ${code})`], skipped: [] };
    return resultOf(JSON.parse(readFileSync(report, 'utf8')), code, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {{ testResults: File[] }} report
 * @param {number} code
 * @param {string} root
 * @returns {import('./steps.mjs').Result}
 */
export function resultOf({ testResults }, code, root) {
  const tests = testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      ...test,
      line: `${relative(root, file.name)}: ${test.fullName}`,
    })),
  );
  const lines = (/** @type {(status: Test['status']) => boolean} */ wanted) =>
    tests.filter(({ status }) => wanted(status)).map(({ line }) => line);
  const failed = [...lines((status) => status === 'failed'), ...brokenFiles(testResults, root)];
  const passed = lines((status) => status === 'passed').length;
  // An error outside every test (an unhandled rejection, a crashed worker) fails the run without failing a
  // test.
  if (code !== 0 && failed.length === 0)
    failed.push(`vitest ended with exit status ${code}, though no test failed`);
  if (tests.length === 0 && failed.length === 0) failed.push('vitest found no test');
  return { passed, failed, skipped: lines((status) => status !== 'passed' && status !== 'failed') };
}

/** Files that failed before their tests could run. @param {readonly File[]} files @param {string} root */
function brokenFiles(files, root) {
  return files
    .filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    )
    .map(({ name, message = '' }) => `${relative(root, name)}: ${message.split('\n')[0]}`);
}
