/**
 * What belongs to using a trained network beyond its preprocessing: the temperature of its probabilities, the settings of live
 * recognition that were fitted for it, and what other movements look like to it. It is stored beside the preprocessing spec in
 * checkpoints and exported models, and applied by the trainer, the recognizer and the studio.
 */
import { type BackgroundSpec, checkBackground } from './background.js';
import { above, type Check, fields, refuse } from './checks.js';
import type { KinoraError } from './error.js';
import { defaultLiveSettings, type LiveSettings, withChanges } from './live/settings.js';

export interface PostprocessSpec {
  /**
   * Logits are divided by it before the softmax, so that probabilities are as often right as they say: temperature
   * scaling (Guo et al., ICML 2017, section 4.2). 1 leaves them as they are.
   */
  readonly temperature: number;
  /** Settings of live recognition that differ from the defaults. */
  readonly settings: Partial<LiveSettings>;
  /** What other movements look like to the network, for gestures that are taught on its features. */
  readonly background?: BackgroundSpec | undefined;
}

/** What a model does that nothing was fitted for. */
export const postprocessDefaults: PostprocessSpec = { temperature: 1, settings: {} };

const settings: Check<Partial<LiveSettings>> = (value, where) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(where, 'an object', value);
  try {
    withChanges(defaultLiveSettings, value);
  } catch (error) {
    const { where: name = 'settings', expected } = (error as KinoraError).parts;
    const [, key = ''] = name.split('.');
    return refuse(`${where}.${key}`, expected, (value as Record<string, unknown>)[key]);
  }
  return value;
};

const checkPostprocess = fields<PostprocessSpec>(
  { temperature: above([0, 1000]), settings, background: checkBackground },
  postprocessDefaults,
);

/** Reads it from JSON data. Missing fields get their defaults; unknown fields are an error. */
export function parsePostprocess(value: unknown, where = 'postprocessing spec'): PostprocessSpec {
  return checkPostprocess(value, where);
}
