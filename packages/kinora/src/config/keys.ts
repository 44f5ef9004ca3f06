/** The names that a zod schema accepts inside one of its objects: what a mistyped key is compared with. */
import type * as z from 'zod';

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  out?: z.ZodType;
  options?: z.ZodType[];
}

/** Keys valid at `path` inside `schema`; those of all alternatives where it is a union, none where it is no object. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path;
  const objects = shapes(schema);
  if (key === undefined) return [...new Set(objects.flatMap((shape) => Object.keys(shape)))];
  return objects.flatMap((shape) => {
    const inner = shape[String(key)];
    return inner === undefined ? [] : keysAt(inner, rest);
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
