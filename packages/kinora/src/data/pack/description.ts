/** What a shard says of one clip, in the clip's json member, and where its frames lie. Plain data; reads nothing. */
import type { Size } from '@kinora/clip';

/** A clip in a shard. The json stands before the frames and tells where they are: sizes follow from the tar format. */
export interface ClipDescription extends Size {
  /** As in the list it came from. */
  readonly id: string;
  /** Absent for clips of a test list. */
  readonly label?: string;
  /** Bytes of each JPEG, in the order of the frames. */
  readonly bytes: readonly number[];
  /** Checksum of each JPEG, as `checksumOf` gives it. */
  readonly sha256: readonly string[];
  /**
   * Seconds from the start of the video at which each frame is shown; absent for what came from a folder of frames.
   * Of a part that begins later, the video's own first moment stands before those of the frames, so that the part's
   * start and end mean what they meant: there is one time more than there are frames.
   */
  readonly times?: readonly number[];
}

/** Bytes of a tar header, and of the blocks that all else is padded to. */
export const TAR_BLOCK = 512;

/** Bytes that a member takes, header included. */
export const memberBytes = (bytes: number): number => TAR_BLOCK + Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;

/** Bytes from the start of the description to the first byte of each JPEG. */
export function frameOffsets(descriptionBytes: number, { bytes }: ClipDescription): Float64Array {
  const offsets = new Float64Array(bytes.length);
  let at = memberBytes(descriptionBytes); // from the data of one member to the data of the next: one header each
  for (let i = 0; i < bytes.length; i++) {
    offsets[i] = at;
    at += memberBytes(bytes[i]!);
  }
  return offsets;
}
