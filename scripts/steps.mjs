// Runs the steps of a test run one after the other: name, outcome and time of each, then everything that was
// skipped and why, and on the last line the plain count.
import { styleText } from './style.mjs';

/**
 * @typedef {object} Result
 * @property {number} passed
 * @property {string[]} failed what failed, one line each
 * @property {string[]} skipped what was skipped and why, one line each
 * @property {string[]} [unsteady] what failed at first and passed when it ran again, one line each
 * @property {string} [output] what to show of a failed step
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<Result>} work
 */

/** @param {readonly Step[]} steps @returns {Promise<boolean>} whether nothing failed */
export async function runSteps(steps) {
  /** @type {Result[]} */
  const results = [];
  for (const step of steps) results.push(await runStep(step));
  const failed = results.flatMap((result) => result.failed);
  const skipped = results.flatMap((result) => result.skipped);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  list('Failed', failed);
  list(
    'Passed only when run again',
    results.flatMap(({ unsteady = [] }) => unsteady),
  );
  list('Skipped', skipped);
  console.log(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return failed.length === 0;
}

/** @param {Step} step @returns {Promise<Result>} */
async function runStep({ name, work }) {
  console.log(styleText('bold', `\n${name}`));
  const start = Date.now();
  const result = await work().catch((error) => broken(name, error));
  if (result.failed.length > 0 && result.output) console.log(result.output.trimEnd());
  const mark = result.failed.length > 0 ? styleText('red', '✗') : styleText('green', '✓');
  console.log(`${mark} ${name}: ${counts(result)} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * A step that throws has failed, whatever it had found until then.
 * @param {string} name
 * @param {unknown} error
 * @returns {Result}
 */
function broken(name, error) {
  const { message = String(error), stack = '' } = error instanceof Error ? error : {};
  return { passed: 0, failed: [`${name}: ${message.split('\n')[0]}`], skipped: [], output: stack || message };
}

/** @param {Result} result */
function counts({ passed, failed, skipped }) {
  const parts = [`${passed} passed`];
  if (failed.length > 0) parts.push(`${failed.length} failed`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  return parts.join(', ');
}

/** @param {string} title @param {readonly string[]} lines */
function list(title, lines) {
  if (lines.length > 0) console.log(`\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
