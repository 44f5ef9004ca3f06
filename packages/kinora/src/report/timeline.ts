/** A picture of a stream: what happened, what was detected, and the probability over time. */
import { el, type Markup, picture } from '../figures/svg.js';
import type { Theme } from '../figures/theme.js';
import { plural } from '../figures/words.js';
import { judge, type StreamEvent, type StreamResult, TOLERANCES, type Verdict } from '../measure/streams.js';
import type { StreamTrace } from './stream-data.js';

const WIDTH = 1000;
const [LEFT, RIGHT] = [84, WIDTH - 12];
const ROW = 22;
const CURVE = 56;
const TOP = 30;

/** Seconds shown in a row of the picture. */
const LINE = 30;

/** Rows of 30 seconds, one below the other. */
export function timeline(result: StreamResult, trace: StreamTrace | undefined, theme: Theme): Markup {
  const rows = Math.max(1, Math.ceil(result.seconds / LINE - 1e-9));
  const height = 3 * ROW + (trace === undefined ? 0 : CURVE) + 30;
  const { verdicts } = judge(result.events, result.detections, TOLERANCES.at(-1)!);
  const right = verdicts.filter((verdict) => verdict === 'right').length;
  const words = `${result.id}: ${plural(result.events.length, 'gesture')}, ${right} detected, ${plural(result.detections.length - right, 'other detection')}`;
  return picture(
    { width: WIDTH, height: TOP + rows * height },
    words,
    theme,
    el('text', { x: 12, y: 19, fill: theme.ink, 'font-size': 13, 'font-weight': 600 }, words),
    Array.from({ length: rows }, (_, i) =>
      el(
        'g',
        { transform: `translate(0 ${TOP + i * height})` },
        line(result, verdicts, trace, i * LINE, theme),
      ),
    ),
  );
}

function line(
  { events, activities, detections, seconds }: StreamResult,
  verdicts: readonly Verdict[],
  trace: StreamTrace | undefined,
  from: number,
  theme: Theme,
): Markup[] {
  const to = Math.min(from + LINE, Math.max(seconds, from + 1));
  const x = (time: number): number =>
    LEFT + ((Math.min(Math.max(time, from), from + LINE) - from) / LINE) * (RIGHT - LEFT);
  const seen = (start: number, end: number): boolean => end > from && start < from + LINE;
  const bar = (
    part: StreamEvent,
    row: number,
    style: { fill: string; opacity?: number; beside?: boolean },
    title: string,
  ): Markup[] => {
    if (!seen(part.start, part.end)) return [];
    const [left, width] = [x(part.start), Math.max(2, x(part.end) - x(part.start))];
    return [
      el(
        'g',
        { class: 'cell' },
        el('rect', {
          x: left,
          y: row * ROW + 2,
          width,
          height: ROW - 4,
          rx: 3,
          fill: style.fill,
          'fill-opacity': style.opacity ?? 1,
        }),
        el(
          'text',
          { x: left + (style.beside ? width + 3 : 4), y: row * ROW + 15, fill: theme.ink, 'font-size': 10 },
          style.beside ? part.label : clipped(part.label, width - 6),
        ),
        el('title', {}, title),
      ),
    ];
  };
  const rowName = (name: string, row: number): Markup =>
    el('text', { x: LEFT - 8, y: row * ROW + 15, 'text-anchor': 'end', fill: theme.muted }, name);
  const time = (value: number): string => `${value.toFixed(1)} s`;
  const found = detections.map(({ label, time: start, ended }, i) => {
    const end = Math.max(ended ?? start, start + 0.25);
    const fill = { right: theme.blue, again: theme.muted, wrong: theme.orange, 'false alarm': theme.orange };
    const verdict = verdicts[i]!;
    return bar(
      { label, start, end },
      1,
      { fill: fill[verdict], beside: true },
      `${label}, detected at ${time(start)}: ${verdict}`,
    );
  });
  const base = 3 * ROW;
  return [
    el('rect', {
      x: LEFT,
      y: 0,
      width: x(to) - LEFT,
      height: 3 * ROW,
      fill: theme.rule,
      'fill-opacity': 0.35,
    }),
    rowName('gestures', 0),
    rowName('detected', 1),
    rowName('meanwhile', 2),
    ...events.flatMap((part) =>
      bar(
        part,
        0,
        { fill: theme.blue, opacity: 0.28 },
        `${part.label}, ${time(part.start)} to ${time(part.end)}`,
      ),
    ),
    ...found.flat(),
    ...activities.flatMap((part) =>
      bar(
        part,
        2,
        { fill: theme.muted, opacity: 0.25 },
        `${part.label}, ${time(part.start)} to ${time(part.end)}`,
      ),
    ),
    ...(trace === undefined ? [] : curve(trace, from, x(to), x, base, theme)),
    ...ticks(from, to).map((second) =>
      el(
        'text',
        {
          x: x(second),
          y: base + (trace === undefined ? 14 : CURVE + 14),
          'text-anchor': 'middle',
          fill: theme.muted,
          'font-size': 10,
        },
        `${second} s`,
      ),
    ),
  ];
}

function curve(
  { times, top, threshold }: StreamTrace,
  from: number,
  right: number,
  x: (time: number) => number,
  base: number,
  theme: Theme,
): Markup[] {
  const y = (share: number): number => base + CURVE - 4 - share * (CURVE - 10);
  const points = times
    .map((time, i) => [time, top[i]!] as const)
    .filter(([time]) => time >= from && time <= from + LINE)
    .map(([time, share]) => `${x(time).toFixed(1)},${y(share).toFixed(1)}`);
  return [
    el(
      'text',
      { x: LEFT - 8, y: base + CURVE / 2 + 4, 'text-anchor': 'end', fill: theme.muted },
      'probability',
    ),
    el('line', { x1: LEFT, x2: right, y1: y(0), y2: y(0), stroke: theme.rule }),
    el('line', {
      x1: LEFT,
      x2: right,
      y1: y(threshold),
      y2: y(threshold),
      stroke: theme.muted,
      'stroke-dasharray': '4 4',
    }),
    el('polyline', { points: points.join(' '), fill: 'none', stroke: theme.blue, 'stroke-width': 1.2 }),
  ];
}

/** Every ten seconds. */
const ticks = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / 10) + 1 }, (_, i) => from + 10 * i);

/** About 5.6 pixels a letter at this size; nothing where not even three fit. */
function clipped(text: string, width: number): string {
  const letters = Math.floor(width / 5.6);
  if (text.length <= letters) return text;
  return letters < 4 ? '' : `${text.slice(0, letters - 1)}…`;
}
