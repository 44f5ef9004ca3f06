/**
 * The one primitive of the renderer: the round cone, a ball that is swept along a straight line while its
 * radius changes. Fingers, arms, heads, hair and clothes are lists of them. This file holds the list and its
 * projection by the camera; raster.ts draws it.
 */
import type { Vec3 } from './vector.js';

/** Numbers a cone takes: ends with radii, material, the palm's direction, how flat its shading is. */
export const coneSize = 13;

/** A growing list of cones, `[count, coneSize]`, reused from one picture to the next. */
export class Cones {
  data = new Float32Array(coneSize * 96);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /**
   * @param palm unit vector out of the palm; skin on that side is lighter. Also the direction of `flatness`.
   * @param flatness 0 shades a round cone, larger values turn its normals towards `palm` (or away from it).
   */
  push(a: Vec3, ra: number, b: Vec3, rb: number, material: number, palm: Vec3 = back, flatness = 0): void {
    const at = this.count++ * coneSize;
    if (at + coneSize > this.data.length) {
      const grown = new Float32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    const d = this.data;
    d[at] = a[0];
    d[at + 1] = a[1];
    d[at + 2] = a[2];
    d[at + 3] = ra;
    d[at + 4] = b[0];
    d[at + 5] = b[1];
    d[at + 6] = b[2];
    d[at + 7] = rb;
    d[at + 8] = material;
    d[at + 9] = palm[0];
    d[at + 10] = palm[1];
    d[at + 11] = palm[2];
    d[at + 12] = flatness;
  }
}

/** Most surfaces have no palm to show. */
const back: Vec3 = [0, 0, -1];

/** A pinhole camera: at z = 0 one unit of the world is `scale` pixels; the eye stands at z = `distance`. */
export interface Camera {
  readonly scale: number;
  readonly distance: number;
  /** The pixel that the axis of view goes through. */
  readonly centerX: number;
  readonly centerY: number;
}

/** Pixels per unit of the world at depth `z`. */
export const scaleAt = (camera: Camera, z: number): number =>
  (camera.scale * camera.distance) / (camera.distance - z);

/** The pixel of a point in the world. */
export function project(camera: Camera, [x, y, z]: Vec3): [x: number, y: number] {
  const s = scaleAt(camera, z);
  return [camera.centerX + s * x, camera.centerY - s * y];
}

/** Replaces the world's units by pixels, in place: x right, y down, z towards the camera. */
export function projectCones(cones: Cones, camera: Camera): void {
  const d = cones.data;
  for (let at = 0; at < cones.count * coneSize; at += coneSize) {
    projectEnd(d, at, camera);
    projectEnd(d, at + 4, camera);
    d[at + 10] = -d[at + 10]!;
  }
}

function projectEnd(d: Float32Array, at: number, camera: Camera): void {
  const s = scaleAt(camera, d[at + 2]!);
  d[at] = camera.centerX + s * d[at]!;
  d[at + 1] = camera.centerY - s * d[at + 1]!;
  d[at + 2] = camera.scale * d[at + 2]!;
  d[at + 3] = s * d[at + 3]!;
}
