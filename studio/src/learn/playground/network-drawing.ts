/**
 * Draws a network on a canvas: the clip on the left, a column of maps for each layer, the answer on the right, and lines
 * whose width is the size of the weights and whose colour is their sign.
 */
import { cssColour, signedColour } from '../../design/paint.js';
import type { Rgb } from '../../theme.svelte.js';
import { type Architecture, convolutions, SIDE, type Weights } from './engine/network.js';
import { SIGNS } from './words.js';

export interface Drawing {
  readonly architecture: Architecture;
  readonly weights: Weights;
  /** One clip, `[T, 24, 24]`. */
  readonly clip: Float32Array;
  /** Of each layer for that clip, `[C, T, H, W]`. */
  readonly maps: readonly Float32Array[];
  readonly probabilities: Float32Array;
  readonly classes: readonly string[];
  /** The frame to show. */
  readonly t: number;
  /** Kernel of the first layer whose lines are emphasised. */
  readonly chosen: number;
}

export interface Colours {
  readonly paper: Rgb;
  readonly ink: Rgb;
  readonly positive: Rgb;
  readonly negative: Rgb;
  readonly accent: string;
  readonly line: string;
  readonly muted: string;
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

export interface Layout {
  readonly input: Cell;
  readonly layers: readonly (readonly Cell[])[];
  readonly answers: readonly Cell[];
  /** Width of the bars of the answer. */
  readonly bar: number;
}

const TOP = 24;

export function layoutOf({ layers, channels, classes }: Architecture, width: number, height: number): Layout {
  const narrow = width < 480;
  const bar = narrow ? 62 : 104;
  const room = height - TOP;
  const size = Math.min(narrow ? 30 : 46, (room - (channels - 1) * 3) / channels);
  const gap = Math.min(14, (room - channels * size) / Math.max(1, channels - 1));
  const block = channels * size + (channels - 1) * gap;
  const inputSize = narrow ? 60 : 112;
  const middle = TOP + room / 2;
  const [from, to] = [inputSize, width - bar];
  const column = (layer: number): number =>
    from + ((to - from - layers * size) * (layer + 1)) / (layers + 1) + layer * size;
  const row = Math.min(38, room / classes);
  return {
    input: { x: 0, y: middle - inputSize / 2, size: inputSize },
    layers: Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: channels }, (_, c) => ({
        x: column(layer),
        y: middle - block / 2 + c * (size + gap),
        size,
      })),
    ),
    answers: Array.from({ length: classes }, (_, k) => ({
      x: width - bar,
      y: middle - (classes * row) / 2 + k * row,
      size: row,
    })),
    bar,
  };
}

export function drawNetwork(
  context: CanvasRenderingContext2D,
  layout: Layout,
  drawing: Drawing,
  colours: Colours,
): void {
  const { canvas } = context;
  const scale = context.getTransform().a || 1;
  context.clearRect(0, 0, canvas.width / scale, canvas.height / scale);
  drawLines(context, layout, drawing, colours);
  drawHeads(context, layout, drawing, colours);
  drawCells(context, layout, drawing, colours);
  drawAnswers(context, layout, drawing, colours);
}

/** Size and sign of the weights between two cells. */
interface Link {
  readonly from: Cell;
  readonly to: Cell;
  readonly size: number;
  readonly sum: number;
  readonly isChosen: boolean;
}

