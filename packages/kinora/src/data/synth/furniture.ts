/** What stands in rooms and hangs on walls, as rectangles in fractions of the picture. */
import { type Backdrop, box } from './backdrop.js';
import { type Color, dim, hex, mixColor } from './materials.js';
import type { Random } from './random.js';

const things =
  '#6d4a2f #8a6a48 #3d3a38 #f0eee8 #2f4b66 #7c2f2b #3f5c41 #c79a4b #55505e #a9b7be #1f1f22'.split(' ');

const thing = (rng: Random): Color => dim(hex(rng.pick(things)), rng.between(0.6, 1.2));

function pictures(room: Backdrop, rng: Random): void {
  for (let i = rng.integer(1, 4); i > 0; i--) {
    const [x, y] = [rng.between(-0.05, 0.85), rng.between(-0.05, 0.4)];
    const [w, h] = [rng.between(0.1, 0.25), rng.between(0.15, 0.35)];
    box(room, x, y, w, h, thing(rng));
    box(room, x + 0.015, y + 0.025, w - 0.03, h - 0.05, thing(rng));
    box(room, x + 0.3 * w, y + 0.3 * h, 0.3 * w, 0.4 * h, thing(rng));
  }
}

function shelf(room: Backdrop, rng: Random): void {
  const left = rng.between(-0.3, 0.3);
  const board = thing(rng);
  box(room, left, 0, 0.9, 1, dim(board, 0.45));
  const step = rng.between(0.2, 0.32);
  for (let y = rng.between(-0.2, 0); y < 1; y += step) {
    for (let x = left + 0.02; x < left + 0.86; ) {
      const w = rng.between(0.012, 0.04);
      const h = step * rng.between(0.5, 0.85);
      if (rng.chance(0.85)) box(room, x, y + step - h, w, h, thing(rng));
      x += w;
    }
    box(room, left, y + step, 0.9, 0.03, board);
  }
}

function windowPane(room: Backdrop, rng: Random): void {
  const [x, y] = [rng.between(-0.1, 0.6), rng.between(-0.15, 0.1)];
  const [w, h] = [rng.between(0.3, 0.5), rng.between(0.5, 0.8)];
  const sky = mixColor(hex('#dfe9f2'), hex('#fff3dc'), rng.between(0, 1));
  box(room, x, y, w, h, thing(rng));
  for (const i of [0, 1]) {
    for (const j of [0, 1]) {
      box(
        room,
        x + 0.02 + (i * w) / 2,
        y + 0.03 + (j * h) / 2,
        w / 2 - 0.03,
        h / 2 - 0.04,
        dim(sky, rng.between(0.9, 1.3)),
      );
    }
  }
  if (rng.chance(0.5)) box(room, x + 0.02, y + 0.65 * h, w - 0.04, 0.2 * h, hex('#58704a'));
}

function door(room: Backdrop, rng: Random): void {
  const x = rng.between(0, 0.75);
  const color = thing(rng);
  box(room, x, 0.02, 0.28, 1, dim(color, 0.6));
  box(room, x + 0.015, 0.04, 0.25, 1, color);
  for (const y of [0.1, 0.55]) box(room, x + 0.05, y, 0.18, 0.36, dim(color, 0.82));
  box(room, x + 0.025, 0.5, 0.015, 0.05, hex('#d5c79a'));
}

function clutter(room: Backdrop, rng: Random): void {
  for (let i = rng.integer(5, 14); i > 0; i--) {
    box(
      room,
      rng.between(-0.1, 0.95),
      rng.between(-0.1, 0.9),
      rng.between(0.04, 0.35),
      rng.between(0.05, 0.4),
      thing(rng),
    );
  }
}

function curtains(room: Backdrop, rng: Random): void {
  const color = thing(rng);
  const [left, folds] = [rng.between(-0.2, 0.5), rng.integer(5, 14)];
  for (let i = 0; i < folds; i++) {
    box(
      room,
      left + (0.6 * i) / folds,
      0,
      0.6 / folds,
      1,
      dim(color, 0.8 + 0.35 * Math.abs(Math.sin(i * 1.9))),
    );
  }
}

/** Behind the person. */
export function chair(room: Backdrop, rng: Random): void {
  box(
    room,
    rng.between(0.2, 0.32),
    rng.between(0.38, 0.55),
    rng.between(0.36, 0.5),
    0.7,
    dim(hex(rng.pick(things)), 0.5),
  );
}

/** One of these is in each room; some rooms are plain. */
export const furnishings: readonly ((room: Backdrop, rng: Random) => void)[] = [
  () => {},
  pictures,
  shelf,
  windowPane,
  door,
  clutter,
  clutter,
  curtains,
];
