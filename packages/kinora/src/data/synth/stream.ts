/**
 * One synthetic stream: a person in front of a camera who idles, talks, drinks, scratches their head, and now and then
 * makes a gesture. People, rooms, cameras and gestures are those of the clips.
 */
import { permutation, randomStream } from '@kinora/clip';
import { canvasFor, exposeFrames, type SyntheticClip } from './clip.js';
import { type GestureLabel, gestureLabels, playback } from './labels.js';
import { openScene } from './picture.js';
import { type Random, random } from './random.js';
import { activities, gesticulate } from './scene/activities.js';
import { drawPerformance } from './scene/gestures.js';
import type { Path, Performance, Setting, Side, Timeline } from './scene/motion.js';
import { drawScene, frameRate, type Scene } from './scene/scene.js';

/** Identifies a stream: the same request gives the same bytes. */
export interface StreamRequest {
  readonly seed: number;
  readonly person: number;
  /** Number of the stream: what happens in it is drawn anew for each. */
  readonly take: number;
  /** Length. */
  readonly seconds: number;
}

/** What happens from `start` to `end` seconds: a gesture, or something else that a person does. */
export interface Happening {
  readonly kind: 'gesture' | 'activity';
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** A part of the stream with one performance; times in frames from the start of the stream. */
interface Segment {
  readonly from: number;
  readonly performance: Performance;
  readonly timeline: Timeline;
  readonly side: Side;
  /** How far the mouth is open, in [0, 1]. */
  readonly mouth?: (t: number) => number;
  readonly happening?: Omit<Happening, 'start' | 'end'>;
}

export interface StreamPlan {
  /** At 12 frames a second. */
  readonly frames: number;
  readonly scene: Scene;
  readonly segments: readonly Segment[];
  /** In order, without overlaps. A gesture lasts from the moment when the hand leaves its rest until it is there again. */
  readonly happenings: readonly Happening[];
}

/** Identifies the random stream of the order of gestures. */
const ORDER = 1002;

/** Far from the numbers of clips, whose noise and rooms are drawn from the same streams of random numbers. */
const FIRST_TAKE = 1_000_000;

/** What happens in a stream. A function of the request alone; renders nothing. */
export function planStream({ seed, person, take, seconds }: StreamRequest): StreamPlan {
  const frames = Math.round(seconds * frameRate);
  const scene = drawScene(seed, person, FIRST_TAKE + take, 'No gesture');
  const rng = random(seed, 'stream', take);
  const labels = permutation(GESTURES.length, randomStream(seed, ORDER, take));
  const segments: Segment[] = [];
  let at = 0;
  const add = (segment: Segment): void => {
    segments.push(segment);
    at += segment.timeline.frames;
  };
  for (let made = 0; at < frames; made++) {
    for (let others = rng.integer(1, 2); others > 0; others--) add(drawOther(scene, at, rng));
    const gesture = drawGesture(scene, at, rng, GESTURES[labels[made % labels.length]!]!);
    if (at + gesture.timeline.frames > frames) break;
    add(gesture);
  }
  const happenings = segments
    .flatMap(({ timeline: { rise, fallen }, happening }): Happening[] =>
      happening === undefined ? [] : [{ ...happening, start: rise / frameRate, end: fallen / frameRate }],
    )
    .map((one) => ({ ...one, end: Math.min(one.end, frames / frameRate) }))
    .filter(({ start, end }) => end - start > 1 / frameRate);
  return { frames, scene, segments, happenings };
}

const GESTURES: readonly GestureLabel[] = gestureLabels.filter(
  (label) => label !== 'No gesture' && label !== 'Doing other things',
);

const settingOf = ({ person, anchors }: Scene, side: Side, rng: Random): Setting => ({
  rng,
  side,
  vigour: person.vigour,
  anchors,
});

/** Mostly the same hand. */
const drawSide = ({ side }: Scene, rng: Random): Side =>
  rng.chance(0.85) ? side : ((side === 1 ? -1 : 1) satisfies Side);

function drawGesture(scene: Scene, from: number, rng: Random, label: GestureLabel): Segment {
  const side = drawSide(scene, rng);
  const { played, reversed } = playback(label);
  const forwards = drawPerformance(played, settingOf(scene, side, rng));
  const performance = reversed ? backwards(forwards) : forwards;
  const timeline = drawTimeline(from, performance.frames, scene.person.pace, rng);
  return { from, performance, timeline, side, happening: { kind: 'gesture', label } };
}

/** The same movement with its end first. Rise and fall are drawn alike, so they need not be exchanged. */
function backwards({ hand, other, ...rest }: Performance): Performance {
  const reverse =
    (path: Path): Path =>
    (u) =>
      path(1 - u);
  return { ...rest, ...(hand && { hand: reverse(hand) }), ...(other && { other: reverse(other) }) };
}

/** Something that is no gesture. */
function drawOther(scene: Scene, from: number, rng: Random): Segment {
  const side = drawSide(scene, rng);
  const kind = rng.pick(['idle', 'talk', 'talk', 'activity', 'activity', 'activity'] as const);
  if (kind === 'idle') {
    const frames = rng.between(2, 5) * frameRate;
    return { from, performance: { frames }, timeline: still(from, frames), side };
  }
  if (kind === 'talk') return drawTalk(scene, from, side, rng);
  const label = rng.pick(Object.keys(activities) as (keyof typeof activities)[]);
  const performance = activities[label](settingOf(scene, side, rng));
  const timeline = drawTimeline(from, performance.frames * rng.between(1, 1.6), scene.person.pace, rng);
  return { from, performance, timeline, side, happening: { kind: 'activity', label } };
}

/** The mouth moves, and often a hand low in the picture. */
function drawTalk(scene: Scene, from: number, side: Side, rng: Random): Segment {
  const [rate, phase] = [rng.between(2.2, 3.4), rng.between(0, 1)];
  const [pause, shift] = [rng.between(0.25, 0.5), rng.between(0, 1)];
  const frames = rng.between(3, 7) * frameRate;
  const hand = rng.chance(0.6) ? gesticulate(settingOf(scene, side, rng)) : { frames };
  const timeline = hand.hand === undefined ? still(from, frames) : drawTimeline(from, frames, 1, rng);
  const mouth = (t: number): number => {
    const seconds = t / frameRate;
    if (t < timeline.rise || t > timeline.fallen) return 0;
    // Sentences with pauses between them, and syllables within them.
    if (Math.sin(2 * Math.PI * (pause * seconds + shift)) < -0.4) return 0;
    return 0.5 - 0.5 * Math.cos(2 * Math.PI * (rate * seconds + phase));
  };
  return {
    from,
    performance: { ...hand, frames },
    timeline,
    side,
    mouth,
    happening: { kind: 'activity', label: 'talking' },
  };
}

/** A hand that stays at rest; what happens lasts all the time. */
const still = (from: number, frames: number): Timeline => ({
  rise: from,
  raised: from,
  start: from,
  end: from + frames,
  fall: from + frames,
  fallen: from + frames,
  frames,
});

/** Rest, rise, about `length` frames of movement, fall, rest; as in clips, without their limits of length. */
function drawTimeline(from: number, length: number, pace: number, rng: Random): Timeline {
  const rise = from + rng.between(2, 8);
  const raised = rise + rng.between(3.5, 6.5) * pace;
  const start = raised + rng.between(0, 2.5);
  const end = start + length * pace;
  const fall = end + rng.between(0, 2.5);
  const fallen = fall + rng.between(3.5, 6.5) * pace;
  return { rise, raised, start, end, fall, fallen, frames: fallen + rng.between(2, 8) - from };
}

/** Renders a stream: uint8 RGB `[12 * seconds, 100, 132-176, 3]` at 12 frames per second. */
export function renderStream(request: StreamRequest): SyntheticClip {
  const { frames, scene, segments } = planStream(request);
  const room = scene.paintRoom();
  const rng = random(request.seed, 'noise', FIRST_TAKE + request.take);
  let next = 0;
  let draw = (_: number): Float32Array => room;
  return exposeFrames(scene, frames, rng, (t) => {
    while (next < segments.length && segments[next]!.from <= t)
      draw = openScene(canvasFor(scene.width, scene.height), sceneOf(segments[next++]!, scene, room));
    return draw(t);
  });
}

/** The stream's scene with the performance of one segment. */
function sceneOf({ performance, timeline, side, mouth }: Segment, scene: Scene, room: Float32Array): Scene {
  const swapped = side !== scene.side;
  return {
    ...scene,
    paintRoom: () => room,
    performance,
    timeline,
    side,
    rest: swapped ? scene.otherRest : scene.rest,
    otherRest: swapped ? scene.rest : scene.otherRest,
    ...(mouth && { mouth }),
  };
}
