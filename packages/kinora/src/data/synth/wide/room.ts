/**
 * Rooms of the wide variety: walls of any colour and texture, any number of things in front of them, other people and
 * screens that move behind the performer, and things that hide a part of them. Positions and sizes are fractions of the picture.
 */
import type { Random } from '../random.js';
import { type Color, dim } from '../render/shading.js';
import { type Backdrop, blur, box, paintRoom } from '../scene/room.js';
import { type Drawing, drawSway, swayAt } from '../scene/scene.js';

/** Any colour, linear RGB. */
export function anyColor(rng: Random, dark = 0.02, bright = 1): Color {
  const [hue, saturation] = [rng.between(0, 6), rng.between(0, 1) ** 1.5];
  const value = dark + (bright - dark) * rng.between(0, 1) ** 1.6;
  const channel = (shift: number): number => {
    const k = (hue + shift) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Paints a room: linear RGB `[height, width, 3]`. */
export function paintWideRoom(width: number, height: number, zoom: number, rng: Random): Float32Array {
  if (rng.chance(0.35)) return paintRoom(width, height, zoom, rng);
  const room: Backdrop = { width, height, pixels: new Float32Array(width * height * 3) };
  paintTexture(room, zoom, rng);
  const things = rng.pick([0, 2, 6, 12, 24]);
  for (let i = 0; i < things; i++) {
    const [x, y] = [rng.between(-0.1, 1.1), rng.between(-0.1, 1.1)];
    const size = rng.between(0.02, 0.3);
    const [w, h] = [size * rng.between(0.3, 2), size * rng.between(0.3, 2)];
    const color = anyColor(rng);
    if (rng.chance(0.6)) box(room, x, y, w, h, color, 0);
    else ellipse(room, x, y, w / 2, h / 2, color);
  }
  blur(room, Math.round(zoom * rng.pick([0, 1, 2, 3])));
  return room.pixels;
}

/** A wall: a colour with waves of several lengths and a fall-off of light across it. */
function paintTexture({ width, height, pixels }: Backdrop, zoom: number, rng: Random): void {
  const [base, other] = [anyColor(rng, 0.04, 0.9), anyColor(rng, 0.04, 0.9)];
  const contrast = rng.pick([0, 0.15, 0.4, 0.8]);
  const waves = Array.from({ length: 6 }, () => {
    const angle = rng.between(0, 2 * Math.PI);
    const rate = (2 * Math.PI) / (zoom * rng.pick([3, 5, 9, 16, 30, 60]) * rng.between(0.7, 1.4));
    return [rate * Math.cos(angle), rate * Math.sin(angle), rng.between(0, 6.3), rng.between(0, 1)] as const;
  });
  const total = waves.reduce((sum, [, , , weight]) => sum + weight, 0) || 1;
  const [slopeX, slopeY] = [rng.between(-0.6, 0.6), rng.between(-0.6, 0.6)];
  const hard = rng.chance(0.3);
  const grain = rng.between(0, 0.08);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let wave = 0;
      for (const [fx, fy, phase, weight] of waves) wave += weight * Math.sin(fx * x + fy * y + phase);
      wave /= total;
      if (hard) wave = wave > 0 ? 0.5 : -0.5;
      const t = contrast * (0.5 + wave);
      const k = 1 + slopeX * (x / width - 0.5) + slopeY * (y / height - 0.5) + grain * rng.between(-1, 1);
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) pixels[at + c] = k * (base[c]! + t * (other[c]! - base[c]!));
    }
  }
}

/** What moves behind the person, if anything does. */
export function drawBehind(rng: Random, zoom: number, frames: number): Drawing | undefined {
  const kinds = rng.pick(['nothing', 'nothing', 'nothing', 'person', 'person', 'screen', 'leaves'] as const);
  switch (kinds) {
    case 'nothing':
      return undefined;
    case 'person':
      return passerBy(rng, zoom, frames);
    case 'screen':
      return screen(rng, frames);
    case 'leaves':
      return leaves(rng, zoom);
    default:
      return kinds satisfies never;
  }
}

/** Another person, small and out of focus, who walks by or stands and sways. */
function passerBy(rng: Random, zoom: number, frames: number): Drawing {
  const [skin, shirt, hair] = [anyColor(rng, 0.1, 0.8), anyColor(rng), anyColor(rng, 0.01, 0.3)];
  const size = rng.between(0.08, 0.2);
  const [x, y] = [rng.between(0, 1), rng.between(0.15, 0.5)];
  const speed = rng.chance(0.6) ? rng.pick([-1, 1]) * rng.between(0.006, 0.035) : 0;
  const [bob, sway] = [drawSway(rng, 3 * zoom), drawSway(rng, 6 * zoom)];
  return (pixels, width, height, t) => {
    const picture = { width, height, pixels };
    const cx = x + speed * (t - frames / 2) + swayAt(sway, t) / width;
    const cy = y + swayAt(bob, t) / height;
    const wide = (0.75 * size * height) / width;
    ellipse(picture, cx, cy + 2.6 * size, 1.6 * wide, 1.7 * size, shirt);
    ellipse(picture, cx, cy - 0.12 * size, wide * 0.8, size * 0.95, hair);
    ellipse(picture, cx, cy + 0.1 * size, wide * 0.68, size * 0.8, skin);
  };
}

