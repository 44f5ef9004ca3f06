import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkInside, readStreamList } from '../lists/stream-list.js';
import { gestureLabels } from './labels.js';
import { planStream, renderStream } from './stream.js';
import { planStreams, synthesizeStreams } from './synthesize-streams.js';

const base = mkdtempSync(join(tmpdir(), 'kinora-streams-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('what happens in a stream', () => {
  const plans = Array.from({ length: 20 }, (_, take) =>
    planStream({ seed: 3, person: take % 4, take, seconds: 60 }),
  );

  test('are gestures and other things, in order, one at a time, inside the stream', () => {
    for (const { happenings, frames } of plans) {
      expect(frames).toBe(720);
      let before = 0;
      for (const { start, end } of happenings) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        before = end;
      }
      expect(before).toBeLessThanOrEqual(60);
      const gestures = happenings.filter(({ kind }) => kind === 'gesture');
      expect(gestures.length).toBeGreaterThanOrEqual(3);
      expect(gestures.length).toBeLessThan(15);
      for (const { label } of gestures) expect(gestureLabels.slice(0, 25)).toContain(label);
    }
  });

  test('every gesture and every activity occurs', () => {
    const seen = new Set(plans.flatMap(({ happenings }) => happenings.map(({ label }) => label)));
    expect(seen.size).toBe(25 + 11);
  });

  test('movements are continuous: the hand is at rest where one segment follows another', () => {
    for (const { segments } of plans)
      for (const [i, { from, timeline }] of segments.entries()) {
        expect(from + timeline.frames).toBeCloseTo(segments[i + 1]?.from ?? from + timeline.frames, 6);
        expect(timeline.fallen).toBeLessThanOrEqual(from + timeline.frames);
        expect(timeline.rise).toBeGreaterThanOrEqual(from);
      }
  });
});

test('the same request gives the same bytes, and another take others', () => {
  const request = { seed: 5, person: 2, take: 7, seconds: 3 };
  const stream = renderStream(request);
  expect(stream.count).toBe(36);
  expect(renderStream(request).data).toEqual(stream.data);
  expect(renderStream({ ...request, take: 8 }).data).not.toEqual(stream.data);
});

test('validation and test streams show different people', () => {
  const streams = planStreams({ renderer: 1, seed: 1, streams: 10, seconds: 60, people: 150 });
  const people = (split: string) =>
    streams.filter((one) => one.split === split).map(({ request }) => request.person);
  expect(people('validation')).toHaveLength(10);
  expect(people('validation').filter((person) => people('test').includes(person))).toEqual([]);
});

test('a folder of streams has lists that fit them, and a second call has nothing to do', async () => {
  const out = join(base, 'folder');
  const options = { out, workers: 1, streams: 1, seconds: 10, people: 10, seed: 4 };
  expect(await synthesizeStreams(options)).toMatchObject({ state: 'finished', done: 2, frames: 240 });
  for (const name of ['validation.csv', 'test.csv']) {
    const [stream, ...others] = readStreamList(join(out, name), { labels: gestureLabels });
    expect(others).toEqual([]);
    expect(readdirSync(stream!.path)).toHaveLength(120);
    expect(stream!.subject).toMatch(/^\d+$/);
    expect(() => checkInside(stream!, 10, 1 / 12)).not.toThrow();
  }
  expect(await synthesizeStreams(options)).toMatchObject({ state: 'complete', frames: 0 });
  await expect(synthesizeStreams({ ...options, seed: 5 })).rejects.toThrow('started with the same options');
  await expect(synthesizeStreams({ ...options, seconds: 5 })).rejects.toThrow(
    'synthetic streams, seconds: expected a number from 10 to 600, received 5',
  );
});
