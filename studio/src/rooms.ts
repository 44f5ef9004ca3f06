/** The rooms of the studio. To add one, add a row. */
import type { Component } from 'svelte';
import Data from './data/Data.svelte';
import Evaluate from './evaluate/Evaluate.svelte';
import Explain from './explain/Explain.svelte';
import Learn from './learn/Learn.svelte';
import Live from './live/Live.svelte';
import Teach from './teach/Teach.svelte';
import Train from './train/Train.svelte';
import Use from './use/Use.svelte';

export interface Room {
  /** The first part of the address after `#/`. */
  readonly path: string;
  readonly name: string;
  /** @param rest the rest of the address */
  readonly view: Component<{ rest: readonly string[] }>;
  /** Whether it works on a project with the engine, rather than on the data of the site. */
  readonly bench?: boolean;
}

export const rooms: readonly [Room, ...Room[]] = [
  { path: 'learn', name: 'Learn', view: Learn },
  { path: 'explain', name: 'Explain', view: Explain },
  { path: 'live', name: 'Live', view: Live },
  { path: 'teach', name: 'Teach', view: Teach },
  { path: 'data', name: 'Data', view: Data, bench: true },
  { path: 'train', name: 'Train', view: Train, bench: true },
  { path: 'evaluate', name: 'Evaluate', view: Evaluate, bench: true },
  { path: 'use', name: 'Use', view: Use, bench: true },
];
