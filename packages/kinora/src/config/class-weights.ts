/** The `class_weights` key: `"balanced"`, or factors by label, such as `{"Stop Sign": 2}`; labels left out count 1. */
import * as z from 'zod';

export const ClassWeights = z.union([
  z.literal('balanced'),
  z.record(z.string(), z.number().min(0), { error: 'factors by label' }),
]);
export type ClassWeights = z.output<typeof ClassWeights>;
