import { execFileSync } from 'node:child_process';
import { expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import { editorSchema, keyReference } from './reference.js';
import type { ScheduleInput } from './run-config.js';
import type { runConfigSchema } from './schema.js';

const keys = Object.values(keyReference()).flat();

test('every key is described in a sentence, and says its default', () => {
  expect(keys.length).toBeGreaterThan(85);
  for (const { key, description, byDefault } of keys) {
    expect(description, key).toMatch(/^(`|[A-Z]).*\.$/);
    if (key !== 'trainFolder') expect(byDefault, key).toMatch(/./);
  }
});

test('types, defaults and aliases are those of the schema', () => {
  const found = Object.fromEntries(keys.map((reference) => [reference.key, reference]));
  expect(found.batchSize).toMatchObject({ type: 'integer > 0', byDefault: '100', alias: 'batch_size' });
  expect(found.dropout).toMatchObject({ type: 'number in [0, 1)', byDefault: "the network's own" });
  expect(found.epochs).toMatchObject({ type: '-1 | integer > 0', byDefault: '-1', alias: 'num_epochs' });
  expect(found.pad).toMatchObject({ type: '"zeros" | "resize"', byDefault: '"zeros"' });
  expect(found.crop).toMatchObject({ type: 'integer in [1, 8192] | object' });
  expect(found['augment.perFrame']).toMatchObject({ alias: 'augment.per_frame', byDefault: 'false' });
  expect(found['schedule.patience']).toMatchObject({ type: 'integer >= 0', byDefault: '3' });
  expect(found['schedule.factor']).toMatchObject({ byDefault: 'plateau: 0.6, step: 0.1' });
});

test('editors know both spellings, and the short forms', () => {
  const { properties } = editorSchema() as { properties: Record<string, { anyOf?: object[] }> };
  expect(properties.batch_size).toMatchObject({ type: 'integer', exclusiveMinimum: 0 });
  expect(properties.crop?.anyOf?.[0]).toMatchObject({ type: 'integer' });
  expect(JSON.stringify(properties.augment)).toContain('"per_frame"');
});

test('what is written from the descriptions is fresh', () => {
  const script = new URL('../../scripts/config-reference.mjs', import.meta.url).pathname;
  execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
});

test('the type that describes the settings of schedules is that of the schema', () => {
  expectTypeOf<ScheduleInput>().toEqualTypeOf<NonNullable<z.input<typeof runConfigSchema>['schedule']>>();
});
