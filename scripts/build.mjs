// Turns packages/*/src/**/*.ts into packages/*/dist/**/*.js, file by file, with source maps.
// Types are checked and declared apart from this (`tsc -b`), so that building takes a fraction of a second.
import { build } from 'esbuild';
import { globSync } from './glob.mjs';

for (const name of ['torch', 'kinora']) {
  await build({
    entryPoints: globSync(`packages/${name}/src`, '.ts'),
    outdir: `packages/${name}/dist`,
    outbase: `packages/${name}/src`,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
}
