// Renders clips to try the other programs on, as folders of JPEG frames: data/<set>/<train or validation>/<class>/<clip>.
import { mkdirSync, writeFileSync } from 'node:fs';
import { frameAt } from '@kinora/clip';
import { encodeJpeg, renderClip } from 'kinora';

const sets = {
  gestures: ['Swiping Left', 'Swiping Right', 'Stop Sign'],
  mine: ['Thumb Up', 'Thumb Down'],
} as const;
const people = { train: [1, 2, 3, 4], validation: [5, 6] };

for (const [set, labels] of Object.entries(sets))
  for (const [split, persons] of Object.entries(people))
    for (const label of labels)
      for (const person of persons) {
        const folder = `data/${set}/${split}/${label}/${person}`;
        const clip = renderClip({ seed: 0, person, take: 1, label }); // uint8 RGB [T, H, W, 3]
        mkdirSync(folder, { recursive: true });
        for (let t = 0; t < clip.count; t++)
          writeFileSync(
            `${folder}/${String(t + 1).padStart(5, '0')}.jpg`,
            encodeJpeg(frameAt(clip, t), clip),
          );
      }
