/** The keys of a configuration as fields of a form, from its JSON schema. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Settings = Readonly<Record<string, Json>>;

export interface Field {
  readonly key: string;
  readonly description: string;
  readonly initial: Json | undefined;
  readonly kind: 'flag' | 'choice' | 'number' | 'text' | 'json';
  readonly options: readonly string[];
}

interface Schema {
  readonly description?: string;
  readonly default?: Json;
  readonly type?: string;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Undefined if the schema has no such key. */
export function fieldOf(schema: Readonly<Record<string, unknown>>, key: string): Field | undefined {
  const found = (schema as Schema).properties?.[key];
  if (found === undefined) return undefined;
  const options = (found.enum ?? []).filter((one): one is string => typeof one === 'string');
  const kind = found.enum ? 'choice' : (KINDS[found.type ?? ''] ?? 'json');
  return { key, description: found.description ?? '', initial: found.default, kind, options };
}

const KINDS: Readonly<Record<string, Field['kind']>> = {
  boolean: 'flag',
  number: 'number',
  integer: 'number',
  string: 'text',
};

/** What was typed as a value of the field. Throws a `SyntaxError` for broken JSON. */
export function readValue({ kind }: Field, text: string): Json {
  if (kind === 'text' || kind === 'choice') return text;
  if (kind === 'number') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new SyntaxError('a number is expected');
    return value;
  }
  return JSON.parse(text) as Json;
}

export const textOf = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** The command line with the changes as `--set key=value`. */
export const withChanges = (command: string, changes: Settings): string =>
  [
    command,
    ...Object.entries(changes).map(([key, value]) => `--set ${quoted(`${key}=${textOf(value)}`)}`),
  ].join(' ');

const quoted = (word: string): string =>
  /^[\w=.,/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
