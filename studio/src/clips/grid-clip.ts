/** What a grid shows of a clip. */
export interface GridClip {
  readonly name: string;
  /** A line below the name: a person, a duration, a score. */
  readonly note?: string;
  /** Whether the note says that something is wrong. */
  readonly bad?: boolean;
  /** Address of an image of `frames` frames side by side. */
  readonly sheet: string;
  readonly frames: number;
}
