/**
 * `ops`: the listed operators as typed functions, each a call by name through the dispatcher. Some calls that PyTorch's
 * Python layer accepts and the schemas do not are adapted first, here and for methods; `callOp` follows the schemas
 * exactly.
 */
import { operatorCall } from './dispatch.js';
import { isNamed, kindOf, type Named } from './kinds.js';
import { type Ops, operatorNames } from './ops.generated.js';

type Adapt = (args: readonly unknown[]) => readonly unknown[];

/**
 * PyTorch infers an integer dtype from integers here; JavaScript has no way to write 1.0, so the dtype defaults to
 * float32.
 */
const floatByDefault: Adapt = (args) => {
  const [positional, named] = split(args);
  return [...positional, { ...named, dtype: named.dtype ?? 'float32' }];
};

/** `to('cuda')`: in the schemas, a device without a dtype must be passed by name. */
const deviceAlone: Adapt = (args) => {
  const [[self, device, ...rest], named] = split(args);
  if (kindOf(device) !== 'D' || rest.length > 0 || 'dtype' in named) return args;
  return [self, { ...named, device }];
};

/** How the arguments of each of these operators are rewritten for the schemas. */
export const adapted: Readonly<Record<string, Adapt>> = {
  full: floatByDefault,
  arange: floatByDefault,
  scalar_tensor: floatByDefault,
  to: deviceAlone,
};

function split(args: readonly unknown[]): [positional: readonly unknown[], named: Named] {
  const last = args.at(-1);
  return isNamed(last) ? [args.slice(0, -1), last] : [args, {}];
}

export const ops: Ops = Object.fromEntries(
  operatorNames.map((name) => [name, operator(name)]),
) as unknown as Ops;

function operator(name: string): (...args: unknown[]) => unknown {
  const call = operatorCall(`aten::${name}`);
  const adapt = adapted[name];
  return adapt === undefined ? (...args) => call(args) : (...args) => call(adapt(args));
}
