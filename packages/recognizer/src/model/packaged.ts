/** Models that npm installs, such as `@kinora/gestures`: the field `kinora.onnx` of their package.json names the ONNX file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/clip';

/**
 * The ONNX file of a package, installed beside the working directory or beside the recognizer.
 * @throws RecognizerError `recognizer/package` where it is not installed, or is no model
 */
export function packagedModel(name: string): string {
  const manifest = findManifest(name);
  if (manifest === undefined)
    throw noModel(name, 'a package that is installed', 'none of this name', `npm install ${name}`);
  const { kinora } = JSON.parse(readFileSync(manifest, 'utf8')) as { kinora?: { onnx?: unknown } };
  const folder = dirname(manifest);
  const file = typeof kinora?.onnx === 'string' ? resolve(folder, kinora.onnx) : '';
  if (file.startsWith(folder + sep)) return file;
  throw noModel(name, 'a package whose package.json names a model as kinora.onnx', `${manifest} without one`);
}

function findManifest(name: string): string | undefined {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(`${name}/package.json`);
    } catch {}
  }
  return undefined;
}

const noModel = (name: string, expected: string, received: string, hint?: string): KinoraError =>
  kinoraError('recognizer/package', name, expected, received, {
    hint: hint ?? 'give the path of an ONNX file that kinora export wrote',
  });
