/**
 * What is wrong with the clips of a project, each with what repairs it. What files, names and lists show is computed at once;
 * what only the pictures show (`check.ts`) comes from the last `kinora project check`.
 */
import { plural, wholePercent } from '../figures/words.js';
import { type Check, type Examined, readCheck } from './check.js';
import { type LabelCheck, readLabelCheck } from './labels.js';
import { NOBODY } from './names.js';
import type { Project } from './project.js';
import type { Scan, ScannedClip } from './scan.js';
import { peopleIn } from './split.js';

export type FindingKind =
  | 'broken'
  | 'duplicate'
  | 'near-duplicate'
  | 'person-in-both'
  | 'unknown-people'
  | 'few-people'
  | 'imbalance'
  | 'length'
  | 'light'
  | 'label'
  | 'split';

/** An operation of the workbench's API that repairs a finding, and its body. */
export interface Repair {
  readonly label: string;
  readonly operation: 'removeClips' | 'moveClips' | 'changeSplit';
  readonly body: unknown;
}

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly clips: readonly string[];
  readonly repair: Repair | null;
}

/** What was measured of the clips, beside what files, names and lists show. */
export interface Measured {
  /** By `kinora project check`. */
  readonly examined: ReadonlyMap<string, Examined>;
  /** By a cross-validation. */
  readonly labels?: LabelCheck | undefined;
}

/** All that was measured of the clips, and the state of the check. */
export function measuredOf(project: Project, scan: Scan): Measured & Pick<Check, 'checked' | 'stale'> {
  const { clips: examined, checked, stale } = readCheck(project, scan);
  return { examined, checked, stale, labels: readLabelCheck(project, scan) };
}

