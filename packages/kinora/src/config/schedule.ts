/**
 * How the learning rate moves. In a configuration either a bare name (`"schedule": "cosine"`) or an object that also
 * changes its settings (`"schedule": {"name": "plateau", "patience": 5}`).
 */
import * as z from 'zod';

const positive = z.number().positive();
const fraction = z.number().min(0).max(1);

const Plateau = z.strictObject({
  name: z.literal('plateau'),
  factor: z.number().gt(0).lt(1).default(0.6).describe('multiplies the rate'),
  patience: z.int().min(0).default(3).describe('epochs without a better validation loss before that'),
});

const Cosine = z.strictObject({ name: z.literal('cosine') });

const OneCycle = z.strictObject({
  name: z.literal('one_cycle'),
  rise: fraction.default(0.3).describe('share of the steps spent rising to lr'),
  div_factor: positive.default(25).describe('first rate is lr / div_factor'),
  final_div_factor: positive.default(1e4).describe('last rate is the first / final_div_factor'),
});

const Step = z.strictObject({
  name: z.literal('step'),
  every: z.int().positive().default(30).describe('epochs between two changes'),
  factor: z.number().gt(0).lt(1).default(0.1).describe('multiplies the rate'),
});

const Constant = z.strictObject({ name: z.literal('constant') });

const Full = z.discriminatedUnion('name', [Plateau, Cosine, OneCycle, Step, Constant]);

export const Schedule = z.preprocess((value) => (typeof value === 'string' ? { name: value } : value), Full);
export type Schedule = z.output<typeof Full>;
