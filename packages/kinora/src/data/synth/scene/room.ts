/**
 * What is behind the person: a wall with light falling off across it, furniture and pictures as soft rectangles,
 * slightly out of focus, with the grain of paint or paper. Positions and sizes are fractions of the picture.
 */
import type { Random } from '../random.js';
import { type Color, dim, hex, mixColor } from '../render/shading.js';

/** A picture in linear light, RGB `[height, width, 3]`. */
export interface Backdrop {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

const wallColors = '#d9d4ca #c9cdd0 #e7e2d6 #b9b3a6 #9fb0b5 #c4b29a #8e9aa6 #a7a58f #6f7680 #cbb8b0'.split(
  ' ',
);

/** Paints a room: linear RGB `[height, width, 3]`; `zoom` scales what is measured in pixels. */
export function paintRoom(width: number, height: number, zoom: number, rng: Random): Float32Array {
  const room = { width, height, pixels: new Float32Array(width * height * 3) };
  paintWall(room, rng);
  rng.pick(furnishings)(room, rng);
  if (rng.chance(0.4)) chair(room, rng);
  blur(room, Math.max(1, Math.round(zoom * rng.integer(1, 3))));
  addGrain(room, rng, rng.between(0.01, 0.045));
  return room.pixels;
}

function paintWall({ width, height, pixels }: Backdrop, rng: Random): void {
  const wall = hex(rng.pick(wallColors));
  const slopeX = rng.between(-0.45, 0.45);
  const slopeY = rng.between(-0.35, 0.35);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const k = 0.85 + slopeX * (x / width - 0.5) + slopeY * (y / height - 0.5);
      for (let c = 0; c < 3; c++) pixels[3 * (y * width + x) + c] = wall[c]! * k;
    }
  }
}

/** Texture of the wall: the same brightness noise at two sizes. */
function addGrain({ width, height, pixels }: Backdrop, rng: Random, strength: number): void {
  const coarse = Float32Array.from({ length: 32 * 32 }, () => rng.between(-1, 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const k = 1 + strength * (rng.between(-1, 1) + coarse[((y >> 2) & 31) * 32 + ((x >> 2) & 31)]!);
      for (let c = 0; c < 3; c++) pixels[3 * (y * width + x) + c]! *= k;
    }
  }
}

/** Fills a rectangle given in fractions of the picture, lighter at its top: by `fall` than at its bottom. */
export function box(
  { width, height, pixels }: Backdrop,
  x: number,
  y: number,
  w: number,
  h: number,
  color: Color,
  fall = 0.2,
): void {
  const right = Math.min(width, Math.round((x + w) * width));
  const bottom = Math.min(height, Math.round((y + h) * height));
  const top = Math.round(y * height);
  for (let row = Math.max(0, top); row < bottom; row++) {
    const k = 1 + fall / 2 - (fall * (row - top)) / Math.max(1, bottom - top);
    for (let column = Math.max(0, Math.round(x * width)); column < right; column++) {
      for (let c = 0; c < 3; c++) pixels[3 * (row * width + column) + c] = color[c]! * k;
    }
  }
}

/** Two box blurs in each direction: close enough to a lens out of focus. */
export function blur({ width, height, pixels }: Backdrop, radius: number): void {
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < height; y++) blurLine(pixels, 3 * y * width, 3, width, radius);
    for (let x = 0; x < width; x++) blurLine(pixels, 3 * x, 3 * width, height, radius);
  }
}

function blurLine(pixels: Float32Array, start: number, step: number, length: number, radius: number): void {
  const line = new Float32Array(length);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < length; i++) line[i] = pixels[start + c + i * step]!;
    const at = (i: number) => line[i < 0 ? 0 : i >= length ? length - 1 : i]!;
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      pixels[start + c + i * step] = sum / (2 * radius + 1);
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
}

/** Colours of furniture and of what lies on it. */
const thingColors =
  '#6d4a2f #8a6a48 #3d3a38 #f0eee8 #2f4b66 #7c2f2b #3f5c41 #c79a4b #55505e #a9b7be #1f1f22'.split(' ');

const thingColor = (rng: Random): Color => dim(hex(rng.pick(thingColors)), rng.between(0.6, 1.2));

function pictures(room: Backdrop, rng: Random): void {
  for (let i = rng.integer(1, 4); i > 0; i--) {
    const [x, y] = [rng.between(-0.05, 0.85), rng.between(-0.05, 0.4)];
    const [w, h] = [rng.between(0.1, 0.25), rng.between(0.15, 0.35)];
    box(room, x, y, w, h, thingColor(rng));
    box(room, x + 0.015, y + 0.025, w - 0.03, h - 0.05, thingColor(rng));
    box(room, x + 0.3 * w, y + 0.3 * h, 0.3 * w, 0.4 * h, thingColor(rng));
  }
}

function shelf(room: Backdrop, rng: Random): void {
  const left = rng.between(-0.3, 0.3);
  const board = thingColor(rng);
  box(room, left, 0, 0.9, 1, dim(board, 0.45));
  const step = rng.between(0.2, 0.32);
  for (let y = rng.between(-0.2, 0); y < 1; y += step) {
    for (let x = left + 0.02; x < left + 0.86; ) {
      const w = rng.between(0.012, 0.04);
      const h = step * rng.between(0.5, 0.85);
      if (rng.chance(0.85)) box(room, x, y + step - h, w, h, thingColor(rng));
      x += w;
    }
    box(room, left, y + step, 0.9, 0.03, board);
  }
}

function windowPane(room: Backdrop, rng: Random): void {
  const [x, y] = [rng.between(-0.1, 0.6), rng.between(-0.15, 0.1)];
  const [w, h] = [rng.between(0.3, 0.5), rng.between(0.5, 0.8)];
  const sky = mixColor(hex('#dfe9f2'), hex('#fff3dc'), rng.between(0, 1));
  box(room, x, y, w, h, thingColor(rng));
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
  const color = thingColor(rng);
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
      thingColor(rng),
    );
  }
}

function curtains(room: Backdrop, rng: Random): void {
  const color = thingColor(rng);
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
function chair(room: Backdrop, rng: Random): void {
  box(
    room,
    rng.between(0.2, 0.32),
    rng.between(0.38, 0.55),
    rng.between(0.36, 0.5),
    0.7,
    dim(hex(rng.pick(thingColors)), 0.5),
  );
}

/** Every room gets one of these; some rooms stay plain. */
const furnishings: readonly ((room: Backdrop, rng: Random) => void)[] = [
  () => {},
  pictures,
  shelf,
  windowPane,
  door,
  clutter,
  clutter,
  curtains,
];
