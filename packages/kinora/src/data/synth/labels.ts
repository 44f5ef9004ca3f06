/**
 * The 27 gesture names of Jester V1, in the order of its labels file, which pairs of
 * them differ only in the order of their frames, and which label a clip gets when its picture is mirrored.
 * Directions are the performer's own, as in Jester. The pictures show people as a mirror does: in a "Swiping Left" the hand goes
 * to the left edge of the frame. Trainings on them set `mirrored`, so that live pictures of cameras are mirrored, too.
 */

export const gestureLabels = [
  'Swiping Left',
  'Swiping Right',
  'Swiping Down',
  'Swiping Up',
  'Pushing Hand Away',
  'Pulling Hand In',
  'Sliding Two Fingers Left',
  'Sliding Two Fingers Right',
  'Sliding Two Fingers Down',
  'Sliding Two Fingers Up',
  'Pushing Two Fingers Away',
  'Pulling Two Fingers In',
  'Rolling Hand Forward',
  'Rolling Hand Backward',
  'Turning Hand Clockwise',
  'Turning Hand Counterclockwise',
  'Zooming In With Full Hand',
  'Zooming Out With Full Hand',
  'Zooming In With Two Fingers',
  'Zooming Out With Two Fingers',
  'Thumb Up',
  'Thumb Down',
  'Shaking Hand',
  'Stop Sign',
  'Drumming Fingers',
  'No gesture',
  'Doing other things',
] as const;

export type GestureLabel = (typeof gestureLabels)[number];

/**
 * Pairs `[played, reversed]`: a clip of the second label is a clip of the first with its frames in reverse
 * order, so that no single frame distinguishes the two. The renderer draws the first and plays it backwards.
 */
export const orderPairs = [
  ['Swiping Left', 'Swiping Right'],
  ['Swiping Down', 'Swiping Up'],
  ['Pushing Hand Away', 'Pulling Hand In'],
  ['Sliding Two Fingers Left', 'Sliding Two Fingers Right'],
  ['Sliding Two Fingers Down', 'Sliding Two Fingers Up'],
  ['Pushing Two Fingers Away', 'Pulling Two Fingers In'],
  ['Rolling Hand Forward', 'Rolling Hand Backward'],
  ['Turning Hand Clockwise', 'Turning Hand Counterclockwise'],
  ['Zooming In With Full Hand', 'Zooming Out With Full Hand'],
  ['Zooming In With Two Fingers', 'Zooming Out With Two Fingers'],
] as const satisfies readonly (readonly [GestureLabel, GestureLabel])[];

/** Labels that the renderer draws forwards: all but the second of each order-only pair. */
export type PlayedLabel = Exclude<GestureLabel, (typeof orderPairs)[number][1]>;

/** The drawn gesture behind a label, and whether its frames are played backwards. */
export function playback(label: GestureLabel): { played: PlayedLabel; reversed: boolean } {
  const pair = orderPairs.find((p) => p[1] === label);
  return pair ? { played: pair[0], reversed: true } : { played: label as PlayedLabel, reversed: false };
}

/** The label of the mirrored picture (left to right); labels that are not listed keep theirs. */
export const flipMap: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['Swiping Left', 'Swiping Right'],
    ['Sliding Two Fingers Left', 'Sliding Two Fingers Right'],
    ['Turning Hand Clockwise', 'Turning Hand Counterclockwise'],
  ].flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]),
);
