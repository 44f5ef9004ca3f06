/** `ops`: the listed operators as typed functions, each a call by name through the dispatcher. */
import { callOp } from './dispatch.js';
import { type Ops, operatorNames } from './ops.generated.js';

/** PyTorch reads integers in these as an integer dtype; JavaScript cannot write 1.0, so they default to float32. */
const defaultsToFloat = new Set<string>(['full', 'arange', 'scalar_tensor']);

export const ops: Ops = Object.fromEntries(
  operatorNames.map((name) => [name, operator(name)]),
) as unknown as Ops;

function operator(name: string): (...args: unknown[]) => unknown {
  const qualified = `aten::${name}`;
  if (!defaultsToFloat.has(name)) return (...args) => callOp(qualified, ...args);
  return (...args) => callOp(qualified, ...withFloat(args));
}

function withFloat(args: readonly unknown[]): unknown[] {
  const last = args.at(-1);
  const named = typeof last === 'object' && last !== null && !Array.isArray(last);
  return named ? [...args.slice(0, -1), { dtype: 'float32', ...last }] : [...args, { dtype: 'float32' }];
}
