/** `--set key=value` on the command line: one change to the contents of the file, by dotted key, before they are checked. */
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import type { Spelling } from './spelling.js';

type Json = Record<string, unknown>;

interface Keys {
  /** The path with every key under its current name. */
  resolve: (path: readonly string[]) => string[];
  /** The value of a key, given by its path, with every key in it under its current name. */
  inside: (path: readonly string[], value: unknown) => unknown;
  /** Whether a value is valid for a key, given by its path. */
  accepts: (path: readonly string[], value: unknown) => boolean;
  /** Receives the spellings of the changed keys. */
  spelling: Spelling;
}

/**
 * A copy of `input` with `assignments` such as `lr=0.01` or `schedule.patience=5` applied (the last one wins), and the
 * changed paths.
 */
export function override(
  input: Json,
  assignments: readonly string[],
  keys: Keys,
): { config: Json; changed: string[][] } {
  const changes = assignments.map((assignment) => ({ assignment, ...split(assignment, keys) }));
  const config = changes.reduce(
    (before, { path, value, assignment }) => assign(before, path, value, assignment),
    input,
  );
  return { config, changed: changes.map(({ path }) => path) };
}

/**
 * The value is parsed as JSON if it is valid JSON (`0.1`, `true`, `[1,2]`), unless the key takes a text that looks like
 * it (a run named 123).
 */
function split(
  assignment: string,
  { resolve, inside, accepts, spelling }: Keys,
): { path: string[]; value: unknown } {
  const at = assignment.indexOf('=');
  if (at < 1) throw unusable('key=value', assignment);
  const written = assignment.slice(0, at).split('.');
  const path = resolve(written);
  for (const [i, key] of written.entries()) spelling.note(path.slice(0, i + 1), key);
  const text = assignment.slice(at + 1);
  const value = inside(path, jsonOr(text));
  const looksOtherwise = typeof value === 'number' || typeof value === 'boolean';
  return { path, value: looksOtherwise && accepts(path, text) && !accepts(path, value) ? text : value };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function assign(config: Json, [key, ...rest]: string[], value: unknown, assignment: string): Json {
  if (rest.length === 0) return { ...config, [key!]: value };
  // Not what every object inherits, such as `toString`.
  const inner = Object.hasOwn(config, key!) ? config[key!] : undefined;
  return { ...config, [key!]: assign(asObject(inner, assignment), rest, value, assignment) };
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
  return kinoraError('config/override', '--set', expected, JSON.stringify(received), { hint });
}
