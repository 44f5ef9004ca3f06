/** The text of a chapter, as the build makes it of a file in docs/tutorial. */

export type TextBlock = { readonly html: string } | { readonly figure: string };

export interface ChapterText {
  readonly title: string;
  /** What the chapter answers, in one or two sentences. */
  readonly summary: string;
  readonly blocks: readonly TextBlock[];
}
