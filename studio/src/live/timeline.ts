/** Draws the timeline: one strip per label, its height the smoothed probability, filled during a recognised gesture. */
import { cssColour } from '../design/paint.js';
import type { palette } from '../theme.svelte.js';
import type { LoggedGesture } from './following.svelte.js';
import { type Moment, SPAN } from './history.js';

export interface Drawn {
  readonly width: number;
  /** Milliseconds of `performance.now()` at the right edge. */
  readonly now: number;
  /** Classes, top to bottom. */
  readonly rows: readonly number[];
  readonly moments: readonly Moment[];
  readonly log: readonly LoggedGesture[];
  readonly labels: readonly string[];
  readonly threshold: number;
  readonly palette: ReturnType<typeof palette>;
}

const ROW = 40;
const AXIS = 20;
/** Pixels of a row that its name takes. */
const NAME = 16;

export const timelineHeight = (rows: number): number => rows * ROW + AXIS;

export function drawTimeline(context: CanvasRenderingContext2D, drawn: Drawn): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.font = `12px ${getComputedStyle(context.canvas).fontFamily}`;
  drawAxis(context, drawn);
  for (const [row, label] of drawn.rows.entries()) drawRow(context, drawn, row * ROW, label);
}

const xOf = ({ width, now }: Drawn, at: number): number => width - ((now - at) / (SPAN * 1000)) * width;

function drawAxis(context: CanvasRenderingContext2D, drawn: Drawn): void {
  const { palette, width, now } = drawn;
  const bottom = context.canvas.height / (devicePixelRatio || 1);
  context.strokeStyle = palette.line;
  context.fillStyle = cssColour(palette.ink);
  for (let seconds = 0; seconds <= SPAN; seconds += 5) {
    const x = Math.min(width - 0.5, Math.max(0.5, xOf(drawn, now - seconds * 1000)));
    context.globalAlpha = 0.25;
    line(context, x, 0, x, bottom - AXIS);
    context.globalAlpha = 0.75;
    context.textAlign = seconds === 0 ? 'right' : seconds === SPAN ? 'left' : 'center';
    context.fillText(seconds === 0 ? 'now' : `−${seconds} s`, x, bottom - 5);
  }
  context.globalAlpha = 1;
}

function drawRow(context: CanvasRenderingContext2D, drawn: Drawn, top: number, label: number): void {
  const { palette, labels, width, threshold } = drawn;
  const floor = top + ROW - 3;
  const yOf = (score: number): number => floor - score * (ROW - NAME - 3);
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.3;
  fillUnder(context, drawn, label, floor, yOf);
  context.globalAlpha = 1;
  for (const gesture of drawn.log) fillGesture(context, drawn, gesture, label, floor, yOf);
  context.strokeStyle = palette.line;
  context.globalAlpha = 0.5;
  line(context, 0, floor + 0.5, width, floor + 0.5);
  context.setLineDash([2, 4]);
  line(context, 0, yOf(threshold), width, yOf(threshold));
  context.setLineDash([]);
  context.globalAlpha = 1;
  context.fillStyle = cssColour(palette.ink);
  context.textAlign = 'left';
  context.fillText(labels[label]!, 0, top + 11);
}

type Height = (score: number) => number;

function fillUnder(
  context: CanvasRenderingContext2D,
  drawn: Drawn,
  label: number,
  floor: number,
  yOf: Height,
): void {
  const [first] = drawn.moments;
  if (first === undefined) return;
  context.beginPath();
  context.moveTo(xOf(drawn, first.at), floor);
  for (const { at, scores } of drawn.moments) context.lineTo(xOf(drawn, at), yOf(scores[label]!));
  context.lineTo(xOf(drawn, drawn.moments.at(-1)!.at), floor);
  context.fill();
}

/** The same area once more, in full colour, for the duration of the gesture. */
function fillGesture(
  context: CanvasRenderingContext2D,
  drawn: Drawn,
  gesture: LoggedGesture,
  label: number,
  floor: number,
  yOf: Height,
): void {
  if (drawn.labels[label] !== gesture.label) return;
  const [from, until] = [xOf(drawn, gesture.from), xOf(drawn, gesture.until ?? drawn.now)];
  if (until < 0) return;
  context.save();
  context.beginPath();
  context.rect(from, floor - ROW, Math.max(2, until - from), ROW);
  context.clip();
  fillUnder(context, drawn, label, floor, yOf);
  context.restore();
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
