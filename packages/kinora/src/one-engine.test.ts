import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Loads kinora's entry, one of its single files, and single files of the engine beside the engine's entry. */
const PROGRAM = `
  const [entry, file, engine, torch] = await Promise.all([
    import('kinora'),
    import(${JSON.stringify(new URL('./model/registry.js', import.meta.url).href)}),
    import(new URL('../index.js', import.meta.resolve('@kinora/torch'))),
    import('@kinora/torch'),
  ]);
  const inside = engine.scope(() => {
    for (const { findNetwork } of [entry, file]) {
      const { build, input } = findNetwork('ConvColumnSmall');
      torch.noGrad(() => build(2, input).eval()).dispose();
    }
    torch.ops.ones([1 << 20]);
    return engine.memoryStats().liveTensors;
  });
  const errors = [entry, file].map(({ findNetwork }) => {
    try { findNetwork('none such'); } catch (error) {
      return [entry, torch, engine].map(({ KinoraError }) => error instanceof KinoraError);
    }
  });
  console.log(JSON.stringify({ inside: inside > 0, after: torch.memoryStats().liveTensors, errors }));`;

test('copies of kinora and of the engine share one engine, one scope stack and one class of errors', () => {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { cwd, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  const all = [true, true, true];
  expect(JSON.parse(run.stdout)).toEqual({ inside: true, after: 0, errors: [all, all] });
});
