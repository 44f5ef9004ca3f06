import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileFlags, findCompiler, includeFlags, linkFlags } from './compiler.mjs';
import { fabricateLibtorch, failureOf, temporaryFolder, write } from './fabricate.test.util.mjs';
import { describeLibtorch } from './libtorch.mjs';

describe('findCompiler', () => {
  test('says what to install where there is none', async () => {
    const error = await failureOf(() => findCompiler({ PATH: temporaryFolder() }));
    expect(error.code).toBe('setup/no-compiler');
    expect(error.message).toMatch(
      /^PATH: expected a C\+\+17 compiler .*, received neither g\+\+ nor c\+\+ nor clang\+\+; on /,
    );
  });

  test('does not fall back when CXX names one that does not run', async () => {
    const error = await failureOf(() => findCompiler({ ...process.env, CXX: '/nowhere/g++' }));
    expect(error.message).toContain('the environment variable CXX: ');
    expect(error.message).toContain('"/nowhere/g++", which does not run');
  });

  test('takes CXX with arguments, as ccache needs it', async () => {
    const wrapper = join(temporaryFolder(), 'wrapper');
    write(wrapper, '#!/bin/sh\necho "$1 version 99"\n');
    chmodSync(wrapper, 0o755);
    const compiler = await findCompiler({ ...process.env, CXX: `${wrapper} inner` });
    expect(compiler).toEqual({ command: [wrapper, 'inner'], version: 'inner version 99' });
  });
});

describe('flags', () => {
  test('follow the libtorch: standard, ABI, folders', () => {
    const path = fabricateLibtorch(temporaryFolder(), {
      cxx11Abi: process.platform !== 'linux',
      standard: '202002L',
    });
    const libtorch = describeLibtorch(path);
    expect(compileFlags(libtorch)).toContain('-std=c++20');
    expect(compileFlags(libtorch)).toContain(
      `-D_GLIBCXX_USE_CXX11_ABI=${process.platform === 'linux' ? 0 : 1}`,
    );
    expect(includeFlags(libtorch)).toContain(`-isystem${path}/include`);
    expect(linkFlags(libtorch)).toContain(`-Wl,-rpath,${path}/lib`);
    expect(linkFlags(libtorch)).not.toContain('-ltorch_cuda');
  });

  test('never name /usr/include, which would hide the headers of the compiler itself', () => {
    const libtorch = describeLibtorch(fabricateLibtorch(temporaryFolder()));
    const flags = includeFlags({ ...libtorch, include: '/usr/include' });
    expect(flags).not.toContain('-isystem/usr/include');
    expect(flags).toContain('-isystem/usr/include/torch/csrc/api/include');
  });

  test('link CUDA where libtorch has it, and define KINORA_CUDA where its headers are there too', () => {
    const site = temporaryFolder();
    write(join(site, 'nvidia', 'cuda_runtime', 'include', 'cuda_runtime_api.h'), '');
    const libtorch = describeLibtorch(fabricateLibtorch(join(site, 'torch'), { cudart: 'libcudart.so.12' }));
    expect(linkFlags(libtorch)).toContain('-ltorch_cuda');
    expect(compileFlags(libtorch)).toContain('-DKINORA_CUDA=1');
    expect(compileFlags({ ...libtorch, cudaInclude: null })).not.toContain('-DKINORA_CUDA=1');
  });
});
