// `npm test`: every check of the project. `--soak` runs the long tests instead; `--only types,readme` the
// steps whose names contain one of the words.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handleInterrupts } from '../packages/torch/install/index.mjs';
import { checks, soakChecks } from './checks.mjs';
import { runSteps } from './steps.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const { values } = parseArgs({ options: { soak: { type: 'boolean' }, only: { type: 'string' } } });
const words = values.only?.toLowerCase().split(',') ?? [''];
const steps = (values.soak ? soakChecks : checks)(ROOT);
const chosen = steps.filter(({ name }) => words.some((word) => name.toLowerCase().includes(word)));

handleInterrupts();
if (chosen.length === 0) {
  console.error(
    `no step is named like "${values.only}"; there are: ${steps.map(({ name }) => name).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = (await runSteps(chosen)) ? 0 : 1;
}
