/** What a zod schema accepts at a place inside it: names, with which a mistyped key is compared, and values. */
import type * as z from 'zod';

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  out?: z.ZodType;
  options?: z.ZodType[];
}

/** Keys valid at `path` inside `schema`; those of all alternatives where it is a union, none where it is no object. */
export const keysAt = (schema: z.ZodType, path: readonly PropertyKey[]): string[] => [
  ...new Set(schemasAt(schema, path).flatMap(shapes).flatMap(Object.keys)),
];

/** Whether `value` may stand at `path` inside `schema`, by one of the alternatives at least. */
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
