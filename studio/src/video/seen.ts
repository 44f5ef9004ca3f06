/** Which part of a camera's or a video's picture the network sees: its crop, as shares of the picture and of the box that shows it. */
import { type GeometrySpec, resizedSize, type Size } from '@kinora/clip';

/** Shares of the sides, from 0 to 1, from the left and from the top. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a picture of this size. Where the crop is larger than the picture, the picture ends it. */
export function seenPart(picture: Size, spec: GeometrySpec): Part {
  const resized = resizedSize(picture, spec);
  const width = Math.min(1, spec.crop.width / resized.width);
  const height = Math.min(1, spec.crop.height / resized.height);
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

/** The same part of the box in which the picture is shown whole, as by `object-fit: contain`. */
export function partOfBox({ left, top, width, height }: Part, picture: Size, box: Size): Part {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const [across, down] = [(picture.width * scale) / box.width, (picture.height * scale) / box.height];
  return {
    left: (1 - across) / 2 + left * across,
    top: (1 - down) / 2 + top * down,
    width: width * across,
    height: height * down,
  };
}
