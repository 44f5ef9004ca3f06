import { expect, it } from 'vitest';
import { designs, FRAMES, momentsOf } from './designs.js';

it.each(designs.map((design) => [design.name, design] as const))(
  '%s runs no box before its inputs',
  (_, design) => {
    const { boxes, arrows } = design;
    for (const { from, to } of arrows) {
      expect(boxes[to]).toBeDefined();
      if (from >= 0) expect(boxes[from]!.moment).toBeLessThan(boxes[to]!.moment);
      else expect(-1 - from).toBeLessThan(FRAMES);
    }
    expect(boxes.every((_, i) => arrows.some(({ to }) => to === i))).toBe(true);
    expect(boxes.at(-1)).toMatchObject({ kind: 'verdict', moment: momentsOf(design) - 2 });
  },
);
