import { expect, it } from 'vitest';
import { fieldOf, readValue, withChanges } from './settings.js';

const schema = {
  properties: {
    lr: { type: 'number', default: 0.001, description: 'Learning rate.' },
    optimizer: { type: 'string', enum: ['sgd', 'adamw'], default: 'sgd' },
    mixed: { type: 'boolean' },
    crop: { anyOf: [{ type: 'object' }, { type: 'null' }], default: { height: 1, width: 2 } },
    name: { type: 'string' },
  },
};
const field = (key: string) => fieldOf(schema, key)!;

it('chooses a control by the type of a key', () => {
  expect(['lr', 'optimizer', 'mixed', 'crop', 'name'].map((key) => field(key).kind)).toEqual([
    'number',
    'choice',
    'flag',
    'json',
    'text',
  ]);
  expect(field('lr')).toMatchObject({ description: 'Learning rate.', initial: 0.001 });
  expect(field('optimizer').options).toEqual(['sgd', 'adamw']);
  expect(fieldOf(schema, 'learning rate')).toBeUndefined();
});

it('reads what was typed, and rejects what is not a value', () => {
  expect(readValue(field('lr'), '1e-3')).toBe(0.001);
  expect(readValue(field('crop'), '{"height": 3}')).toEqual({ height: 3 });
  expect(readValue(field('name'), '7')).toBe('7');
  for (const [key, text] of [
    ['lr', ''],
    ['lr', 'fast'],
    ['crop', '{'],
  ] as const)
    expect(() => readValue(field(key), text)).toThrow(SyntaxError);
});

it('writes changes as a command line that a shell reads back', () => {
  expect(withChanges('kinora train', { lr: 0.1, crop: { height: 3 }, name: "it's" })).toBe(
    `kinora train --set lr=0.1 --set 'crop={"height":3}' --set 'name=it'\\''s'`,
  );
});
