/** Class names: the labels file, and which class a mirrored clip belongs to. */
import { nearest } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { readLines } from '../../files/csv.js';
import { isPrintable } from '../../files/printable.js';

/** Reads a labels file: one class per line, in the order of the logits; empty lines are ignored. */
export function readLabels(file: string): string[] {
  const seen = new Map<string, number>();
  for (const [i, line] of readLines(file, 'a labels file with one class per line').entries()) {
    const label = className(line.trim(), () => `${file} line ${i + 1}`);
    if (label === '') continue;
    if (seen.has(label)) throw repeated(file, i + 1, label, seen.get(label)!);
    seen.set(label, i + 1);
  }
  if (seen.size === 0) {
    throw kinoraError('data/no-labels', file, 'one class per line', 'no class');
  }
  return [...seen.keys()];
}

/**
 * Composes accented letters (NFC): file systems, editors and keyboards differ in this, invisibly. Throws `data/label`,
 * with where it was found, for a name with control characters or line breaks.
 */
export function className(name: string, where: () => string): string {
  if (isPrintable(name)) return name.normalize('NFC');
  throw kinoraError('data/label', where(), {
    expected: 'the name of a class, without line breaks and control characters',
    received: JSON.stringify(name),
    hint: 'rename the class',
  });
}

/** The error for an unknown label, in a list of `things`. */
export function unknownLabel(
  where: string,
  label: string,
  labels: readonly string[],
  things: 'lines' | 'clips' | 'folders',
): KinoraError {
  const near = nearest(label, labels);
  const one = things === 'folders' ? 'a folder named after one' : 'one';
  return kinoraError('data/unknown-label', where, `${one} of the ${labels.length} labels`, `"${label}"`, {
    hint: `${near === undefined ? '' : `the nearest label is "${near}"; `}unknownLabels: "drop" leaves such ${things} out`,
  });
}

const OPPOSITE: Readonly<Record<string, string>> = {
  left: 'right',
  right: 'left',
  clockwise: 'counterclockwise',
  counterclockwise: 'clockwise',
  anticlockwise: 'clockwise',
  lefthand: 'righthand',
  righthand: 'lefthand',
};

/**
 * The flip map of these labels: names with left, right or a direction of rotation map to the name with the opposite, or
 * to null (not to be mirrored) if no class has that name. In Jester these are Swiping and Sliding Two Fingers Left /
 * Right, and Turning Hand Clockwise / Counterclockwise.
 */
export function flipMapFor(labels: readonly string[]): Record<string, string | null> {
  const map: Record<string, string | null> = {};
  for (const label of labels) {
    const mirrored = label.replace(/[a-z]+/gi, opposite);
    if (mirrored !== label) map[label] = labels.includes(mirrored) ? mirrored : null;
  }
  return map;
}

/** A label index which means that the clip must not be mirrored. */
export const NOT_MIRRORED = -2;

/** The flip map by index, int32 `[labels]`: the class of a mirrored clip of each class, or NOT_MIRRORED. */
export function flipTable(
  labels: readonly string[],
  map: Readonly<Record<string, string | null>>,
): Int32Array {
  return Int32Array.from(labels, (label, i) => {
    const mirrored = Object.hasOwn(map, label) ? map[label] : undefined;
    if (mirrored === undefined) return i;
    return mirrored === null || !labels.includes(mirrored) ? NOT_MIRRORED : labels.indexOf(mirrored);
  });
}

/** The opposite of a word, in the same case; other words are returned unchanged. */
function opposite(word: string): string {
  const key = word.toLowerCase();
  if (!Object.hasOwn(OPPOSITE, key)) return word;
  const other = OPPOSITE[key]!;
  if (word === word.toUpperCase()) return other.toUpperCase();
  return word[0] === word[0]!.toUpperCase() ? other[0]!.toUpperCase() + other.slice(1) : other;
}

function repeated(file: string, line: number, label: string, first: number): KinoraError {
  return kinoraError('data/repeated-label', `${file} line ${line}`, {
    expected: 'every class once',
    received: `"${label}" again, first in line ${first}`,
  });
}
