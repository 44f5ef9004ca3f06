/**
 * Everything that a PyTorch file may name: plain containers, storages, dtypes, sizes, devices and tensor builders.
 */
import { type Globals, plainGlobals } from '../pickle/globals.js';
import { BadArguments, describe, PickleGlobal } from '../pickle/values.js';
import { ITEM_SIZE } from '../raw.js';
import { STORAGE_DTYPES, StorageType, type TensorMaker, tensorGlobals } from './tensors.js';

function makeSize([sizes]: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(sizes) && Object.isFrozen(sizes)) return sizes;
  throw new BadArguments('a tuple of sizes', describe(sizes));
}

/** A device is its name: `cpu`, `cuda:0`. */
function makeDevice([type, index]: readonly unknown[]): string {
  if (typeof type !== 'string') throw new BadArguments('the name of a device', describe(type));
  return index === undefined ? type : `${type}:${String(index)}`;
}

const storageTypes = Object.entries(STORAGE_DTYPES).flatMap(([name, dtype]) =>
  ['torch', 'torch.cuda']
    .map((module) => `${module}.${name}`)
    .map((path) => [path, new StorageType(path, dtype)] as const),
);

const constants: readonly (readonly [string, unknown])[] = [
  ...storageTypes,
  ['torch.storage.UntypedStorage', new StorageType('torch.storage.UntypedStorage', 'uint8')],
  // A dtype is its name too.
  ...Object.keys(ITEM_SIZE).map((dtype) => [`torch.${dtype}`, dtype] as const),
  ['torch.Size', new PickleGlobal('torch.Size', makeSize)],
  ['torch.device', new PickleGlobal('torch.device', makeDevice)],
];

export function torchGlobals<T extends object>(maker: TensorMaker<T>, made: Set<object>): Globals {
  return new Map([...plainGlobals, ...constants, ...tensorGlobals(maker, made)]);
}
