/** The `augment` key: what training may change in a clip (see clip/augment-spec.ts), or `false` for nothing at all. */

import type { AugmentSpec } from '@kinora/clip';
import * as z from 'zod';
import { augmentSchema } from './clip-schema.js';

const NOTHING: Partial<AugmentSpec> = { rotation: 0, translate: 0 };

export const Augment = z.preprocess((value) => (value === false ? NOTHING : value), augmentSchema);
