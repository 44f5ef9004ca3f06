/**
 * The command lines of the PyTorch tutorial that Kinora began from (THIRD_PARTY.md), end to end on a tiny data set in its layout
 * of Jester: `configs/config.json` with the tutorial's keys and no others, its network, its files; and checkpoints that PyTorch
 * wrote and reads.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultSpec } from '@kinora/clip';
import { cuda, scope } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTestClip } from '../data/decode/fixtures.test.util.js';
import { readClip } from '../data/load/clip-reader.js';
import { readNpy, writeNpy } from '../files/npy.js';
import { networkInput } from '../model/input.js';
import { type Exit, kinora, kinoraHere } from './terminal/kinora.test.util.js';

const python = ['/usr/bin/python3', 'python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import sys, importlib.util as i; sys.exit(i.find_spec("torch") is None)'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
});
const needsPython = python === undefined ? ' (skipped: no Python with torch)' : '';

const LABELS = ['Swiping Left', 'Swiping Right', 'Stop Sign'];
const RUN = 'trainings/jpeg_model/jester_conv6';

const folder = mkdtempSync(join(tmpdir(), 'kinora-tutorial-'));
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

/** One of its command lines, without `train.py`. */
const line = (words: string): Promise<Exit> => kinoraHere(folder, 'train', ...words.split(' '));

const original = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../../configs/config.json', import.meta.url)), 'utf8'),
);

beforeAll(() => {
  const lists = '20bn-jester-v1/annotations';
  mkdirSync(at(lists), { recursive: true });
  for (let id = 1; id <= 5; id++) writeTestClip(at('20bn-jester-v1', String(id)), 8, 100, 120, id);
  const write = (name: string, lines: string[]) => writeFileSync(at(lists, name), `${lines.join('\n')}\n`);
  write('jester-v1-labels.csv', LABELS);
  write('jester-v1-train.csv', ['1;Swiping Left', '2;Stop Sign']);
  write('jester-v1-validation.csv', ['3;Swiping Right', '4;Stop Sign']);
  write('jester-v1-test.csv', ['5']);
  mkdirSync(at('configs'));
  const root = '20bn-jester-v1/';
  const tiny = {
    train_data_folder: root,
    val_data_folder: root,
    num_classes: 3,
    batch_size: 2,
    num_epochs: 1,
  };
  writeFileSync(at('configs/config.json'), JSON.stringify({ ...original, ...tiny }));
});

describe("the tutorial's command lines", () => {
  test('--config configs/config.json -g 0', async () => {
    const { status, stdout, stderr } = await kinora(
      folder,
      'train',
      '--config',
      'configs/config.json',
      '-g',
      '0',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n');
    if (cuda.deviceCount() === 0)
      expect(lines.shift()).toBe('no CUDA device found: using the CPU instead of GPU 0');
    expect(lines[0]).toMatch(
      /^ConvColumn6 on (cpu|cuda:0): 2 training clips, 2 validation clips, 1 steps an epoch$/,
    );
    for (const name of ['checkpoint.pth.tar', 'model_best.pth.tar'])
      expect(existsSync(at(RUN, name))).toBe(true);
  });

  test('--config configs/config.json --eval_only True --resume True', async () => {
    // Only the tutorial's checkpoint is left of the run.
    rmSync(at(RUN, 'checkpoints'), { recursive: true });
    const { status, stdout } = await line('--eval_only True --resume True --config configs/config.json');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^top-1 .*, top-5 .*, loss .*\n(gestures .*\n)?report: .*\/report\/index\.html\n$/,
      ),
    });
    const logged = readFileSync(at(RUN, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    const { summary } = JSON.parse(readFileSync(at(RUN, 'report', 'metrics.json'), 'utf8'));
    expect(summary.loss).toBeCloseTo(logged.at(-1).val_loss, 6); // batch norms are folded for inference
  });

  test('--config configs/config.json --test_only True --use_gpu False', async () => {
    const { status, stdout } = await line('--config configs/config.json --test_only True --use_gpu False');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `1 clips predicted: ${RUN}/report/testset_results.csv\n`,
    });
    expect(readFileSync(at(RUN, 'report', 'testset_results.csv'), 'utf8')).toMatch(/^5;S.*\n$/);
  });

  test('--config configs/config.json --resume True: from the weights of the file, where there is no run', async () => {
    cpSync(at(RUN, 'model_best.pth.tar'), at('best.pth.tar'));
    rmSync(at(RUN), { recursive: true });
    mkdirSync(at(RUN), { recursive: true });
    cpSync(at('best.pth.tar'), at(RUN, 'model_best.pth.tar'));
    const { status, stdout } = await line('--config configs/config.json --resume True --use_gpu False');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^weights from trainings\/jpeg_model\/jester_conv6\/model_best\.pth\.tar; the optimizer starts anew, because the file has no optimizer state of Kinora.s\nConvColumn6 on cpu: /,
      ),
    });
  });
});

