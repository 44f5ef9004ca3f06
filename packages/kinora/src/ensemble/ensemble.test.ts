/** Ensembles of tiny runs: made, saved, evaluated and asked as one model; and all that is refused. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { softmax } from '@kinora/clip';
import { memoryStats, ops, scope, serialize } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/index.js';
import { argmax } from '../measure/metrics.js';
import { ruleNames } from '../model/ensemble/rules.js';
import { evaluateRun } from '../predict/evaluate.js';
import { predictClip } from '../predict/predict.js';
import { openModel } from '../run/open.js';
import { TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { type EnsembleOptions, type EnsembleResult, ensemble } from './ensemble.js';
import { applyRule } from './logits.js';
import { writeEnsembleReport } from './report/write.js';

let data: TinyData;
let options: EnsembleOptions;
const run = (name: string): string => data.at('runs', name);
const out = (name: string): string => data.at('ensembles', name);

beforeAll(async () => {
  data = new TinyData();
  for (const [i, name] of ['a', 'b', 'c'].entries())
    await trainSession(data.config(name, { epochs: 1, seed: i + 1, lr: 0.01 }));
  data.write('key.csv', ['15;Stop Sign', '16;Swiping Left']);
  options = { members: [run('a'), run('b'), run('c')], out: out('all'), folds: 2 };
});
afterAll(() => data.remove());

describe('three runs as one model', () => {
  let result: EnsembleResult;
  beforeAll(async () => {
    const before = memoryStats().liveTensors;
    result = await ensemble(options);
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('members are measured as evaluation measures them', async () => {
    for (const [m, name] of ['a', 'b', 'c'].entries()) {
      const { summary, evaluation } = await evaluateRun(data.config(name));
      expect(result.study.members[m]).toMatchObject({ name, top1: summary.top1, loss: summary.loss });
      expect(result.fit.members[m]).toEqual(evaluation.logits);
    }
  });

  test('what is saved says what the rule says of the members', async () => {
    const config = await loadConfig(join(options.out, 'config.json'));
    const lines: string[] = [];
    const progress = {
      log: (line: string) => void lines.push(line),
      task: () => ({ update() {}, finish() {} }),
    };
    const { evaluation } = await evaluateRun(config, { progress });
    const model = openModel(options.out);
    try {
      const rule = (model.network as unknown as { rule: Parameters<typeof applyRule>[0] }).rule;
      expect(argmax(applyRule(rule, result.fit), 3)).toEqual(argmax(evaluation.logits, 3));
      const best = await predictClip(model, data.at('clips', '11'));
      const expected = softmax(evaluation.logits.subarray(0, 3));
      for (const { label, probability } of best)
        expect(probability).toBeCloseTo(expected[model.spec.labels.indexOf(label)]!, 5);
      expect(model.ensemble).toMatchObject({ rule: 'logistic', fitted: { clips: 4 } });
    } finally {
      model.network.dispose();
    }
    expect(lines.join()).toContain('was fitted to these clips');
  });

  test('the second time nobody runs again', async () => {
    const folder = join(options.out, 'logits');
    const stamp = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);
    const before = stamp();
    expect(before).toHaveLength(3);
    const tasks: string[] = [];
    const progress = {
      log() {},
      task: (label: string) => {
        tasks.push(label);
        return { update() {}, finish() {} };
      },
    };
    const again = await ensemble({ ...options, progress });
    expect(again.study).toEqual(result.study);
    expect([stamp(), tasks]).toEqual([before, ['fitting rules']]);
  });

  test('cached logits of another shape are refused', async () => {
    cpSync(join(options.out, 'logits'), join(out('stale'), 'logits'), { recursive: true });
    for (const name of readdirSync(join(out('stale'), 'logits')))
      scope(() =>
        serialize.saveSafetensors(join(out('stale'), 'logits', name), [['logits', ops.zeros([4, 2])]]),
      );
    await expect(ensemble({ ...options, out: out('stale') })).rejects.toThrow(
      'expected int32 indices [N] and float32 logits [N, 3], received logits [4, 2]; delete the file',
    );
  });

  test('the report has every member, every rule and the pictures', async () => {
    const page = readFileSync(await writeEnsembleReport(out('report'), result), 'utf8');
    for (const name of ['a', 'b', 'c', ...ruleNames]) expect(page).toContain(`scope="row">${name}</th>`);
    for (const name of ['accuracy.png', 'errors.png', 'weights.png'])
      expect(existsSync(join(out('report'), name))).toBe(true);
    const numbers = JSON.parse(readFileSync(join(out('report'), 'ensemble.json'), 'utf8'));
    expect(numbers.rules.map(({ rule }: { rule: string }) => rule)).toEqual([...ruleNames]);
    expect(numbers.error_correlation).toHaveLength(3);
  });

  test('with a test list, and the leak shown', async () => {
    const { study, lists } = await ensemble({
      ...options,
      out: out('leaky'),
      rule: 'weighted',
      test: data.at('key.csv'),
      leaky: true,
    });
    expect(study.clips).toBe(2);
    expect(lists.test).toBe(data.at('key.csv'));
    expect(study.rules.filter(({ leaky }) => leaky).map(({ name }) => name)).toEqual([
      'weighted, leaky',
      'linear, leaky',
      'logistic, leaky',
    ]);
  });
});

describe('refused, naming both sides', () => {
  /** A copy of run a with changed weights or configuration. */
  async function copy(name: string, change: (folder: string) => void): Promise<string> {
    cpSync(run('a'), run(name), { recursive: true, verbatimSymlinks: true });
    change(run(name));
    return run(name);
  }
  const refuse = async (members: string[], rest: Partial<EnsembleOptions> = {}): Promise<string> =>
    ensemble({ ...options, out: out('refused'), members, ...rest }).then(
      () => 'nothing',
      (error: Error) => error.message.replaceAll(`${data.folder}/`, ''),
    );
  const best = (folder: string) => join(folder, 'checkpoints', 'best', 'model.safetensors');

  test('a member that is not there, or alone, or twice', async () => {
    expect(await refuse([run('a'), run('z')])).toMatch(
      /^runs\/z: expected a run folder made by kinora train, received no such folder/,
    );
    expect(await refuse([run('a')])).toMatch('expected at least two run folders, received 1');
    expect(await refuse([run('a'), run('b'), run('a')])).toMatch(
      'runs/a: expected different weights, received the same as in runs/a',
    );
    const empty = await copy('untrained', (folder) =>
      rmSync(join(folder, 'checkpoints'), { recursive: true }),
    );
    expect(await refuse([run('a'), empty])).toMatch(/^runs\/untrained: expected .*without checkpoints/);
  });

  test('other classes', async () => {
    const labelsFile = data.write('other.csv', ['Swiping Left', 'Stop Sign', 'Swiping Right']);
    await trainSession(data.config('other', { labelsFile, epochs: 1 }));
    expect(await refuse([run('a'), run('other')])).toMatch(
      /^runs\/other: expected the 3 classes of runs\/a, class 2 being "Swiping Right", received 3 classes, class 2 being "Stop Sign"/,
    );
  });

  test('another preprocessing', async () => {
    await trainSession(data.config('small', { crop: { height: 76, width: 76 }, epochs: 1 }));
    expect(await refuse([run('a'), run('small')])).toMatch(
      /^runs\/small: expected the preprocessing of runs\/a: crop {"height":84,"width":84}, received crop {"height":76,"width":76}/,
    );
  });

  test('weights of another network than in the configuration', async () => {
    const lying = await copy('lying', (folder) => {
      const file = join(folder, 'config.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('SingleFrameSmall', 'ConvColumnSmall'));
      const tensors = serialize.loadSafetensors(best(folder));
      const metadata = serialize.loadSafetensorsMetadata(best(folder));
      tensors.get('new_fc.bias')!.add_(1);
      serialize.saveSafetensors(best(folder), tensors, Object.fromEntries(metadata));
      for (const tensor of tensors.values()) tensor.dispose();
    });
    expect(await refuse([run('a'), lying])).toMatch(
      /^runs\/lying: expected the weights of ConvColumnSmall, as in its config.json, received those of SingleFrameSmall/,
    );
  });

  test('logits that are no numbers', async () => {
    const broken = await copy('broken', (folder) => {
      const tensors = serialize.loadSafetensors(best(folder));
      const metadata = serialize.loadSafetensorsMetadata(best(folder));
      tensors.get('new_fc.bias')!.fill_(Number.NaN);
      serialize.saveSafetensors(best(folder), tensors, Object.fromEntries(metadata));
      for (const tensor of tensors.values()) tensor.dispose();
    });
    expect(await refuse([run('a'), broken])).toBe(
      'runs/broken: expected finite logits, received NaN for clip 11; the member has diverged; leave it out',
    );
  });

  test('clips that a member was trained on, and clips on both sides', async () => {
    const mixed = data.write('mixed.csv', ['12;Swiping Left', '3;Swiping Right']);
    expect(await refuse([run('a'), run('b')], { fit: mixed })).toMatch(
      /^mixed.csv: expected clips that no member was trained on, received 1 of 2 that runs\/a was trained on, such as 3; .*--leaky/,
    );
    expect(await refuse([run('a'), run('b')], { test: data.at('validation.csv') })).toMatch(
      /^validation.csv: expected clips that are not in validation.csv, which rules are fitted to, received 4 of 4/,
    );
  });

  test('a list of people with gaps', async () => {
    const subjects = data.write('subjects.csv', ['id;subject', '11;anna', '12;anna', '13;ben']);
    expect(await refuse([run('a'), run('b')], { subjects })).toMatch(
      /^subjects.csv: expected the person in clip 14, received no line for it/,
    );
    rmSync(subjects);
  });
});
