/** `kinora split` as a user runs it: people stay together, the lists train, hand-made lists are not replaced. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../data/decode/fixtures.test.util.js';
import { readClipList } from '../data/lists/annotations.js';
import { readLabels } from '../data/lists/labels.js';
import { kinora } from './terminal/kinora.test.util.js';

const PEOPLE = ['anna', 'bo', 'chen', 'dara', 'eve'];

/** Two classes, the five people in both, two clips each; names that lists have to quote. */
function clips(folder: string): void {
  for (const name of ['thumb, up', 'wäve']) {
    mkdirSync(join(folder, 'my clips', name), { recursive: true });
    for (const person of PEOPLE)
      for (const i of [1, 2]) writeFileSync(join(folder, 'my clips', name, `${person}-${i}.mp4`), '');
  }
}

test('divides by person, writes lists that are read back, and does not write over them', async () => {
  using folder = temporaryFolder();
  clips(folder.path);
  const words = ['split', 'my clips', '--person', '^[^-]+', '--out', 'lists'];
  const first = await kinora(folder.path, ...words);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toContain('2 classes, 20 clips of 5 people');
  expect(first.stdout).toContain("--set trainFolder='my clips' --set trainList=lists/train.csv");

  const labels = readLabels(join(folder.path, 'lists/labels.csv'));
  expect(labels).toEqual(['thumb, up', 'wäve']);
  const [train, validation] = ['train', 'validation'].map((name) =>
    readClipList(join(folder.path, `lists/${name}.csv`), join(folder.path, 'my clips'), { labels }),
  );
  expect([train!.items.length, validation!.items.length]).toEqual([16, 4]);
  const who = (list: typeof train) => new Set(list!.items.map(({ id }) => /\/(\w+)-/.exec(id)![1]));
  expect([...who(train)].filter((person) => who(validation).has(person))).toEqual([]);
  expect(readFileSync(join(folder.path, 'lists/subjects.csv'), 'utf8')).toMatch(
    /^id,subject\n"thumb, up\/anna-1.mp4",anna\n/,
  );

  const again = await kinora(folder.path, ...words);
  expect(again.status).toBe(1);
  expect(again.stderr).toMatch(/lists\/train\.csv: expected no file there yet/);
});

test('says so where nobody knows who is who, and names what it cannot use', async () => {
  using folder = temporaryFolder();
  clips(folder.path);
  const unknown = await kinora(folder.path, 'split', 'my clips');
  expect(unknown.stdout).toContain('so a person may be in both lists');
  const pattern = await kinora(folder.path, 'split', 'my clips', '--person', '(');
  expect(pattern).toMatchObject({ status: 2 });
  expect(pattern.stderr).toContain('--person: expected a regular expression');
  const nobody = await kinora(folder.path, 'split', 'my clips', '--person', '^[A-Z]+', '--out', 'b');
  expect(nobody.stderr).toContain('thumb, up/anna-1.mp4: expected a name that matches /^[A-Z]+/u');
});
