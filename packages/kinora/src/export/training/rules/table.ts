/** The table: how each of libtorch's operators is differentiated. To support another one, add it to its family. */
import type { Rule } from '../rule.js';
import { convolutions } from './convolution.js';
import { elementwise } from './elementwise.js';
import { normalisation } from './normalisation.js';
import { pooling } from './pooling.js';
import { shapes } from './shape.js';

export const rules: Readonly<Record<string, Rule>> = {
  ...convolutions,
  ...pooling,
  ...elementwise,
  ...normalisation,
  ...shapes,
};
