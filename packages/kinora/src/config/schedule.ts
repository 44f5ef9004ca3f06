/**
 * How the learning rate moves. In a configuration either a bare name (`"schedule": "cosine"`) or an object that also
 * changes its settings (`"schedule": {"name": "plateau", "patience": 5}`).
 */
import * as z from 'zod';

const positive = z.number().positive();
const fraction = z.number().min(0).max(1);

const Plateau = z.strictObject({
  name: z.literal('plateau'),
  factor: z.number().gt(0).lt(1).default(0.6).describe('Factor on the learning rate.'),
  patience: z
    .int()
    .min(0)
    .default(3)
    .describe('Epochs without a better validation loss before the rate is lowered.'),
});

const Cosine = z.strictObject({ name: z.literal('cosine') });

const OneCycle = z.strictObject({
  name: z.literal('one_cycle'),
  rise: fraction.default(0.3).describe('Share of the steps in which the rate rises to `lr`.'),
  divFactor: positive.default(25).describe('The first rate is `lr / divFactor`.'),
  finalDivFactor: positive.default(1e4).describe('The last rate is the first one divided by this.'),
});

const Step = z.strictObject({
  name: z.literal('step'),
  every: z.int().positive().default(30).describe('Epochs between two changes.'),
  factor: z.number().gt(0).lt(1).default(0.1).describe('Factor on the learning rate.'),
});

const Constant = z.strictObject({ name: z.literal('constant') });

const Full = z.discriminatedUnion('name', [Plateau, Cosine, OneCycle, Step, Constant]);

export type Schedule = z.output<typeof Full>;

export const Schedule = z.preprocess(
  (value: Schedule['name'] | z.input<typeof Full>) => (typeof value === 'string' ? { name: value } : value),
  Full,
);
