/** The other direction: Python reads what we wrote, PyTorch its checkpoints and a few lines of Python safetensors. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ops, scope, type Tensor, tensor } from '../index.js';
import type { StridedTensor } from './checkpoint/tensors.js';
import { writeCheckpoint } from './checkpoint/write.js';
import { describeValue, goldenPath, type TensorDescription } from './golden.test.util.js';
import { loadTorch, saveSafetensors, saveTorch } from './load-save.js';
import { findPython, runPython } from './python.test.util.js';
import { rawTensor } from './raw.js';

const python = findPython('torch');
const REASON = python ? '' : ' (skipped: no Python with torch)';

/** One process for all files, since importing torch takes seconds; descriptions as in golden.test.util.ts. */
const READ_FILES = `
import json, os, struct, sys, torch, zipfile
def describe(v):
    if isinstance(v, torch.Tensor):
        flat = v.detach().clone(memory_format=torch.contiguous_format).flatten()
        if flat.is_complex(): flat = torch.view_as_real(flat).flatten()
        data = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b''
        return dict(tensor=str(v.dtype)[6:], shape=list(v.shape), hex=data.hex(), requiresGrad=v.requires_grad)
    if v is None or isinstance(v, (bool, str)): return v
    if isinstance(v, int): return dict(int=str(v))
    if isinstance(v, float): return dict(float=struct.pack('<d', v).hex())
    if isinstance(v, bytes): return dict(bytes=v.hex())
    if isinstance(v, tuple): return dict(tuple=[describe(x) for x in v])
    if isinstance(v, list): return [describe(x) for x in v]
    if isinstance(v, set): return dict(set=sorted((describe(x) for x in v), key=json.dumps))
    return dict(dict=[[describe(k), describe(x)] for k, x in v.items()])
def read_safetensors(path):
    data = open(path, 'rb').read()
    n, = struct.unpack('<Q', data[:8])
    assert n % 8 == 0, n
    header = json.loads(data[8:8 + n])
    metadata = header.pop('__metadata__', None)
    content = lambda v: data[8 + n + v['data_offsets'][0]:8 + n + v['data_offsets'][1]].hex()
    return dict(metadata=metadata, tensors={k: [v['dtype'], v['shape'], content(v)] for k, v in header.items()})
def read_torch(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    return describe(torch.load(path, weights_only=True) if 'weights' in path else torch.load(path))
def read(path):
    return read_safetensors(path) if path.endswith('.safetensors') else read_torch(path)
print(json.dumps({name: read(os.path.join(sys.argv[1], name)) for name in os.listdir(sys.argv[1])}))
`;

function describeTensor(value: object): TensorDescription {
  const { dtype, shape, requiresGrad } = value as Tensor;
  const hex = Buffer.from((value as Tensor).toBytes()).toString('hex');
  return { tensor: dtype, shape: [...shape], hex, requiresGrad };
}

/** State dict and containers that weights_only of PyTorch 1.13 knows (it has no floats). */
function weightsOnly(): Map<string, unknown> {
  const weight = tensor([
    [1, 2],
    [3, 4],
  ]);
  const state = new Map([
    ['module.fc5.weight', weight],
    ['module.fc5.bias', ops.zeros([2])],
  ]);
  return new Map<string, unknown>([
    ['epoch', 3],
    ['state_dict', state],
    ['tuple', Object.freeze([1, 70_000])],
  ]);
}

/** Two of three elements of a storage, in an archive whose every field has zip64 form, as beyond 4 GB. */
function writeZip64(path: string): void {
  const raw = rawTensor('int16', [3], Uint8Array.of(1, 0, 2, 0, 3, 0));
  const storage = { key: 'a', dtype: raw.dtype, length: 3, bytes: raw.bytes };
  const part: StridedTensor = {
    dtype: 'int16',
    shape: [2],
    strides: [1],
    offset: 1,
    storage,
    requiresGrad: false,
  };
  writeCheckpoint(path, part, () => part, { zip64From: 0 });
}

const GOLDEN = ['dtypes', 'views', 'plain', 'checkpoint'];

describe.skipIf(python === undefined)(`Python reads what we wrote${REASON}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-python-'));
  const expected = new Map<string, unknown>();
  let read: Record<string, unknown> = {};

  beforeAll(() => {
    const save = (name: string, value: unknown) => {
      saveTorch(join(folder, name), value);
      expected.set(name, describeValue(value, describeTensor));
    };
    scope(() => {
      for (const name of GOLDEN) save(name, loadTorch(goldenPath(`${name}.zip.pth`)));
      save('weights', weightsOnly());
      writeZip64(join(folder, 'zip64'));
      const tensors = { b: tensor([1, -1], { dtype: 'int64' }), a: ops.ones([1, 2]).neg() };
      saveSafetensors(join(folder, 'x.safetensors'), Object.entries(tensors), { labels: 'ü' });
    });
    read = runPython(python!, READ_FILES, folder) as Record<string, unknown>;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([...GOLDEN, 'weights'])('torch.load: %s', (name) => {
    expect(read[name]).toEqual(expected.get(name));
  });

  test('torch.load: an archive in zip64 form', () => {
    expect(read.zip64).toMatchObject({ tensor: 'int16', shape: [2], hex: '02000300' });
  });

  test('safetensors, by a few lines of Python', () => {
    expect(read['x.safetensors']).toEqual({
      metadata: { labels: 'ü' },
      tensors: {
        a: ['F32', [1, 2], '000080bf000080bf'],
        b: ['I64', [2], '0100000000000000ffffffffffffffff'],
      },
    });
  });
});