/** The tutorial's checkpoint as PyTorch 0.4 wrote it, and the logits of its network for the clips of input.npy. */
const WRITE = `
import sys, numpy, torch
sys.argv, folder, script = [''], sys.argv[1], sys.argv[2]
source = open(script).read().replace('main(sys.argv[1])', '')
exec(compile(source, script, 'exec'))
torch.manual_seed(3)
model = ConvColumn6(3)
for norm in (m for m in model.modules() if hasattr(m, 'running_var')):
    norm.running_mean.normal_(0, 0.1); norm.running_var.uniform_(0.5, 2)
state = {'module.' + name: value for name, value in model.state_dict().items() if 'num_batches' not in name}
torch.save({'epoch': 7, 'arch': 'Conv4Col', 'state_dict': state, 'best_prec1': torch.tensor(85.0)},
           folder + '/old.pth.tar', _use_new_zipfile_serialization=False)
with torch.no_grad():
    logits, _ = model.eval()(torch.from_numpy(numpy.load(folder + '/input.npy')))
numpy.save(folder + '/expected.npy', logits.numpy())
`;

const READ = `
import json, sys, torch
def describe(path):
    content = torch.load(path, map_location='cpu')
    state = content['state_dict']
    return dict(keys=sorted(content), arch=content['arch'], epoch=content['epoch'], tensors=len(state),
                module=all(name.startswith('module.') for name in state),
                shape=list(state['module.conv_layer1.0.weight'].shape),
                finite=all(bool(torch.isfinite(value.float()).all()) for value in state.values()))
print(json.dumps([describe(path) for path in sys.argv[1:]]))
`;

describe.skipIf(python === undefined)(`PyTorch${needsPython}`, () => {
  test('reads checkpoint.pth.tar and model_best.pth.tar', () => {
    const files = ['checkpoint.pth.tar', 'model_best.pth.tar'].map((name) => at(RUN, name));
    const expected = {
      keys: ['arch', 'best_prec1', 'epoch', 'state_dict'],
      arch: 'ConvColumn6',
      epoch: 1,
      tensors: 74,
      module: true,
      shape: [32, 3, 2, 3, 3],
      finite: true,
    };
    const read = execFileSync(python!, ['-c', READ, ...files], { encoding: 'utf8' });
    expect(JSON.parse(read)).toEqual([expected, expected]);
  });

  test("an old checkpoint of the tutorial evaluates to PyTorch's own logits", async () => {
    const spec = defaultSpec(LABELS);
    const clips = await Promise.all(
      ['3', '4'].map((id) => readClip({ path: at('20bn-jester-v1', id) }, spec)),
    );
    const { frames } = clips[0]!;
    const bytes = Buffer.concat(clips.map(({ clip }) => clip));
    const input = scope(() => networkInput(bytes, [2, frames, 84, 84], spec).toTypedArray() as Float32Array);
    writeNpy(at('input.npy'), input, [2, 3, frames, 84, 84]);
    const script = fileURLToPath(new URL('../../scripts/reference_conv_column6.py', import.meta.url));
    execFileSync(python!, ['-c', WRITE, folder, script]);
    const { status, stderr } = await line(
      '-e True -r True -c configs/config.json --use_gpu False --set checkpoint=old.pth.tar --set model_name=old',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [ours, theirs] = [at('trainings/jpeg_model/old/report/logits.npy'), at('expected.npy')].map(
      readNpy,
    );
    expect(ours!.shape).toEqual(theirs!.shape);
    for (const [i, logit] of ours!.data.entries())
      expect(Number(logit)).toBeCloseTo(Number(theirs!.data[i]), 4);
    expect(new Set(Array.from(ours!.data, Number)).size).toBe(6);
  });
});
