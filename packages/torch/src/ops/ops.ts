/** `ops`: the listed operators as typed functions, each a call by name through the dispatcher. */
import { adapted } from './adapt.js';
import { operatorCall } from './dispatch.js';
import { type Ops, operatorNames } from './ops.generated.js';

export const ops: Ops = Object.fromEntries(
  operatorNames.map((name) => [name, operator(name)]),
) as unknown as Ops;

function operator(name: string): (...args: unknown[]) => unknown {
  const call = operatorCall(`aten::${name}`);
  const adapt = adapted[name];
  return adapt === undefined ? (...args) => call(args) : (...args) => call(adapt(args));
}
