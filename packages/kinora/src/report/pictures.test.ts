import { describe, expect, test } from 'vitest';
import { decodeJpeg } from '../data/decode/jpeg.js';
import { CHART, lineChart } from '../figures/line-chart.js';
import { toPng } from '../figures/png.js';
import { readPng } from '../figures/read-png.test.util.js';
import { el } from '../figures/svg.js';
import { fileTheme } from '../figures/theme.js';
import { confusionChart } from './confusion-chart.js';
import { curveCharts, curvePictures, curveSheet } from './curves.js';
import { mistakeSheet, mistakes } from './mistakes.js';
import { filmStrip, stripPixels } from './strips.js';
import { greyFrames, trialReport } from './trial.test.util.js';

const LABELS = ['Swiping Left', 'Swiping Right', 'Stop Sign'];
const COUNTS = Uint32Array.of(8, 2, 0, 0, 10, 0, 0, 5, 5);

type Colour = [number, number, number];

/** Share of the pixels of a picture for which `accept` holds, inside a rectangle given in SVG units. */
function share(
  png: ReturnType<typeof readPng>,
  [x0, y0, x1, y1]: number[],
  accept: (rgb: Colour) => boolean,
): number {
  let hits = 0;
  let all = 0;
  for (let y = y0! * 2; y < y1! * 2; y++) {
    for (let x = x0! * 2; x < x1! * 2; x++) {
      const at = (y * png.width + x) * 4;
      all++;
      if (accept([png.data[at]!, png.data[at + 1]!, png.data[at + 2]!])) hits++;
    }
  }
  return hits / all;
}

const dark = ([r, g, b]: Colour) => r < 110 && g < 110 && b < 110;
const bluish = ([r, , b]: Colour) => b - r > 40;
const orangeish = ([r, , b]: Colour) => r - b > 25;

describe('the confusion matrix', () => {
  const svg = confusionChart(COUNTS, LABELS, fileTheme).text;
  const png = readPng(toPng(svg));
  const rects = [...svg.matchAll(/<title>([^<]*)<\/title><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)];
  const boxes = rects.map(([, title, x, y, side]) => {
    const [left, top, size] = [Math.ceil(Number(x)), Math.ceil(Number(y)), Math.floor(Number(side)) - 2];
    return { title: title!, box: [left, top, left + size, top + size] };
  });

  test('has one cell for every pair that occurs', () => {
    expect(boxes.map(({ title }) => title)).toEqual([
      'Swiping Left: 8 of 10 clips correctly predicted (80.0 %)',
      'Swiping Left: 2 of 10 clips predicted as Swiping Right (20.0 %)',
      'Swiping Right: 10 of 10 clips correctly predicted (100.0 %)',
      'Stop Sign: 5 of 10 clips predicted as Swiping Right (50.0 %)',
      'Stop Sign: 5 of 10 clips correctly predicted (50.0 %)',
    ]);
  });

  test('is drawn blue where right and orange where wrong', () => {
    for (const { title, box } of boxes) {
      const right = title.includes('correctly');
      expect(share(png, box, right ? bluish : orangeish)).toBeGreaterThan(0.7);
      expect(share(png, box, right ? orangeish : bluish)).toBeLessThan(0.05);
    }
  });

  test('has its names written: the font is found', () => {
    const { box } = boxes[0]!;
    expect(share(png, [0, box[1]!, box[0]! - 4, box[3]!], dark)).toBeGreaterThan(0.02);
  });

  test('still works for one class and for a hundred', () => {
    expect(() => toPng(confusionChart(Uint32Array.of(3), ['only'], fileTheme).text)).not.toThrow();
    const many = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    const counts = new Uint32Array(100 * 100).fill(1);
    expect(confusionChart(counts, many, fileTheme).text).not.toContain('>class 7<');
  });

  test('takes any label', () => {
    const labels = ['<&">', '左へ振る', ''];
    expect(() => toPng(confusionChart(COUNTS, labels, fileTheme).text)).not.toThrow();
  });
});

