/**
 * What is behind the person: a wall with light falling off across it, furniture and pictures as soft
 * rectangles, a little out of focus, with the grain of paint or paper.
 */
import { type Backdrop, blur } from '../backdrop.js';
import { chair, furnishings } from '../furniture.js';
import { hex } from '../materials.js';
import type { Random } from '../random.js';

const walls = '#d9d4ca #c9cdd0 #e7e2d6 #b9b3a6 #9fb0b5 #c4b29a #8e9aa6 #a7a58f #6f7680 #cbb8b0'.split(' ');

/** Paints a room: linear RGB `[height, width, 3]`. */
export function paintRoom(width: number, height: number, rng: Random): Float32Array {
  const room = { width, height, pixels: new Float32Array(width * height * 3) };
  paintWall(room, rng);
  rng.pick(furnishings)(room, rng);
  if (rng.chance(0.4)) chair(room, rng);
  blur(room, rng.integer(1, 3));
  addGrain(room, rng, rng.between(0.01, 0.045));
  return room.pixels;
}

function paintWall({ width, height, pixels }: Backdrop, rng: Random): void {
  const wall = hex(rng.pick(walls));
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
