// Parses the command line of a bench program: its help, and errors in the same form as `kinora`.
import { execute } from '../packages/kinora/dist/cli/run.js';
import { describeFailure } from '../packages/kinora/dist/cli/terminal/failure.js';

/**
 * The options and arguments that the program was started with. Ends the process after --help and, with exit code 2,
 * after usage errors.
 * @param {import('commander').Command} command its name is what follows `program` on the command line
 * @param {string} [program]
 */
export async function flagsOf(command, program = 'node') {
  let understood = false;
  command.action(() => {
    understood = true;
  });
  try {
    await execute(command, process.argv.slice(2), program);
  } catch (error) {
    fail(error);
  }
  if (!understood) process.exit(0);
  return { options: command.opts(), args: command.args };
}

/** Prints the error on one line and ends the process. @param {unknown} error @returns {never} */
export function fail(error) {
  const { exitCode, text } = describeFailure(error, false);
  console.error(text.replace(/^kinora: /, ''));
  process.exit(exitCode);
}
