// Runs a program that has to succeed.
import { run } from '../../packages/torch/install/index.mjs';

/** @param {string} program @param {readonly string[]} args @param {import('../../packages/torch/install/run.mjs').RunOptions} [options] */
export async function succeed(program, args, options = {}) {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code === 0) return stdout;
  throw new Error(`${[program, ...args].join(' ')} ended with exit status ${code}\n${stdout}${stderr}`);
}
