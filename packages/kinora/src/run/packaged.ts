/**
 * Trained networks that npm installs: `@kinora/gestures` is one. A package says where its weights are by the field `kinora` of
 * its package.json, `{ "weights": "model/gestures.safetensors" }`, and can be named wherever a run folder or a file of weights
 * can: `kinora predict @kinora/gestures clip.mp4`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';

/** The network for the 27 gestures that comes with Kinora. */
export const GESTURES = '@kinora/gestures';

/** Whether a path of a model is the name of a package: `@scope/name`, unless there is such a file or folder. */
export const isPackaged = (path: string): boolean =>
  /^@[a-z0-9][\w.-]*\/[a-z0-9][\w.-]*$/.test(path) && !existsSync(path);

/**
 * The file of weights of a package, installed beside the working directory or beside Kinora. Throws `model/package` where it is
 * not installed, or is not a model.
 */
export function packagedWeights(name: string): string {
  const manifest = findManifest(name);
  if (manifest === undefined) throw notInstalled(name);
  const { kinora } = JSON.parse(readFileSync(manifest, 'utf8')) as { kinora?: { weights?: unknown } };
  const weights = kinora?.weights;
  if (typeof weights !== 'string') throw noModelIn(name, manifest);
  const folder = dirname(manifest);
  const file = resolve(folder, weights);
  if (!file.startsWith(folder + sep) || !existsSync(file)) throw noModelIn(name, manifest, weights);
  return file;
}

/** Its package.json: that of the project in the working directory, otherwise the one that Kinora was installed with. */
function findManifest(name: string): string | undefined {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(`${name}/package.json`);
    } catch {}
  }
  return undefined;
}

const notInstalled = (name: string): KinoraError =>
  kinoraError('model/package', name, {
    expected: 'a package with a trained network that is installed',
    received: 'none of this name',
    hint: `install it with npm install ${name}, or give a run folder or a file of weights`,
  });

const noModelIn = (name: string, manifest: string, weights?: string): KinoraError =>
  kinoraError('model/package', name, {
    expected: 'a package whose package.json names its weights as kinora.weights',
    received: weights === undefined ? `${manifest} without them` : `${weights}, which is not there`,
    hint: 'give a run folder or a file of weights',
  });
