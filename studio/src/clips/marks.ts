/** Events marked in a recording: where each starts and ends, in seconds, and what it shows. */

export interface Mark {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface Marking {
  readonly marks: readonly Mark[];
  /** A start without an end. */
  readonly open: number | undefined;
  /** The mark that keys change. */
  readonly chosen: number | undefined;
}

export const EMPTY: Marking = { marks: [], open: undefined, chosen: undefined };

/** Seconds; shorter ones are slips of the finger. */
export const SHORTEST = 0.2;

export const startAt = (marking: Marking, time: number): Marking => ({
  ...marking,
  open: time,
  chosen: undefined,
});

/** Ends the open event, in either direction; without one, the event lasts from the previous end or the beginning. */
export function endAt({ marks, open }: Marking, time: number, label: string): Marking {
  const before = Math.max(0, ...marks.map(({ end }) => end).filter((end) => end < time));
  const from = open ?? before;
  const [start, end] = [Math.min(from, time), Math.max(from, time)];
  if (end - start < SHORTEST) return { marks, open, chosen: undefined };
  const id = 1 + Math.max(0, ...marks.map((mark) => mark.id));
  return { marks: sorted([...marks, { id, start, end, label }]), open: undefined, chosen: id };
}

export const changeMark = (marking: Marking, id: number, changes: Partial<Omit<Mark, 'id'>>): Marking => ({
  ...marking,
  marks: sorted(marking.marks.map((mark) => (mark.id === id ? { ...mark, ...changes } : mark))),
});

/** Moves one edge of a mark; it stops at the other edge and at the ends of the recording. */
export function moveEdge(
  marking: Marking,
  id: number,
  edge: 'start' | 'end',
  time: number,
  duration: number,
): Marking {
  const mark = marking.marks.find((mark) => mark.id === id);
  if (mark === undefined) return marking;
  const limits = edge === 'start' ? [0, mark.end - SHORTEST] : [mark.start + SHORTEST, duration];
  return changeMark(marking, id, { [edge]: Math.min(limits[1]!, Math.max(limits[0]!, time)) });
}

export const removeMark = ({ marks, open }: Marking, id: number): Marking => ({
  marks: marks.filter((mark) => mark.id !== id),
  open,
  chosen: undefined,
});

/** The mark before or after the chosen one, in time; the first one if none is chosen. */
export function step({ marks, open, chosen }: Marking, by: 1 | -1): Marking {
  const at = marks.findIndex(({ id }) => id === chosen);
  const next = at < 0 ? marks[0] : marks[Math.min(marks.length - 1, Math.max(0, at + by))];
  return { marks, open, chosen: next?.id };
}

const sorted = (marks: readonly Mark[]): readonly Mark[] =>
  [...marks].sort((a, b) => a.start - b.start || a.id - b.id);

/** 75.5 as 1:15.5. */
export function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`;
}