/** Errors first. */
export function findingsOf(project: Project, scan: Scan, { examined, labels }: Measured): Finding[] {
  const editable = project.layout === 'folders';
  const findings = [
    ...broken(scan, examined),
    ...duplicates(scan, examined),
    ...peopleFindings(scan),
    ...balance(scan),
    ...lengths(scan),
    ...light(scan, examined),
    ...wrongLabels(scan, labels),
    ...lists(scan),
  ];
  const order = ['error', 'warning', 'note'];
  return findings
    .map((finding) => (editable ? finding : { ...finding, repair: null }))
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

const remove = (
  clips: readonly string[],
  label = `Move ${plural(clips.length, 'clip')} to the trash`,
): Repair => ({
  label,
  operation: 'removeClips',
  body: { clips },
});
const splitAnew: Repair = {
  label: 'Split by people',
  operation: 'changeSplit',
  body: { validation: 0.2, seed: 1 },
};
const ids = (clips: readonly ScannedClip[]): string[] => clips.map(({ id }) => id);

function broken({ clips }: Scan, examined: ReadonlyMap<string, Examined>): Finding[] {
  const bad = clips.filter(
    (clip) => clip.problem !== undefined || examined.get(clip.id)?.problem !== undefined,
  );
  if (bad.length === 0) return [];
  const [first] = bad as [ScannedClip];
  const reason = first.problem ?? examined.get(first.id)!.problem!;
  return [
    {
      kind: 'broken',
      severity: 'error',
      message: `${plural(bad.length, 'clip')} cannot be read, for example ${first.id}: ${reason}`,
      clips: ids(bad),
      repair: remove(ids(bad)),
    },
  ];
}

/**
 * Bits in which two sketches of 512 may differ. A sketch shows mostly the room, so clips of one camera are close: docs/decisions/0189
 * has the distances of copies and of different clips.
 */
const NEAR = 12;

function grouped<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item, place: number) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const [place, item] of items.entries()) {
    const key = keyOf(item, place);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** One finding for each group. The clip that stays is the first by its name. */
function duplicates({ clips }: Scan, examined: ReadonlyMap<string, Examined>): Finding[] {
  const known = clips.filter((clip) => examined.get(clip.id)?.sha256 !== undefined);
  const bySum = grouped(known, (clip) => examined.get(clip.id)!.sha256!);
  const same = [...bySum.values()].filter(({ length }) => length > 1);
  const single = [...bySum.values()].map(([first]) => first!);
  return [
    ...same.map((group) => duplicate('duplicate', group)),
    ...nearGroups(single, examined).map((group) => duplicate('near-duplicate', group)),
  ];
}

function duplicate(kind: 'duplicate' | 'near-duplicate', group: readonly ScannedClip[]): Finding {
  const parts = new Set(group.map(({ part }) => part).filter((part) => part !== undefined));
  const classes = new Set(group.map((clip) => clip.class));
  const what = kind === 'duplicate' ? 'the same file' : 'almost the same pictures';
  const where =
    classes.size > 1
      ? ', in different classes'
      : parts.size > 1
        ? ', in training and validation: the accuracy looks better than it is'
        : '';
  return {
    kind,
    // Pictures that are almost the same may still be two takes: to look at, and never an error.
    severity:
      kind === 'near-duplicate' ? (where === '' ? 'note' : 'warning') : where === '' ? 'warning' : 'error',
    message: `${ids(group).slice(0, 4).join(', ')}${group.length > 4 ? ` and ${group.length - 4} more` : ''}: ${what}${where}${kind === 'near-duplicate' ? '; watch them before you remove one' : ''}`,
    clips: ids(group),
    repair: remove(ids(group).slice(1), `Keep only ${group[0]!.id}`),
  };
}

/**
 * Groups of clips whose sketches differ in few bits. Sketches that differ in at most 12 of 512 bits agree in one of 13 bands of
 * bits at least, so only clips that share a band are compared.
 */
function nearGroups(clips: readonly ScannedClip[], examined: ReadonlyMap<string, Examined>): ScannedClip[][] {
  const bits = clips.map(({ id }) => Buffer.from(examined.get(id)!.sketch ?? '', 'hex'));
  const parent = clips.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  const join = (a: number, b: number): void => {
    parent[root(b)] = root(a);
  };
  const sketched = [...bits.keys()].filter((i) => bits[i]!.length * 8 === SKETCH_BITS);
  const width = Math.floor(SKETCH_BITS / (NEAR + 1));
  for (let band = 0; band <= NEAR; band++) {
    const groups = grouped(sketched, (i) => bandOf(bits[i]!, band * width, width));
    for (const group of groups.values()) compareWithin(group, bits, join, root);
  }
  const found = grouped(clips, (_, i) => root(i));
  return [...found.values()].filter(({ length }) => length > 1);
}

const SKETCH_BITS = 512;
/** Most comparisons in a band: flat pictures share bands by the thousand, and need not all be compared with each other. */
const MOST_COMPARED = 300;

function compareWithin(
  group: readonly number[],
  bits: readonly Buffer[],
  join: (a: number, b: number) => void,
  root: (i: number) => number,
): void {
  for (let i = 0; i < group.length; i++)
    for (let j = i + 1; j < Math.min(group.length, i + MOST_COMPARED); j++) {
      const [a, b] = [group[i]!, group[j]!];
      if (root(a) !== root(b) && distance(bits[a]!, bits[b]!) <= NEAR) join(a, b);
    }
}

function bandOf(sketch: Buffer, from: number, width: number): number {
  let key = 0;
  for (let bit = from; bit < from + width; bit++) key = key * 2 + ((sketch[bit >> 3]! >> (bit & 7)) & 1);
  return key;
}

const ONES = Uint8Array.from(
  { length: 256 },
  (_, byte) => [...byte.toString(2)].filter((bit) => bit === '1').length,
);

function distance(a: Buffer, b: Buffer): number {
  let count = 0;
  for (let i = 0; i < a.length && count <= NEAR; i++) count += ONES[a[i]! ^ b[i]!]!;
  return count;
}

function peopleFindings(scan: Scan): Finding[] {
  const people = peopleIn(scan);
  const findings: Finding[] = [];
  const both = people.filter((person) => person.both);
  if (both.length > 0) {
    const names = new Set(both.map(({ name }) => name));
    findings.push({
      kind: 'person-in-both',
      severity: 'error',
      message: `${[...names].slice(0, 5).join(', ')} ${names.size === 1 ? 'is' : 'are'} in training and validation: the accuracy looks better than it is`,
      clips: ids(scan.clips.filter(({ person }) => names.has(person ?? ''))),
      repair: splitAnew,
    });
  }
  const nameless = scan.clips.filter(({ person }) => person === undefined);
  if (nameless.length > 0)
    findings.push({
      kind: 'unknown-people',
      severity: 'warning',
      message: `nobody is named in ${plural(nameless.length, 'clip')}, so the same person may be in training and validation; move them to a person`,
      clips: ids(nameless),
      repair: null,
    });
  const known = people.filter(({ name }) => name !== NOBODY).length;
  if (scan.clips.length > 0 && known < 3)
    findings.push({
      kind: 'few-people',
      severity: 'warning',
      message: `${plural(known, 'known person', 'known people')}: with fewer than three, the accuracy says little about strangers`,
      clips: [],
      repair: null,
    });
  return findings;
}

function balance({ clips, classes }: Scan): Finding[] {
  const counts = classes.map((name) => clips.filter((clip) => clip.class === name).length);
  const empty = classes.filter((_, i) => counts[i] === 0);
  const most = Math.max(0, ...counts);
  const few = classes.filter((_, i) => counts[i]! > 0 && counts[i]! * 3 < most);
  const note = (severity: 'warning' | 'note', message: string): Finding => ({
    kind: 'imbalance',
    severity,
    message,
    clips: [],
    repair: null,
  });
  return [
    ...(empty.length > 0 ? [note('warning', `no clips of ${empty.slice(0, 8).join(', ')}`)] : []),
    ...(few.length > 0
      ? [
          note(
            'warning',
            `less than a third as many clips of ${few.slice(0, 8).join(', ')} as of the largest class (${most})`,
          ),
        ]
      : []),
    ...(clips.length > 0 && most < 8
      ? [note('note', `${plural(most, 'clip')} in the largest class; aim for 15 or more in each`)]
      : []),
  ];
}

/** Less than a third or more than three times as long as the median. */
function lengths({ clips }: Scan): Finding[] {
  const known = clips.filter((clip) => clip.facts !== undefined && clip.start === undefined);
  if (known.length < 8) return [];
  const median = [...known].sort((a, b) => a.facts!.seconds - b.facts!.seconds)[known.length >> 1]!.facts!
    .seconds;
  const odd = known.filter(({ facts }) => facts!.seconds * 3 < median || facts!.seconds > median * 3);
  if (odd.length === 0) return [];
  return [
    {
      kind: 'length',
      severity: 'note',
      message: `${plural(odd.length, 'clip')} much shorter or longer than the median of ${median.toFixed(1)} s, for example ${odd[0]!.id} (${odd[0]!.facts!.seconds.toFixed(1)} s)`,
      clips: ids(odd),
      repair: null,
    },
  ];
}

/** Mean brightness and contrast below which a hand cannot be seen. */
const [DARK, FLAT, BRIGHT] = [0.06, 0.02, 0.97];

function light({ clips }: Scan, examined: ReadonlyMap<string, Examined>): Finding[] {
  const odd = clips.filter(({ id }) => {
    const { brightness = 0.5, contrast = 0.5 } = examined.get(id) ?? {};
    return brightness < DARK || brightness > BRIGHT || contrast < FLAT;
  });
  const still = clips.filter(({ id }) => (examined.get(id)?.motion ?? 1) === 0);
  const finding = (found: readonly ScannedClip[], what: string): Finding[] =>
    found.length === 0
      ? []
      : [
          {
            kind: 'light',
            severity: 'warning',
            message: `${plural(found.length, 'clip')} ${what}, for example ${found[0]!.id}`,
            clips: ids(found),
            repair: remove(ids(found)),
          },
        ];
  return [...finding(odd, 'almost black, white or grey'), ...finding(still, 'without any motion')];
}

/** Findings of this kind at most: of a weak network there may be hundreds. */
const MOST_LABELS = 50;

/** One finding for each clip, since each moves to a class of its own. */
function wrongLabels({ classes }: Scan, check: LabelCheck | undefined): Finding[] {
  if (check === undefined) return [];
  const known = check.suspects.filter(({ suggested }) => classes.includes(suggested));
  const findings = known.slice(0, MOST_LABELS).map(
    ({ id, label, suggested, probability, probabilityOfSuggested }): Finding => ({
      kind: 'label',
      severity: 'warning',
      message: `${id} looks like ${suggested} (${wholePercent(probabilityOfSuggested)}) and is labelled ${label} (${wholePercent(probability)}); a hard clip can look wrong too: watch it first`,
      clips: [id],
      repair: {
        label: `Move it to ${suggested}`,
        operation: 'moveClips',
        body: { clips: [id], class: suggested },
      },
    }),
  );
  const left = known.length - findings.length;
  if (left === 0) return findings;
  const message = `${plural(left, 'more label')} that ${left === 1 ? 'looks' : 'look'} wrong; kinora labels runs/${check.run} lists all`;
  const clips = known.slice(MOST_LABELS).map(({ id }) => id);
  return [...findings, { kind: 'label', severity: 'note', message, clips, repair: null }];
}

function lists({ faults, gone, clips, listed }: Scan): Finding[] {
  const findings: Finding[] = faults.map((message) => ({
    kind: 'split',
    severity: 'error',
    message,
    clips: [],
    repair: splitAnew,
  }));
  if (gone > 0)
    findings.push({
      kind: 'split',
      severity: 'warning',
      message: `${plural(gone, 'line')} of the lists whose clip is no longer there`,
      clips: [],
      repair: splitAnew,
    });
  const outside = clips.filter(({ part, problem }) => part === undefined && problem === undefined);
  if (listed.train && outside.length > 0)
    findings.push({
      kind: 'split',
      severity: 'note',
      message: `${plural(outside.length, 'clip')} in neither list, which training does not use`,
      clips: ids(outside),
      repair: splitAnew,
    });
  return findings;
}
