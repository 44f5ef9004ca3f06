/** The keys of a configuration as text: for `kinora config`, the reference page, and editors. */
import * as z from 'zod';
import { keyGroups, runConfigSchema } from './schema.js';
import { aliasOf } from './spelling.js';

export interface KeyReference {
  /** Dotted, such as `augment.rotation`. */
  key: string;
  /** Another spelling that files may use. */
  alias?: string;
  /** Values, such as `integer >= 1` or `"zeros" | "resize"`. */
  type: string;
  /** A JSON value, or words if it depends on something else. Undefined if a value is required. */
  byDefault?: string;
  description: string;
}

export type Group = keyof typeof keyGroups;

/** All keys by group, those inside `augment` and `schedule` after the key itself. */
export function keyReference(): Record<Group, KeyReference[]> {
  const { properties = {} } = jsonSchema();
  const groups = Object.entries(keyGroups).map(([group, keys]) => [
    group,
    Object.keys(keys).flatMap((key) => [
      reference([key], properties[key]!),
      ...inner([key], properties[key]!),
    ]),
  ]);
  return Object.fromEntries(groups) as Record<Group, KeyReference[]>;
}

/** A JSON schema (draft 7) of configuration files, for editors. Aliases are properties of their own. */
export function editorSchema(): object {
  const { properties, ...rest } = jsonSchema();
  const $schema = { type: 'string', description: 'Path or address of this schema, for editors.' };
  return {
    title: 'Kinora configuration',
    ...rest,
    properties: { $schema, ...withAliases(properties ?? {}, []) },
  };
}

/** The parts of JSON schema that configurations use. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema | Schema[];
  additionalProperties?: Schema | boolean;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  /** What `meta` in schema.ts contains beyond JSON schema. */
  byDefault?: string;
  shorthand?: Schema;
}

const jsonSchema = (): Schema =>
  z.toJSONSchema(runConfigSchema, { io: 'input', target: 'draft-7' }) as unknown as Schema;

/** The keys inside an object. Variants of a union may share a key; where its default differs, that of each is named. */
function inner(above: string[], schema: Schema): KeyReference[] {
  const found = new Map<string, { reference: KeyReference; defaults: Map<string, string | undefined> }>();
  for (const { properties = {} } of [schema, ...(schema.oneOf ?? [])]) {
    for (const [key, property] of Object.entries(properties)) {
      if (property.description === undefined || property.const !== undefined) continue;
      const entry = found.get(key) ?? {
        reference: reference([...above, key], property),
        defaults: new Map(),
      };
      found.set(key, entry);
      entry.defaults.set(String(properties.name?.const), defaultText(property));
    }
  }
  return [...found.values()].map(({ reference, defaults }) => {
    if (new Set(defaults.values()).size === 1) return reference;
    const each = [...defaults].map(([variant, value]) => `${variant}: ${value}`);
    return { ...reference, byDefault: each.join(', ') };
  });
}

function reference(path: string[], schema: Schema): KeyReference {
  const alias = aliasOf(path);
  const byDefault = defaultText(schema);
  return {
    key: path.join('.'),
    ...(alias === undefined ? {} : { alias: [...path.slice(0, -1), alias].join('.') }),
    type: typeText(schema),
    ...(byDefault === undefined ? {} : { byDefault }),
    description: schema.description ?? '',
  };
}

function defaultText({ byDefault, default: value }: Schema): string | undefined {
  return byDefault ?? (value === undefined ? undefined : JSON.stringify(value));
}

function typeText(schema: Schema): string {
  const { shorthand, anyOf, oneOf } = schema;
  const short = shorthand === undefined ? [] : [typeText(shorthand)];
  const long = anyOf ?? oneOf?.slice(0, 1) ?? [schema];
  return [...new Set([...short, ...long.filter(isNoNull).map(plainType)])].join(' | ');
}

const isNoNull = ({ type }: Schema): boolean => type !== 'null';

function plainType(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(schema.items)) return `[${schema.items.map(typeText).join(', ')}]`;
  if (schema.items !== undefined) return `array of ${typeText(schema.items)}`;
  const range = schema.type === 'integer' || schema.type === 'number' ? rangeText(schema) : '';
  return `${schema.type ?? 'any'}${range}`;
}

/** ` >= 1`, ` in [0, 1)`; nothing where any number will do. */
function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = minimum ?? exclusiveMinimum ?? Number.MIN_SAFE_INTEGER;
  const high = maximum ?? exclusiveMaximum ?? Number.MAX_SAFE_INTEGER;
  const [hasLow, hasHigh] = [low !== Number.MIN_SAFE_INTEGER, high !== Number.MAX_SAFE_INTEGER];
  if (hasLow && hasHigh)
    return ` in ${minimum === undefined ? '(' : '['}${low}, ${high}${maximum === undefined ? ')' : ']'}`;
  if (hasLow) return minimum === undefined ? ` > ${low}` : ` >= ${low}`;
  return '';
}

/** The same properties, shorthands among their types, and the aliases of each after it. */
function withAliases(properties: Record<string, Schema>, above: string[]): Record<string, Schema> {
  const entries = Object.entries(properties).flatMap(([key, schema]) => {
    const path = [...above, key];
    const property = editorProperty(schema, path);
    const alias = aliasOf(path);
    if (alias === undefined) return [[key, property] as const];
    const description = `Other spelling of \`${key}\`. ${property.description ?? ''}`.trim();
    return [[key, property] as const, [alias, { ...property, description }] as const];
  });
  return Object.fromEntries(entries);
}

function editorProperty({ byDefault, shorthand, ...schema }: Schema, path: string[]): Schema {
  const { description, default: value, ...type } = schema;
  const nested = {
    ...type,
    ...(type.properties && { properties: withAliases(type.properties, path) }),
    ...(type.oneOf && { oneOf: type.oneOf.map((one) => editorProperty(one, path)) }),
  };
  const text = byDefault === undefined ? description : `${description} Default: ${byDefault}.`;
  return {
    ...(text === undefined ? {} : { description: text }),
    ...(value === undefined || value === null ? {} : { default: value }),
    ...(shorthand === undefined ? nested : { anyOf: [shorthand, nested] }),
  };
}