describe('curves', () => {
  const { history } = trialReport();

  test('one chart for each measure that was logged', () => {
    const titles = (epochs: typeof history) => curveCharts(epochs, fileTheme).map(({ title }) => title);
    expect(titles(history)).toEqual(['Loss', 'Top-1 accuracy', 'Top-5 accuracy', 'Learning rate']);
    expect(titles([{ epoch: 1, loss: 2 }])).toEqual(['Loss']);
    expect(titles([])).toEqual([]);
  });

  test('describe themselves to those who do not see them', () => {
    expect(curvePictures(history, fileTheme)[0]!.text).toContain(
      'aria-label="Loss over 2 epochs: train from 1.20 to 0.800, val from 1.10 to 0.900"',
    );
  });

  test('a value that is not finite breaks the line and stretches no axis', () => {
    const points = [1, Number.NaN, 3, Number.POSITIVE_INFINITY, 5].map((value, i) => [i + 1, value] as const);
    const series = [{ name: 'train', colour: '#000', points }];
    const text = lineChart({ title: 'Loss', series, format: String, tick: String }, fileTheme).text;
    expect(
      text
        .match(/ d="([^"]*)"/)![1]!
        .match(/[ML]/g)!
        .join(''),
    ).toBe('MMM');
    expect(text.match(/<circle/g)).toHaveLength(3);
    expect(text).not.toMatch(/NaN|Infinity/);
  });

  test('labels at the ends of close lines do not overlap', () => {
    const series = ['a', 'b', 'c'].map((name) => ({ name, colour: '#000', points: [[1, 0.5]] as const }));
    const text = lineChart({ title: 'x', series, format: String, tick: String }, fileTheme).text;
    const heights = [...text.matchAll(/y="([\d.]+)"[^>]*font-weight="600">[abc] /g)].map((match) =>
      Number(match[1]),
    );
    expect(heights).toHaveLength(3);
    expect(heights[1]! - heights[0]!).toBeGreaterThanOrEqual(16);
    expect(heights[2]! - heights[1]!).toBeGreaterThanOrEqual(16);
  });

  test('points stand where their values say', () => {
    const points = [
      [1, 0],
      [2, 1],
      [3, 0.5],
    ] as const;
    const chart = {
      title: 'x',
      series: [{ name: 'a', colour: '#000', points }],
      format: String,
      tick: String,
    };
    const text = lineChart({ ...chart, range: [0, 1] }, fileTheme).text;
    const dots = [...text.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map((m) => [
      Number(m[1]),
      Number(m[2]),
    ]);
    expect(dots[1]![0]).toBeCloseTo((dots[0]![0]! + dots[2]![0]!) / 2, 1);
    expect(dots[2]![1]).toBeCloseTo((dots[0]![1]! + dots[1]![1]!) / 2, 1);
    expect(dots[1]![1]).toBeLessThan(dots[0]![1]!);
  });

  test('become one picture', () => {
    const png = readPng(toPng(curveSheet(history, fileTheme).text));
    expect(png.width).toBe(2 * (2 * CHART.width + 72));
    expect(share(png, [24, 24, 24 + CHART.width, 24 + CHART.height], bluish)).toBeGreaterThan(0.002);
    expect(share(png, [24, 24, 24 + CHART.width, 24 + CHART.height], orangeish)).toBeGreaterThan(0.002);
  });
});

describe('film strips', () => {
  test('show the first and the last frame and six between', () => {
    const { jpeg, width, height } = filmStrip(greyFrames(22));
    expect([width, height]).toEqual([8 * 32 - 2, 20]);
    const pixels = new Uint8Array(width * height * 3);
    decodeJpeg(jpeg, pixels, 'strip');
    const greys = Array.from({ length: 8 }, (_, i) =>
      Math.round(pixels[(10 * width + i * 32 + 15) * 3]! / 10),
    );
    expect(greys).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
  });

  test('shrink large frames and keep short clips short', () => {
    expect(filmStrip(greyFrames(1, 240, 320))).toMatchObject({ width: 128, height: 96 });
    expect(filmStrip(greyFrames(3, 50, 40))).toMatchObject({ width: 3 * 42 - 2, height: 50 });
  });

  test('stand below each other in one picture', () => {
    const png = readPng(toPng(mistakeSheet(mistakes(trialReport()), fileTheme).text));
    const grey = ([r, g, b]: Colour) => Math.abs(r - g) < 6 && Math.abs(g - b) < 6 && r > 95 && r < 125;
    expect(share(png, [24, 42, 278, 62], grey)).toBeGreaterThan(0.1);
  });
});

test('elements close as HTML and XML both allow', () => {
  expect(el('rect', { x: 1 / 3, hidden: true, y: undefined }).text).toBe('<rect x="0.33" hidden=""/>');
  expect(el('td').text).toBe('<td></td>');
  expect(el('p', {}, 'a', [el('b', {}, 1), false, undefined], '<').text).toBe('<p>a<b>1</b>&lt;</p>');
});

test('a film strip: first and last frame and those between, side by side', () => {
  const clip = {
    data: Uint8Array.from({ length: 5 * 2 * 1 * 3 }, (_, i) => i),
    count: 5,
    height: 2,
    width: 1,
  };
  const strip = stripPixels(clip, 3);
  expect(strip).toMatchObject({ height: 2, width: 3, channels: 3 });
  expect([...strip.data]).toEqual([0, 1, 2, 12, 13, 14, 24, 25, 26, 3, 4, 5, 15, 16, 17, 27, 28, 29]);
  expect(stripPixels({ ...clip, count: 1 }, 3)).toMatchObject({ height: 2, width: 1 });
});
