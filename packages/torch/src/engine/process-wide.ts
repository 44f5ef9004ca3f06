/**
 * State that exists once per process, even if the process loads several copies of this package (the bundle and single
 * files, or a second installation inside another package). Otherwise each copy would have its own scopes and classes,
 * and no scope of one copy would free the tensors of the other.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kinoraError } from '../error.js';

/** The part that every copy finds, so it must not change between versions. */
interface Registry {
  /** Undefined if the copy was bundled into a program, away from its package.json. */
  readonly version: string | undefined;
  /** The folder of the copy that was loaded first. */
  readonly folder: string;
  readonly values: Map<string, unknown>;
}

const values = register().values;

/** The process-wide value of this name, created by the first copy that requests it. */
export function processWide<T>(name: string, make: () => T): T {
  if (!values.has(name)) values.set(name, make());
  return values.get(name) as T;
}

/** A class decorator: all copies use the class of the first one, so that `instanceof` works across copies. */
export const oncePerProcess = <C>(made: C, { name }: { readonly name: string | undefined }): C =>
  processWide(`class ${name}`, () => made);

function register(): Registry {
  const key = Symbol.for('@kinora/torch');
  const registries = globalThis as { [key]?: Registry };
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  const version = versionIn(folder);
  registries[key] ??= { version, folder, values: new Map() };
  const first = registries[key];
  if (first.version === version || first.version === undefined || version === undefined) return first;
  throw kinoraError('torch/two-versions', folder, {
    expected: `version ${first.version} of @kinora/torch, which this process has loaded from ${first.folder}`,
    received: `version ${version}`,
    hint: 'make all packages depend on one version: `npm ls @kinora/torch` lists them',
  });
}

/** The version of the package in `folder`, if that is this one. */
function versionIn(folder: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as Record<
      string,
      string
    >;
    return name === '@kinora/torch' ? version : undefined;
  } catch {
    return undefined; // a bundle has no package.json above it, or one that is not JSON
  }
}
