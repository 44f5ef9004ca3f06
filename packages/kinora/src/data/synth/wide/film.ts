/**
 * What cameras and light do to a clip over time, beyond noise: a hand-held camera, exposure and white balance that drift,
 * lamps that flicker or are switched, colours of cheap sensors, soft or over-sharpened pictures, and frames shown twice. All
 * of it has the same distribution forwards and backwards in time.
 */
import type { Random } from '../random.js';
import { drawSway, type Film, swayAt } from '../scene/scene.js';

/** Draws the film of one take of `frames` frames. */
export function drawFilm(rng: Random, zoom: number, frames: number): Film {
  const shake = zoom * (rng.chance(0.35) ? rng.between(0.3, 3.5) : 0);
  const drift = rng.chance(0.4) ? rng.between(0.02, 0.2) : 0.02;
  const [x, y] = [drawSway(rng, shake), drawSway(rng, shake)];
  const channels = [0, 1, 2].map(() => drawSway(rng, 0.4 * drift));
  const gain = drawSway(rng, drift);
  const lamp = drawLamp(rng, frames);
  const flicker = rng.chance(0.12) ? rng.between(0.005, 0.03) : 0;
  const flickers = Float32Array.from({ length: frames }, () => flicker * rng.normal());
  const cast = [0, 1, 2].map(() => Math.exp(rng.normal(0, 0.09)));
  const light = rng.between(0.72, 1.4);
  const colour = gradeOf(rng.between(0.35, 1.35));
  const sharpness = rng.pick([0, 0, rng.between(0.3, 1), rng.between(-1, -0.3)]);
  const buffers = { moved: new Float32Array(0), line: new Float32Array(0) };
  const repeated = rng.chance(0.15) ? rng.between(0.05, 0.25) : 0;
  const shown = Array.from({ length: frames }, (_, t) => t);
  for (let t = 1; t < frames; t++) if (rng.chance(repeated)) shown[t] = shown[t - 1]!;
  return {
    shown: (t) => shown[Math.min(frames - 1, Math.max(0, Math.round(t)))] ?? t,
    take: (frame, width, height, t) => {
      if (buffers.moved.length !== frame.length) {
        buffers.moved = new Float32Array(frame.length);
        buffers.line = new Float32Array(3 * width);
      }
      if (shake > 0) shift(frame, buffers.moved, width, height, swayAt(x, t), swayAt(y, t));
      const level = light * lamp(t) * (1 + swayAt(gain, t)) * (1 + (flickers[Math.round(t)] ?? 0));
      const gains = channels.map((sway, c) => level * cast[c]! * (1 + swayAt(sway, t)));
      grade(frame, colour, gains);
      if (sharpness !== 0) soften(frame, buffers.moved, width, height, sharpness);
    },
  };
}

/** Mostly steady; sometimes switched on or off within a few frames. */
function drawLamp(rng: Random, frames: number): (t: number) => number {
  if (!rng.chance(0.07)) return () => 1;
  const [at, length, low] = [rng.between(0, frames), rng.between(0.5, 4), rng.between(0.45, 0.85)];
  const direction = rng.pick([-1, 1]);
  return (t) => low + (1 - low) / (1 + Math.exp((-4 * direction * (t - at)) / length));
}

/** Mixes each channel with the luma (Rec. 709): below 1 paler, above 1 more colourful. */
function gradeOf(saturation: number): readonly number[] {
  const luma = [0.2126, 0.7152, 0.0722];
  return [0, 1, 2].flatMap((row) =>
    luma.map((weight, column) => (1 - saturation) * weight + (row === column ? saturation : 0)),
  );
}

function grade(frame: Float32Array, m: readonly number[], [red, green, blue]: readonly number[]): void {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, ...number[]] & readonly number[];
  for (let at = 0; at < frame.length; at += 3) {
    const [r, s, t] = [frame[at]!, frame[at + 1]!, frame[at + 2]!];
    frame[at] = Math.max(0, red! * (a * r + b * s + c * t));
    frame[at + 1] = Math.max(0, green! * (d! * r + e! * s + f! * t));
    frame[at + 2] = Math.max(0, blue! * (g! * r + h! * s + i! * t));
  }
}

/** Moves the frame by (dx, dy) pixels, bilinearly; its edges repeat. */
function shift(
  frame: Float32Array,
  scratch: Float32Array,
  width: number,
  height: number,
  dx: number,
  dy: number,
): void {
  scratch.set(frame);
  const [sx, sy] = [Math.floor(-dx), Math.floor(-dy)];
  const [fx, fy] = [-dx - sx, -dy - sy];
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const inside = (v: number, size: number) => (v < 0 ? 0 : v >= size ? size - 1 : v);
  for (let y = 0; y < height; y++) {
    const [top, low] = [inside(y + sy, height) * width, inside(y + sy + 1, height) * width];
    for (let x = 0; x < width; x++) {
      const [left, right] = [inside(x + sx, width), inside(x + sx + 1, width)];
      const [a, b, c, d] = [3 * (top + left), 3 * (top + right), 3 * (low + left), 3 * (low + right)];
      const at = 3 * (y * width + x);
      for (let k = 0; k < 3; k++)
        frame[at + k] =
          w00 * scratch[a + k]! + w10 * scratch[b + k]! + w01 * scratch[c + k]! + w11 * scratch[d + k]!;
    }
  }
}

/** Adds `amount` times the difference from the frame blurred by [1, 2, 1] in both directions; below 0 sharpens. */
function soften(frame: Float32Array, scratch: Float32Array, width: number, height: number, amount: number) {
  const row = 3 * width;
  for (let y = 0; y < height; y++) {
    const [from, up, down] = [y * row, Math.max(0, y - 1) * row, Math.min(height - 1, y + 1) * row];
    for (let i = 0; i < row; i++)
      scratch[from + i] = 0.25 * (frame[up + i]! + 2 * frame[from + i]! + frame[down + i]!);
  }
  for (let y = 0; y < height; y++) {
    for (let i = 3; i < row - 3; i++) {
      const at = y * row + i;
      const blurred = 0.25 * (scratch[at - 3]! + 2 * scratch[at]! + scratch[at + 3]!);
      frame[at] = Math.max(0, frame[at]! + amount * (blurred - frame[at]!));
    }
  }
}
