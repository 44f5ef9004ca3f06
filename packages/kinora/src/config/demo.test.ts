import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demoConfig, demoFrameConfig, demoFullConfig } from './demo.js';

test.each([
  ['demo', demoConfig],
  ['demo-frame', demoFrameConfig],
  ['demo-full', demoFullConfig],
])('configs/%s.json says what the program uses', (name, config) => {
  const file = new URL(`../../../../configs/${name}.json`, import.meta.url);
  const { $schema, ...keys } = JSON.parse(readFileSync(file, 'utf8'));
  expect($schema).toBe('./schema.json');
  expect(keys).toEqual(config);
});
