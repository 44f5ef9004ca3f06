/** For tests only: the narrow twins of networks that scripts/golden_slowfast.py computes with. */
import { Slow, SlowFast } from './slow-fast.js';
import { X3D } from './x3d.js';

export const x3dTwin = ({ table }: X3D, classes: number): X3D =>
  new X3D(
    {
      ...table,
      stem: 6,
      stages: [
        { channels: 6, blocks: 3 },
        { channels: 12, blocks: 2 },
      ],
      last: 16,
    },
    classes,
  );

const small = { blocks: [1, 2], slow: { width: 8, times: [1, 1, 3] } } as const;

export const slowTwin = ({ table }: Slow, classes: number): Slow => new Slow({ ...table, ...small }, classes);

export const slowFastTwin = ({ table }: SlowFast, classes: number): SlowFast =>
  new SlowFast({ ...table, ...small, fast: { ...table.fast, width: 1 } }, classes);
