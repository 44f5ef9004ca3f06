/**
 * Turns zod's issues into the project's error grammar: file, key, expected, received, what to do. All configuration
 * errors are worded here.
 */

import { nearest } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import type * as z from 'zod';
import type { Spelling } from './spelling.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface IssueContext {
  /** What is being read, such as a file name. */
  source: string;
  /** The value that was checked. */
  value: unknown;
  /** How its keys were spelled. */
  spelling: Spelling;
  /** Keys that are valid inside the object at `path`, each with its spellings, the current name first. */
  namesAt: (path: Path) => string[][];
  /** Text of the file, to find the line of a key. */
  text?: string;
  /** Paths that `--set` changed, whose values are not in the file. */
  changed?: readonly Path[];
}

/** One error for the first problem; the hint gives the number of further problems. */
export function configError(issues: readonly Issue[], context: IssueContext): KinoraError {
  const [first, ...rest] = issues.flatMap(flatten);
  const { path, expected, received, hint } = explain(first!, context);
  const more =
    rest.length === 0 ? [] : [`${rest.length} more problem${rest.length === 1 ? '' : 's'} after this one`];
  const hints = [...(hint === undefined ? [] : [hint]), ...more];
  return kinoraError(`config/${first!.code}`, place(path, context), expected, received, {
    hint: hints.length > 0 ? hints.join('; ') : undefined,
  });
}

/** zod reports several unknown keys as one issue, and the problems of a union as a tree. */
function flatten(issue: Issue): Issue[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ ...issue, keys: [key] }));
  return [issue];
}

function explain(issue: Issue, context: IssueContext) {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const near = nearestKey(key, context.namesAt(issue.path), context.spelling);
    const hint = near === undefined ? undefined : `the nearest valid key is "${near}"`;
    return { path: [...issue.path, key], expected: 'a known key', received: JSON.stringify(key), hint };
  }
  const received = show(valueAt(context.value, issue.path));
  return { path: issue.path, expected: expectation(issue), received, hint: suggestion(issue, received) };
}

/** The nearest valid key, in the spelling that the user prefers. */
function nearestKey(key: string, names: string[][], spelling: Spelling): string | undefined {
  const near = nearest(key, names.flat());
  const [inside, alias] = names.find((spellings) => spellings.includes(near!)) ?? [];
  const wantsAlias = /[a-z]_[a-z]/.test(key) || (spelling.prefersAliases && !/[a-z][A-Z]/.test(key));
  return wantsAlias ? (alias ?? inside) : inside;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected);
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'above' : 'of at least', Number(issue.minimum));
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'below' : 'of at most', Number(issue.maximum));
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return issue.errors.length > 0
        ? issue.errors.map((branch) => expectation(branch[0]!)).join(' or ')
        : `one of ${unionNames(issue).join(', ')}`;
    default:
      return issue.message;
  }
}

/** The names a discriminated union accepts. */
function unionNames(issue: Extract<Issue, { code: 'invalid_union' }>): string[] {
  const options = (issue as { options?: unknown }).options;
  return Array.isArray(options) ? options.map(String) : [];
}

function suggestion(issue: Issue, received: string): string | undefined {
  const values =
    issue.code === 'invalid_value'
      ? issue.values.map(String)
      : issue.code === 'invalid_union'
        ? unionNames(issue)
        : [];
  const near = values.length > 1 && received.startsWith('"') ? nearest(received, values) : undefined;
  return near === undefined ? undefined : `the nearest valid one is "${near}"`;
}

const TYPE_NAMES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
  tuple: 'an array',
};

function article(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

function bound(origin: string, relation: string, limit: number): string {
  if (origin === 'string') return 'a non-empty string';
  if (origin === 'array') return `an array of ${limit} items`;
  return `${article(origin)} ${relation} ${limit}`;
}

function valueAt(value: unknown, path: Path): unknown {
  // A bare value may replace an object (`"schedule": "cosine"`, `"crop": 84`): it is then its own inner value.
  const step = (inner: unknown, key: PropertyKey) =>
    typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : inner;
  return path.reduce<unknown>(step, value);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `configs/a.json:12, augment.rotation`, or `--set augment.rotation` */
function place(path: Path, { source, text, spelling, changed = [] }: IssueContext): string {
  const written = spelling.keys(path);
  const name = written.join('.');
  if (changed.some((part) => part.every((key, i) => key === path[i]))) return `--set ${name}`;
  const keys = written.filter((_, i) => typeof path[i] === 'string').reverse();
  const line =
    text === undefined ? undefined : keys.map((key) => lineOf(key, text)).find((n) => n !== undefined);
  const file = line === undefined ? source : `${source}:${line}`;
  return path.length === 0 ? file : `${file}, ${name}`;
}

/** Line of `"key":` if the text has it exactly once. */
function lineOf(key: string, text: string): number | undefined {
  const name = JSON.stringify(key).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pieces = text.split(new RegExp(`${name}\\s*:`));
  return pieces.length === 2 ? pieces[0]!.split('\n').length : undefined;
}
