import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fabricateLibtorch, failureOf, temporaryFolder, write } from './fabricate.test.util.mjs';
import { describeLibtorch, isNewEnough, libraryName } from './libtorch.mjs';

const other = process.arch === 'x64' ? 'arm64' : 'x64';
const onLinux = test.skipIf(process.platform !== 'linux');

describe('describeLibtorch', () => {
  test('reads version, standard and folders', () => {
    const path = fabricateLibtorch(temporaryFolder(), { version: '2.4.1' });
    expect(describeLibtorch(path)).toMatchObject({
      path,
      include: join(path, 'include'),
      lib: join(path, 'lib'),
      version: '2.4.1',
      standard: 'c++17',
      cuda: false,
      cudaVersion: null,
    });
  });

  test('asks for the C++ standard that the headers demand, never for less than 17', () => {
    const older = fabricateLibtorch(temporaryFolder(), { version: '1.13.0', standard: '201402L' });
    const newer = fabricateLibtorch(temporaryFolder(), { version: '3.0.0', standard: '202002L' });
    expect(describeLibtorch(older).standard).toBe('c++17');
    expect(describeLibtorch(newer).standard).toBe('c++20');
  });

  onLinux('tells the old string ABI of pip wheels from the new one', () => {
    expect(describeLibtorch(fabricateLibtorch(temporaryFolder(), { cxx11Abi: true })).cxx11Abi).toBe(true);
    expect(describeLibtorch(fabricateLibtorch(temporaryFolder(), { cxx11Abi: false })).cxx11Abi).toBe(false);
  });

  test('sees CUDA: its version from the Python package, else from the runtime that is linked', () => {
    const path = fabricateLibtorch(temporaryFolder(), { cudart: 'libcudart-9335f6a2.so.12' });
    expect(describeLibtorch(path)).toMatchObject({ cuda: true, cudaVersion: '12' });
    write(join(path, 'version.py'), "cuda: Optional[str] = '12.4'\n");
    expect(describeLibtorch(path).cudaVersion).toBe('12.4');
  });

  test('finds the CUDA headers of pip packages that lie beside torch', () => {
    const site = temporaryFolder();
    const path = fabricateLibtorch(join(site, 'torch'), { cudart: 'libcudart.so.12' });
    const include = join(site, 'nvidia', 'cuda_runtime', 'include');
    write(join(include, 'cuda_runtime_api.h'), '');
    expect(describeLibtorch(path).cudaInclude).toBe(include);
  });

  test('finds what NCCL needs in the packages that hold it, and does without NCCL where a header is missing', () => {
    const site = temporaryFolder();
    const path = fabricateLibtorch(join(site, 'torch'), { cudart: 'libcudart.so.12' });
    write(join(path, 'lib', libraryName('torch_cuda')), Buffer.from('_ZTIN4c10d16ProcessGroupNCCLE'));
    const holders = {
      cublas: ['cublas_v2.h', 'cublasLt.h'],
      cuda_runtime: ['cuda.h', 'cuda_runtime_api.h', 'crt/host_defines.h'],
      cusolver: ['cusolverDn.h'],
      cusparse: ['cusparse.h'],
      nccl: ['nccl.h'],
    };
    const home = process.env.CUDA_HOME;
    process.env.CUDA_HOME = join(site, 'none');
    try {
      for (const [name, headers] of Object.entries(holders))
        for (const header of headers) write(join(site, 'nvidia', name, 'include', header), '');
      const folders = Object.keys(holders).map((name) => join(site, 'nvidia', name, 'include'));
      expect([...(describeLibtorch(path).ncclIncludes ?? [])].sort()).toEqual(folders);
      rmSync(join(site, 'nvidia', 'nccl'), { recursive: true });
      const elsewhere = ['/usr/local/cuda', '/usr'].some((folder) => existsSync(`${folder}/include/nccl.h`));
      expect(describeLibtorch(path).ncclIncludes === null).toBe(!elsewhere);
    } finally {
      if (home === undefined) delete process.env.CUDA_HOME;
      else process.env.CUDA_HOME = home;
    }
  });

  test('refuses a libtorch of another processor', async () => {
    const path = fabricateLibtorch(temporaryFolder(), { arch: other });
    const error = await failureOf(() => describeLibtorch(path));
    expect(error.code).toBe('setup/wrong-architecture');
    expect(error.message).toBe(
      `${join(path, 'lib', libraryName('torch_cpu'))}: expected a library for ${process.arch}, the processor of this Node, ` +
        `received one for ${other}; install libtorch for ${process.arch}, or Node for the other processor`,
    );
  });

  test('refuses a file that is no library', async () => {
    const path = fabricateLibtorch(temporaryFolder());
    write(join(path, 'lib', libraryName('torch_cpu')), 'version https://git-lfs.github.com/spec/v1\n');
    const error = await failureOf(() => describeLibtorch(path));
    expect(error.code).toBe('setup/wrong-architecture');
    expect(error.message).toContain('received a file that is no shared library');
  });

  test('refuses a version that is too old', async () => {
    const path = fabricateLibtorch(temporaryFolder(), { version: '1.12.1' });
    const error = await failureOf(() => describeLibtorch(path));
    expect(error.code).toBe('setup/libtorch-too-old');
    expect(error.message).toContain(`${path}: expected libtorch 1.13 or newer, received 1.12.1;`);
  });

  test('refuses libraries without headers', async () => {
    const path = fabricateLibtorch(temporaryFolder(), { headers: false });
    const error = await failureOf(() => describeLibtorch(path));
    expect(error.code).toBe('setup/no-headers');
    expect(error.message).toContain('libtorch-dev');
  });

  test('refuses a folder without libtorch, and one that does not exist', async () => {
    const path = temporaryFolder();
    mkdirSync(join(path, 'lib'));
    expect((await failureOf(() => describeLibtorch(path))).message).toContain('received a folder without it');
    expect((await failureOf(() => describeLibtorch(join(path, 'x')))).message).toContain(
      'received no such folder',
    );
  });

  test('reads universal macOS libraries', async () => {
    const path = fabricateLibtorch(temporaryFolder());
    const fat = Buffer.alloc(48);
    fat.writeUInt32BE(0xcafebabe, 0);
    fat.writeUInt32BE(2, 4);
    fat.writeUInt32BE(0x01000007, 8);
    fat.writeUInt32BE(0x0100000c, 28);
    write(join(path, 'lib', libraryName('torch_cpu')), fat);
    expect(describeLibtorch(path, 'arm64').version).toBe('2.4.1');
    expect((await failureOf(() => describeLibtorch(path, 'ia32'))).message).toContain(
      'one for x64 and arm64',
    );
  });
});

test("finds libraries in the processor's folder, where Debian keeps them", () => {
  const path = fabricateLibtorch(temporaryFolder());
  const lib = join(path, 'lib', `${process.arch}-linux-gnu`);
  renameSync(join(path, 'lib'), join(path, 'libraries'));
  mkdirSync(join(path, 'lib'));
  renameSync(join(path, 'libraries'), lib);
  expect(describeLibtorch(path).lib).toBe(lib);
});

test.each([
  ['1.12.1', false],
  ['1.13.0', true],
  ['1.13.1+dfsg-4', true],
  ['2.0.0', true],
  ['0.4.1', false],
])('isNewEnough(%s) is %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
