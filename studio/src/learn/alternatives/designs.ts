/**
 * How each design turns frames into an answer, as data: what runs at each step of the animation, and its description.
 * Columns are frames; a box spans the frames that it sees.
 */

export interface Box {
  readonly name: string;
  /** First and last frame that it spans. */
  readonly from: number;
  readonly to: number;
  /** 0 is the row directly below the frames. */
  readonly row: number;
  /** The step of the animation at which it runs. */
  readonly moment: number;
  readonly kind: 'plane' | 'time' | 'both' | 'flow' | 'verdict';
}

export interface Arrow {
  /** Indices of boxes; -1 - t is frame t. */
  readonly from: number;
  readonly to: number;
}

export interface Design {
  readonly name: string;
  readonly paper: string;
  readonly what: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export const FRAMES = 6;
const frames = Array.from({ length: FRAMES }, (_, t) => t);
const frame = (t: number): number => -1 - t;

const perFrame = (row = 0, moment = (_: number) => 1): Box[] =>
  frames.map((t) => ({ name: '2D', from: t, to: t, row, moment: moment(t), kind: 'plane' }));
const verdict = (row: number, moment: number): Box => ({
  name: 'label',
  from: 0,
  to: FRAMES - 1,
  row,
  moment,
  kind: 'verdict',
});
const down = frames.map((t): Arrow => ({ from: frame(t), to: t }));

const average: Design = {
  name: '2D, averaged',
  paper: 'Karpathy et al., 2014; TSN: Wang et al., 2016',
  what: 'Each frame is classified separately. The average ignores their order.',
  boxes: [
    ...perFrame(),
    { name: 'mean', from: 0, to: FRAMES - 1, row: 1, moment: 2, kind: 'time' },
    verdict(2, 3),
  ],
  arrows: [...down, ...frames.map((t) => ({ from: t, to: FRAMES })), { from: FRAMES, to: FRAMES + 1 }],
};

const recurrent: Design = {
  name: 'CNN + LSTM',
  paper: 'LRCN: Donahue et al., 2015',
  what: 'A 2D network turns each frame into features. An LSTM reads them one after the other and remembers what came before.',
  boxes: [
    ...perFrame(0, (t) => t + 1),
    ...frames.map((t): Box => ({ name: 'LSTM', from: t, to: t, row: 1, moment: t + 2, kind: 'time' })),
    verdict(2, FRAMES + 2),
  ],
  arrows: [
    ...down,
    ...frames.map((t) => ({ from: t, to: FRAMES + t })),
    ...frames.slice(1).map((t) => ({ from: FRAMES + t - 1, to: FRAMES + t })),
    { from: 2 * FRAMES - 1, to: 2 * FRAMES },
  ],
};

const relations: Design = {
  name: 'Temporal relations',
  paper: 'TRN: Zhou et al., 2018',
  what: 'Small networks look at ordered pairs, triples and longer groups of frames, a few per scale, and their outputs are added up.',
  boxes: [
    ...perFrame(),
    { name: 'pairs', from: 0, to: 1, row: 1, moment: 2, kind: 'time' },
    { name: 'triples', from: 2, to: 3, row: 1, moment: 3, kind: 'time' },
    { name: 'fours', from: 4, to: 5, row: 1, moment: 4, kind: 'time' },
    verdict(2, 5),
  ],
  arrows: [
    ...down,
    ...[0, 3].map((t) => ({ from: t, to: FRAMES })),
    ...[0, 2, 5].map((t) => ({ from: t, to: FRAMES + 1 })),
    ...[0, 1, 3, 4].map((t) => ({ from: t, to: FRAMES + 2 })),
    ...[0, 1, 2].map((k) => ({ from: FRAMES + k, to: FRAMES + 3 })),
  ],
};

const twoStream: Design = {
  name: 'Two streams',
  paper: 'Simonyan and Zisserman, 2014',
  what: 'One 2D network sees a frame; another sees a stack of optical flow, which shows how each pixel moved. Their answers are averaged.',
  boxes: [
    { name: '2D, frame', from: 0, to: 0, row: 1, moment: 2, kind: 'plane' },
    ...frames.slice(1).map((t): Box => ({ name: 'flow', from: t, to: t, row: 0, moment: 1, kind: 'flow' })),
    { name: '2D, all flow', from: 1, to: FRAMES - 1, row: 1, moment: 2, kind: 'both' },
    verdict(2, 3),
  ],
  arrows: [
    { from: frame(0), to: 0 },
    ...frames.slice(1).flatMap((t) => [
      { from: frame(t - 1), to: t },
      { from: frame(t), to: t },
      { from: t, to: FRAMES },
    ]),
    { from: 0, to: FRAMES + 1 },
    { from: FRAMES, to: FRAMES + 1 },
  ],
};

const deep: Design = {
  name: '3D',
  paper: 'C3D: Tran et al., 2015',
  what: 'Kernels reach over neighbouring frames from the first layer on, so the network sees motion from the start.',
  boxes: [
    ...[0, 1, 2, 3].map(
      (t): Box => ({ name: '3D', from: t, to: t + 2, row: t % 2, moment: t + 1, kind: 'both' }),
    ),
    verdict(2, 5),
  ],
  arrows: [
    ...[0, 1, 2, 3].flatMap((t) => [0, 1, 2].map((k) => ({ from: frame(t + k), to: t }))),
    ...[0, 1, 2, 3].map((t) => ({ from: t, to: 4 })),
  ],
};

export const designs: readonly Design[] = [average, recurrent, relations, twoStream, deep];

/** Steps until everything has run, plus one to look at the result. */
export const momentsOf = ({ boxes }: Design): number => Math.max(...boxes.map(({ moment }) => moment)) + 2;
