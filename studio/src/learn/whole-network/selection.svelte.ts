/** The layer and cell that the figures of this chapter look at. */
import type { Place } from './cell.js';

export const selection = $state<{ layer: number; place: Place }>({
  layer: 2,
  place: { channel: 0, at: [8, 10, 10] },
});
