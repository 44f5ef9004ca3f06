/** The text of a chapter, which the build generates from a file in docs/tutorial. */

export type TextBlock = { readonly html: string } | { readonly figure: string };

export interface ChapterText {
  readonly title: string;
  /** The question that the chapter answers, in one or two sentences. */
  readonly summary: string;
  readonly blocks: readonly TextBlock[];
}
