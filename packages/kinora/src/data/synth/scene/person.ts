/**
 * Who is in front of the camera: proportions, colours and habits, drawn once per person and the same in all of that
 * person's clips.
 */
import { type Random, random } from '../random.js';
import { type Color, dim, hex, type Material, materialTable, mixColor } from '../render/shading.js';

const hairStyles = ['bald', 'buzz', 'short', 'fringe', 'bob', 'long', 'bun', 'curly', 'cap'] as const;
export type HairStyle = (typeof hairStyles)[number];

export interface Person {
  readonly id: number;
  /** The shader's table `[materials, materialSize]`. */
  readonly materials: Float32Array;
  readonly hand: HandShape;
  readonly arm: ArmShape;
  readonly head: HeadShape;
  /** How far below the head the body is drawn, in hand lengths. Default: 3.2, out of the picture of a near camera. */
  readonly waist?: number;
  /** Width of the shoulders; 1 is the average. */
  readonly shoulders: number;
  /** Probability that a gesture is made with the right hand. */
  readonly rightHanded: number;
  /** Size and duration of movements; 1 is the average. */
  readonly vigour: number;
  readonly pace: number;
}

/** Proportions of the hand; 1 is the average. */
export interface HandShape {
  readonly fingerLength: number;
  readonly thickness: number;
  readonly palmWidth: number;
}

/** Lengths in hand lengths. */
export interface ArmShape {
  readonly upperLength: number;
  readonly foreLength: number;
  readonly thickness: number;
  /** Where the sleeve ends: 0 the shoulder, 1 the elbow, 2 the wrist. */
  readonly sleeve: number;
}

export interface HeadShape {
  readonly size: number;
  readonly width: number;
  readonly hair: HairStyle;
  readonly beard: boolean;
  readonly glasses: boolean;
  readonly hood: boolean;
}

/** Draws person number `id` of the world with this seed. */
export function drawPerson(seed: number, id: number): Person {
  const rng = random(seed, 'person', id);
  const hair = rng.pick(hairStyles);
  return {
    id,
    materials: drawMaterials(rng, hair),
    hand: {
      fingerLength: rng.between(0.93, 1.1),
      thickness: rng.between(0.9, 1.14),
      palmWidth: rng.between(0.94, 1.1),
    },
    arm: {
      upperLength: rng.between(1.5, 1.65),
      foreLength: rng.between(1.3, 1.42),
      thickness: rng.between(0.85, 1.15),
      sleeve: rng.pick([0, 0.5, 0.65, 1.35, 1.8, 1.88, 1.92]),
    },
    head: {
      size: rng.between(0.93, 1.07),
      width: rng.between(0.92, 1.06),
      hair,
      beard: hair !== 'long' && hair !== 'bob' && rng.chance(0.3),
      glasses: rng.chance(0.25),
      hood: rng.chance(0.2),
    },
    shoulders: rng.between(0.85, 1.12),
    rightHanded: rng.chance(0.7) ? 0.85 : 0.25,
    vigour: rng.between(0.88, 1.12),
    pace: rng.between(0.85, 1.18),
  };
}

const skinTones = '#f6dcc8 #efcdb2 #e5b893 #d8a47c #c68b62 #ab7149 #8a5636 #6b4029 #4b2c1d'.split(' ');
const hairTones = '#15110f #1d1713 #2b1e16 #3f2a1b #5a3c22 #8a6235 #b99555 #7a2f1b #8c8a88'.split(' ');
const clothTones = [
  '#22262e #3a3f4a #7d8590 #cfd2d6 #f1efe8 #1d3557 #31598c #6b94c4 #274e37 #5f8a5a',
  '#8c2f2f #b9503f #d08b3a #d9b84a #58355e #9a6b9c #c58ba0 #4b3a2c #8d775c #2f6f73',
].flatMap((row) => row.split(' '));

function drawMaterials(rng: Random, style: HairStyle): Float32Array {
  const tone = rng.between(0, skinTones.length - 1.001);
  const low = Math.floor(tone);
  const skin = mixColor(hex(skinTones[low]!), hex(skinTones[low + 1]!), tone - low);
  const palm = palmOf(skin, tone / skinTones.length);
  const hair = hex(rng.pick(tone > 4 ? hairTones.slice(0, 4) : hairTones));
  const shirt = hex(rng.pick(clothTones));
  const cloth: Material = {
    color: shirt,
    crevice: 0.45,
    pattern: rng.chance(0.25) ? rng.between(0.15, 0.5) : 0,
  };
  return materialTable({
    skin: { color: skin, palm, gloss: 0.05 },
    limb: { color: skin, gloss: 0.03 },
    nail: { color: mixColor(palm, hex('#f3d9d2'), 0.22), gloss: 0.18 },
    crease: { color: skin, palm: dim(palm, 0.7) },
    sleeve: cloth,
    shirt: cloth,
    collar: { color: rng.chance(0.5) ? dim(shirt, 0.6) : hex(rng.pick(clothTones)) },
    hair: { color: style === 'cap' ? hex(rng.pick(clothTones)) : hair, gloss: 0.06 },
    brow: { color: mixColor(hair, dim(skin, 0.25), 0.5) },
    eye: { color: hex('#e4ded8') },
    iris: { color: hex(rng.pick(['#1c120d', '#2a1a10', '#35506b', '#4a5a3a'])) },
    lips: { color: mixColor(dim(skin, 0.6), hex('#a8433f'), 0.45) },
    glasses: { color: hex(rng.pick(['#121212', '#3a2a20', '#555a60'])), gloss: 0.2 },
    prop: {
      color: hex(rng.pick(['#f2f2ee', '#c03a32', '#2d64a8', '#1a1a1e', '#e2b93b', '#3c8c58'])),
      gloss: 0.15,
    },
  });
}

/** Palms are pinker and, on dark skin, much lighter than the back of the hand. */
function palmOf(skin: Color, darkness: number): Color {
  return mixColor(skin, hex('#e9b69c'), 0.12 + 0.38 * darkness);
}
