/** For ranks.test.ts: one rank of a training, `node rank.test.program.js CONFIG [resume]`, that prints what it came to. */
import { readFileSync } from 'node:fs';
import { distributed } from '@kinora/torch';
import { effectiveConfig } from '../../config/index.js';
import { trainRun } from '../run.js';

const [file = '', resume] = process.argv.slice(2);
const config = effectiveConfig(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
try {
  const { steps, best, weights } = await distributed.Rendezvous.run(
    distributed.placeFromEnvironment()!,
    (rendezvous) => trainRun(config, { rendezvous, resume: resume === 'resume' }),
  );
  process.stdout.write(JSON.stringify({ steps, best, weights }));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
