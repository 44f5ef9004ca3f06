import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demoConfig } from './demo.js';

test('configs/demo.json is the configuration of kinora demo', () => {
  const file = new URL('../../../../configs/demo.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(demoConfig);
});
