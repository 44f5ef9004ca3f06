/** Maps of 2D and of 3D layers in one form, `[C, T, H, W]`, so that figures can treat them alike. */
import type { Layer, LayerMaps } from '@kinora/recognizer';

type Maps = Readonly<Record<string, LayerMaps>>;

/** Maps of a 2D layer, `[T, C, H, W]` or `[C, H, W]`, become `[C, T, H, W]`; all others are unchanged. */
export function spaceTime(layers: readonly Layer[], maps: Maps): Maps {
  const flat = layers.filter(({ shape, output }) => shape.length === 3 && output in maps);
  const turned = flat.map(({ output }) => [output, channelsFirst(maps[output]!)]);
  return { ...maps, ...Object.fromEntries(turned) };
}

function channelsFirst({ shape, data }: LayerMaps): LayerMaps {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const plane = height * width;
  const frames = data.length / (channels * plane);
  const turned = new Float32Array(data.length);
  for (let t = 0; t < frames; t++)
    for (let c = 0; c < channels; c++) {
      const from = (t * channels + c) * plane;
      turned.set(data.subarray(from, from + plane), (c * frames + t) * plane);
    }
  return { shape: [channels, frames, height, width], data: turned };
}