/** A television: its picture changes every few frames. */
function screen(rng: Random, frames: number): Drawing {
  const [x, y, w, h] = [
    rng.between(-0.1, 0.8),
    rng.between(-0.1, 0.5),
    rng.between(0.15, 0.4),
    rng.between(0.15, 0.4),
  ];
  const every = rng.integer(2, 12);
  const shots = Array.from({ length: Math.ceil(frames / every) + 2 }, () => [
    anyColor(rng, 0.05, 1.2),
    anyColor(rng, 0.05, 1.2),
    rng.between(0, 1),
  ]) as [Color, Color, number][];
  return (pixels, width, height, t) => {
    const picture = { width, height, pixels };
    const [back, front, at] = shots[Math.max(0, Math.min(shots.length - 1, Math.floor(t / every)))]!;
    box(picture, x, y, w, h, back, 0);
    box(picture, x + 0.6 * w * at, y + 0.3 * h, 0.4 * w, 0.5 * h, front, 0);
  };
}

/** A plant in the wind. */
function leaves(rng: Random, zoom: number, x: number = rng.between(0, 1)): Drawing {
  const y = rng.between(0.1, 0.7);
  const all = Array.from({ length: rng.integer(4, 10) }, () => ({
    ...{ x: x + rng.normal(0, 0.08), y: y + rng.normal(0, 0.12) },
    ...{ w: rng.between(0.01, 0.04), h: rng.between(0.03, 0.1) },
    ...{ color: anyColor(rng, 0.03, 0.5), sway: drawSway(rng, 5 * zoom) },
  }));
  return (pixels, width, height, t) => {
    const picture = { width, height, pixels };
    for (const { x, y, w, h, color, sway } of all)
      ellipse(picture, x + swayAt(sway, t) / width, y, w, h, color);
  };
}

/** What hides a part of the person, if anything does: the edge of a desk or of a laptop, a microphone, a plant. */
export function drawInFront(rng: Random, zoom: number): Drawing | undefined {
  const kind = rng.pick(['nothing', 'nothing', 'nothing', 'nothing', 'desk', 'microphone', 'plant'] as const);
  const color = anyColor(rng);
  switch (kind) {
    case 'nothing':
      return undefined;
    case 'desk': {
      const [y, x, w] = [rng.between(0.8, 0.97), rng.between(-0.5, 0.5), rng.between(0.5, 2)];
      return (pixels, width, height) => box({ width, height, pixels }, x, y, w, 1, color, 0);
    }
    case 'microphone': {
      const [x, y, r] = [rng.between(0.1, 0.9), rng.between(0.6, 0.95), rng.between(0.02, 0.05)];
      return (pixels, width, height) => {
        const picture = { width, height, pixels };
        box(picture, x - r / 6, y, r / 3, 1, dim(color, 0.6), 0);
        ellipse(picture, x, y, r, 1.6 * r, color);
      };
    }
    case 'plant': {
      return leaves(rng, 0.3 * zoom, rng.pick([0.03, 0.97]));
    }
    default:
      return kind satisfies never;
  }
}

/** With an edge as soft as a picture out of focus. */
function ellipse(
  { width, height, pixels }: Backdrop,
  x: number,
  y: number,
  rx: number,
  ry: number,
  color: Color,
): void {
  const [cx, cy, a, b] = [x * width, y * height, Math.max(1, rx * width), Math.max(1, ry * height)];
  const soft = 0.2;
  const [w, h] = [a * (1 + soft), b * (1 + soft)];
  for (let row = Math.max(0, Math.ceil(cy - h)); row <= Math.min(height - 1, cy + h); row++) {
    for (let column = Math.max(0, Math.ceil(cx - w)); column <= Math.min(width - 1, cx + w); column++) {
      const d = Math.sqrt(((column - cx) / a) ** 2 + ((row - cy) / b) ** 2);
      const cover = Math.min(1, Math.max(0, (1 + soft - d) / (2 * soft)));
      if (cover === 0) continue;
      const at = 3 * (row * width + column);
      const light = 1.1 - (0.25 * (row - cy)) / b;
      for (let c = 0; c < 3; c++) pixels[at + c]! += cover * (light * color[c]! - pixels[at + c]!);
    }
  }
}
