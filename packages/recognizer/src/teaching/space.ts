/**
 * Where features are compared: around the centre of a model's background, with the directions in which clips of the same
 * movement differ made small (within-class covariance normalisation: Hatch, Kajarekar and Stolcke, Interspeech 2006), and at
 * length 1, so that a dot product is the cosine (Wang et al., "SimpleShot", 2019).
 */
import { type BackgroundSpec, decodeBackground } from '@kinora/clip';

export interface FeatureSpace {
  /** `[F]` */
  readonly centre: Float32Array;
  /** Lower triangle `[F, F]`, row-major, whose transpose is applied to centred features; empty where they stay as they are. */
  readonly whitening: Float32Array;
}

/** The share of the mean variance in the covariance, so that few clips can be inverted. */
const SHRINKAGE = 0.3;
/** Features above which covariances are left out: they would take longer than a page may wait. */
const MOST_WHITENED = 512;

const spaces = new WeakMap<BackgroundSpec, FeatureSpace>();

/** The space of a model with a background; computed once. */
export function spaceOf(background: BackgroundSpec): FeatureSpace {
  const known = spaces.get(background) ?? makeSpace(background);
  spaces.set(background, known);
  return known;
}

/**
 * For models without a background: around the mean of what is taught, `[classes][takes]`, each `[F]`. A single class would be its
 * own centre, so that its features stay as they are.
 */
export function plainSpace(classes: readonly (readonly Float32Array[])[]): FeatureSpace {
  const taught = classes.filter((takes) => takes.length > 0);
  const centre = meanOf(taught.map(meanOf));
  return { centre: taught.length < 2 ? centre.fill(0) : centre, whitening: new Float32Array() };
}

/** Features `[F]` in the space, at length 1. */
export function place({ centre, whitening }: FeatureSpace, features: Float32Array): Float32Array {
  const size = centre.length;
  const centred = features.map((value, f) => value - centre[f]!);
  if (whitening.length === 0) return unit(centred);
  const made = new Float32Array(size);
  for (let row = 0; row < size; row++) {
    const value = centred[row]!;
    for (let column = 0; column <= row; column++) made[column]! += value * whitening[row * size + column]!;
  }
  return unit(made);
}

/** At length 1; zeros stay. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function meanOf(rows: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(rows[0]!.length);
  for (const row of rows) for (let f = 0; f < mean.length; f++) mean[f]! += row[f]! / rows.length;
  return mean;
}

function makeSpace(background: BackgroundSpec): FeatureSpace {
  const rows = decodeBackground(background);
  const centre = meanOf(rows);
  if (centre.length > MOST_WHITENED) return { centre, whitening: new Float32Array() };
  const precision = inverse(withinCovariance(rows, background.movements), centre.length);
  return { centre, whitening: Float32Array.from(cholesky(precision, centre.length)) };
}

/** Covariance `[F, F]` around the mean of each movement, with a share of the mean variance on its diagonal. */
function withinCovariance(rows: readonly Float32Array[], movements: readonly number[]): Float64Array {
  const size = rows[0]!.length;
  const covariance = new Float64Array(size * size);
  for (const movement of new Set(movements)) {
    const own = rows.filter((_, n) => movements[n] === movement);
    const mean = meanOf(own);
    for (const row of own)
      for (let i = 0; i < size; i++) {
        const value = (row[i]! - mean[i]!) / rows.length;
        for (let j = 0; j <= i; j++) covariance[i * size + j]! += value * (row[j]! - mean[j]!);
      }
  }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!;
  // Clips that are all alike say nothing of directions.
  const variance = trace / size || 1;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const value = (1 - SHRINKAGE) * covariance[i * size + j]! + (i === j ? SHRINKAGE * variance : 0);
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  return covariance;
}

/** The lower triangle whose product with its transpose is `matrix`, symmetric and positive definite. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j * size + j]!;
    }
  return lower;
}

/** Of a symmetric, positive definite matrix, by its Cholesky factor. */
export function inverse(matrix: Float64Array, size: number): Float64Array {
  const lower = cholesky(matrix, size);
  const solved = new Float64Array(size * size); // the inverse of `lower`
  for (let column = 0; column < size; column++)
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower[i * size + k]! * solved[k * size + column]!;
      solved[i * size + column] = sum / lower[i * size + i]!;
    }
  const made = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < size; k++) sum += solved[k * size + i]! * solved[k * size + j]!;
      made[i * size + j] = sum;
      made[j * size + i] = sum;
    }
  return made;
}
