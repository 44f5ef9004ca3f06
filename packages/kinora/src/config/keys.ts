/** What a zod schema accepts at a path inside it: names, to compare a mistyped key with, and values. */
import type * as z from 'zod';

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  out?: z.ZodType;
  options?: z.ZodType[];
}

/** Keys valid at `path` inside `schema`; those of all alternatives if it is a union, none if it is not an object. */
export const keysAt = (schema: z.ZodType, path: readonly PropertyKey[]): string[] => [
  ...new Set(schemasAt(schema, path).flatMap(shapes).flatMap(Object.keys)),
];

/** Whether `value` is valid at `path` inside `schema`, according to at least one of the alternatives. */
export const acceptsAt = (schema: z.ZodType, path: readonly PropertyKey[], value: unknown): boolean =>
  schemasAt(schema, path).some((inner) => inner.safeParse(value).success);

function schemasAt(schema: z.ZodType, [key, ...rest]: readonly PropertyKey[]): z.ZodType[] {
  if (key === undefined) return [schema];
  return shapes(schema).flatMap((shape) => {
    return Object.hasOwn(shape, key) ? schemasAt(shape[String(key)]!, rest) : [];
  });
}

/** The object shapes behind defaults, optionals, preprocessing and unions. */
function shapes(schema: z.ZodType): Record<string, z.ZodType>[] {
  const definition = schema.def as unknown as Definition;
  if (definition.shape !== undefined) return [definition.shape];
  if (definition.options !== undefined) return definition.options.flatMap(shapes);
  const inner = definition.innerType ?? definition.out;
  return inner === undefined ? [] : shapes(inner);
}
