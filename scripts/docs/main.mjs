// `npm run docs`: builds the documentation site. `npm run docs -- --serve` shows it on the loopback device.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSay, handleInterrupts } from '../../packages/torch/install/index.mjs';
import { buildDocs } from './build.mjs';
import { serve } from './serve.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const { values } = parseArgs({
  options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: '4322' } },
});

handleInterrupts();
try {
  const { site, pages, links } = await createSay().task('building the documentation', () => buildDocs(ROOT));
  console.log(`${site}: ${pages} pages, ${links} links, none dead`);
  if (values.serve) console.log(`${(await serve(site, Number(values.port))).address} (Ctrl+C ends it)`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
