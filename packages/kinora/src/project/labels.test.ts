/** Labels that look wrong, from predictions of a cross-validation on disk, and how they follow the clips. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { writeNpy } from '../files/npy.js';
import { findingsOf, measuredOf } from './health.js';
import { readLabelCheck } from './labels.js';
import { openProject } from './project.js';
import { ClipIndex } from './scan.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);
const LABELS = ['stop', 'wave'];
/** Every clip with the logit of its label above that of the other class; wave/ben-1 is far on the other side. */
const CLIPS: readonly (readonly [id: string, margin: number])[] = [
  ['stop/anna-1', 3],
  ['stop/ben-1', 3],
  ['wave/anna-1', 3],
  ['wave/ben-1', -4],
];
const picture = encodeJpeg(new Uint8Array(16 * 16 * 3), { height: 16, width: 16 });

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [id] of CLIPS) {
    mkdirSync(at('clips', id), { recursive: true });
    writeFileSync(at('clips', id, '00001.jpg'), picture);
  }
  report('first');
});

function report(run: string, of = (margin: number) => margin): void {
  const targets = Int32Array.from(CLIPS, ([id]) => LABELS.indexOf(id.split('/')[0]!));
  const logits = Float32Array.from(
    CLIPS.flatMap(([, margin], n) => LABELS.map((_, c) => (c === targets[n] ? of(margin) : 0))),
  );
  mkdirSync(at('runs', run, 'report'), { recursive: true });
  writeFileSync(
    at('runs', run, 'report', 'predictions.csv'),
    `path,label\n${CLIPS.map(([id]) => `${id},x`).join('\n')}\n`,
  );
  writeNpy(at('runs', run, 'report', 'logits.npy'), logits, [CLIPS.length, 2]);
  writeNpy(at('runs', run, 'report', 'targets.npy'), targets, [CLIPS.length]);
  writeFileSync(at('runs', run, 'report', 'crossval.json'), JSON.stringify({ labels: LABELS }));
}

function look() {
  const project = openProject(folder);
  const scan = new ClipIndex(project).scan();
  return {
    check: readLabelCheck(project, scan),
    findings: findingsOf(project, scan, measuredOf(project, scan)),
  };
}

test('a clip that is confidently of another class is found, with a move as its repair', () => {
  const { check, findings } = look();
  expect(check!.run).toBe('first');
  expect(check!.suspects.map(({ id, suggested }) => [id, suggested])).toEqual([['wave/ben-1', 'stop']]);
  const [finding] = findings.filter(({ kind }) => kind === 'label');
  expect(finding).toMatchObject({
    severity: 'warning',
    clips: ['wave/ben-1'],
    repair: { operation: 'moveClips', body: { clips: ['wave/ben-1'], class: 'stop' } },
  });
  expect(finding!.message).toContain('looks like stop (98 %) and is labelled wave (2 %)');
});

test('a clip that has been moved is no suspect, and is one again when it is back', () => {
  renameSync(at('clips', 'wave', 'ben-1'), at('clips', 'stop', 'ben-2'));
  expect(look().check!.suspects).toEqual([]);
  renameSync(at('clips', 'stop', 'ben-2'), at('clips', 'wave', 'ben-1'));
  expect(look().check!.suspects).toHaveLength(1);
});

test('a clip that was recorded anew has not been judged', () => {
  utimesSync(at('clips', 'wave', 'ben-1'), new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
  expect(look().check!.suspects).toEqual([]);
});

test('the latest cross-validation counts, and a damaged one is none', () => {
  report('second', Math.abs);
  utimesSync(at('runs', 'first', 'report', 'crossval.json'), new Date(0), new Date(0));
  expect(look().check).toMatchObject({ run: 'second', suspects: [] });
  writeFileSync(at('runs', 'second', 'report', 'logits.npy'), 'no array');
  expect(look().check).toBeUndefined();
});