function drawLines(
  context: CanvasRenderingContext2D,
  layout: Layout,
  { architecture, weights, chosen }: Drawing,
  colours: Colours,
): void {
  const stages = convolutions(architecture).map(({ name }, layer) =>
    links(
      layer === 0 ? [layout.input] : layout.layers[layer - 1]!,
      layout.layers[layer]!,
      weights[`${name}.weight`]!,
      (from, to) => (layer === 0 ? to === chosen : layer === 1 && from === chosen),
    ),
  );
  const last = links(
    layout.layers.at(-1)!,
    layout.answers,
    weights['linear.weight']!,
    (from) => architecture.layers === 1 && from === chosen,
  );
  for (const stage of [...stages, last]) {
    const most = Math.max(1e-9, ...stage.map(({ size }) => size));
    for (const { from, to, size, sum, isChosen } of [...stage].sort((a, b) => +a.isChosen - +b.isChosen)) {
      const share = size / most;
      const start = { x: from.x + from.size, y: from.y + from.size / 2 };
      const end = { x: to.x, y: to.y + to.size / 2 };
      const bend = (end.x - start.x) * 0.5;
      context.beginPath();
      context.moveTo(start.x, start.y);
      context.bezierCurveTo(start.x + bend, start.y, end.x - bend, end.y, end.x, end.y);
      context.lineWidth = 0.4 + 3.4 * share ** 1.5;
      context.globalAlpha = isChosen ? 0.95 : 0.12 + 0.4 * share;
      context.strokeStyle = cssColour(sum < 0 ? colours.negative : colours.positive);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

function links(
  from: readonly Cell[],
  to: readonly Cell[],
  weights: Float32Array,
  isChosen: (from: number, to: number) => boolean,
): Link[] {
  const each = weights.length / (from.length * to.length);
  return to.flatMap((end, o) =>
    from.map((start, i): Link => {
      let [squares, sum] = [0, 0];
      for (let k = 0; k < each; k++) {
        const weight = weights[(o * from.length + i) * each + k]!;
        squares += weight * weight;
        sum += weight;
      }
      return { from: start, to: end, size: Math.sqrt(squares), sum, isChosen: isChosen(i, o) };
    }),
  );
}

function drawHeads(
  context: CanvasRenderingContext2D,
  layout: Layout,
  { architecture }: Drawing,
  colours: Colours,
): void {
  context.font = '500 12px Inter, system-ui, sans-serif';
  context.fillStyle = colours.muted;
  context.textBaseline = 'top';
  context.textAlign = 'left';
  context.fillText('clip', 0, 0);
  context.textAlign = 'center';
  for (const [layer, cells] of layout.layers.entries()) {
    const { x, size } = cells[0]!;
    context.fillText(
      architecture.layers === 3 && size < 34 ? `l. ${layer + 1}` : `layer ${layer + 1}`,
      x + size / 2,
      0,
    );
  }
  context.textAlign = 'left';
  context.fillText('answer', layout.answers[0]!.x + 6, 0);
}

function drawCells(
  context: CanvasRenderingContext2D,
  layout: Layout,
  { architecture, clip, maps, t, chosen }: Drawing,
  colours: Colours,
): void {
  const frame = t % architecture.frames;
  const grey = clip.subarray(frame * SIDE * SIDE, (frame + 1) * SIDE * SIDE);
  drawImage(context, layout.input, SIDE, (i) => {
    const level = grey[i]! * 255;
    return [level, level, level];
  });
  border(context, layout.input, colours.line, 1);
  for (const [layer, { outputs, result }] of convolutions(architecture).entries()) {
    const [frames, side] = result;
    const values = maps[layer]!;
    let most = 1e-6;
    for (const value of values) if (value > most) most = value;
    for (let c = 0; c < outputs; c++) {
      const start = (c * frames + frame) * side * side;
      const cell = layout.layers[layer]![c]!;
      drawImage(context, cell, side, (i) => signedColour(values[start + i]! / most, colours));
      const isChosen = layer === 0 && c === chosen;
      border(context, cell, isChosen ? colours.accent : colours.line, isChosen ? 2 : 1);
    }
  }
}

function border(
  context: CanvasRenderingContext2D,
  { x, y, size }: Cell,
  colour: string,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
}

let scratch: HTMLCanvasElement | undefined;

/** A square picture of side x side pixels, enlarged without smoothing. */
function drawImage(
  context: CanvasRenderingContext2D,
  { x, y, size }: Cell,
  side: number,
  colour: (index: number) => Rgb,
): void {
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const [r, g, b] = colour(i);
    image.data.set([r, g, b, 255], i * 4);
  }
  scratch ??= document.createElement('canvas');
  scratch.width = side;
  scratch.height = side;
  scratch.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(scratch, x, y, size, size);
}

function drawAnswers(
  context: CanvasRenderingContext2D,
  layout: Layout,
  { probabilities, classes }: Drawing,
  colours: Colours,
): void {
  const dense = layout.answers[0]!.size < 26;
  const narrow = layout.bar < 80;
  for (const [k, { x, y, size }] of layout.answers.entries()) {
    const left = x + 6;
    const width = layout.bar - 6;
    context.font = `500 ${dense ? 11 : 12}px Inter, system-ui, sans-serif`;
    context.textBaseline = 'alphabetic';
    context.fillStyle = cssColour(colours.ink);
    context.textAlign = 'left';
    const line = y + size / 2;
    const name = narrow ? (SIGNS[classes[k]!] ?? classes[k]!) : classes[k]!;
    context.fillText(name, left, line - 2, width - 36);
    context.textAlign = 'right';
    context.fillText(`${Math.round(probabilities[k]! * 100)} %`, left + width, line - 2);
    context.fillStyle = colours.line;
    context.globalAlpha = 0.35;
    context.fillRect(left, line + 3, width, 5);
    context.globalAlpha = 1;
    context.fillStyle = colours.accent;
    context.fillRect(left, line + 3, Math.max(1, width * probabilities[k]!), 5);
  }
}
