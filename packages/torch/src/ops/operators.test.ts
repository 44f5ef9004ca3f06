import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ops, overloadsOf, Tensor } from '../index.js';
import { isConvertible } from './kinds.js';
import { methodNames, operatorNames } from './ops.generated.js';

describe('overloadsOf', () => {
  test('lists schemas with their arguments, plainest first', () => {
    const [first] = overloadsOf('aten::conv3d');
    expect(first?.overload).toBe('');
    expect(first?.arguments.map(({ name }) => name)).toEqual([
      'input',
      'weight',
      'bias',
      'stride',
      'padding',
      'dilation',
      'groups',
    ]);
    expect(first?.arguments[3]).toMatchObject({
      type: 'int[]',
      length: 3,
      optional: true,
      default: [1, 1, 1],
    });
  });

  test('defaults are JavaScript values', () => {
    const randint = overloadsOf('aten::randint.low')[0];
    expect(randint?.arguments.find(({ name }) => name === 'dtype')).toMatchObject({ default: 'int64' });
  });

  test('the same overload is resolved once', () => {
    expect(overloadsOf('aten::add.Tensor')[0]?.index).toBe(
      overloadsOf('aten::add').find(({ overload }) => overload === 'Tensor')?.index,
    );
  });
});

describe('the listed operators', () => {
  test('each exists and can be called: every required argument has a JavaScript value', () => {
    const stuck = operatorNames.flatMap((name) =>
      overloadsOf(name).flatMap((operator) =>
        operator.arguments
          .filter(({ type, optional }) => !isConvertible(type) && !optional)
          .map(({ type }) => `${name}.${operator.overload}: ${type}`),
      ),
    );
    // set_ takes tensors too; Storage alone is not a thing here.
    expect(stuck.filter((text) => !/^set_\..*: Storage$/.test(text))).toEqual([]);
  });

  test('what they return has a JavaScript value', () => {
    const known = ['Tensor', 'Tensor[]', 'int', 'float', 'bool', 'Scalar'];
    const unknown = operatorNames.flatMap((name) =>
      overloadsOf(name).flatMap(({ returns }) => returns.map(({ type }) => type)),
    );
    expect(unknown.filter((type) => !known.includes(type))).toEqual([]);
  });

  test('`ops` has all of them, and Tensor those of its own', () => {
    for (const name of operatorNames) expect(ops[name], name).toBeTypeOf('function');
    for (const name of methodNames) expect(Tensor.prototype[name], name).toBeTypeOf('function');
    expect(methodNames.length).toBeGreaterThan(200);
  });

  test('the declarations are what the schemas say', () => {
    const script = fileURLToPath(new URL('../../scripts/generate-ops.mjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ operators/);
    expect(status).toBe(0);
  });
});
