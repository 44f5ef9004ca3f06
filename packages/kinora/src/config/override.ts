/** `--set key=value` on the command line: one change to what the file says, by dotted key, before it is checked. */
import { KinoraError } from '@kinora/torch/error';

type Json = Record<string, unknown>;

/** A copy of `input` with `assignments` such as `lr=0.01` or `schedule.patience=5` made, the last one winning. */
export function override(input: Json, assignments: readonly string[]): Json {
  return assignments.reduce((config, assignment) => {
    const [key, value] = split(assignment);
    return assign(config, key.split('.'), value, assignment);
  }, input);
}

/** The value is JSON where it is valid JSON (`0.1`, `true`, `[1,2]`), otherwise the text itself. */
function split(assignment: string): [key: string, value: unknown] {
  const at = assignment.indexOf('=');
  if (at < 1) throw unusable('key=value', assignment);
  const text = assignment.slice(at + 1);
  try {
    return [assignment.slice(0, at), JSON.parse(text)];
  } catch {
    return [assignment.slice(0, at), text];
  }
}

function assign(config: Json, [key, ...rest]: string[], value: unknown, assignment: string): Json {
  if (rest.length === 0) return { ...config, [key!]: value };
  return { ...config, [key!]: assign(asObject(config[key!], assignment), rest, value, assignment) };
}

/** `schedule.patience=5` after `"schedule": "plateau"` means that schedule with that patience. */
function asObject(inner: unknown, assignment: string): Json {
  if (inner === undefined) return {};
  if (typeof inner === 'string') return { name: inner };
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) return inner as Json;
  throw unusable(`a key inside an object, not inside ${JSON.stringify(inner)}`, assignment);
}

function unusable(expected: string, received: string): KinoraError {
  const hint = 'for example --set lr=0.01 or --set schedule.patience=5';
  return new KinoraError({
    code: 'config/override',
    where: '--set',
    expected,
    received: JSON.stringify(received),
    hint,
  });
}
