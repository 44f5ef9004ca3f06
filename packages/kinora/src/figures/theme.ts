/**
 * The colours of pictures: fixed ones for files, and CSS variables for the page, where the reader's device chooses
 * light or dark. Blue and orange can be distinguished with every common colour blindness, and by lightness in print.
 */

export interface Theme {
  paper: string;
  ink: string;
  muted: string;
  rule: string;
  /** Training curves, correct predictions. */
  blue: string;
  /** Validation curves, mistakes. */
  orange: string;
  /** Text on a blue or orange cell that is filled, and on one that is filled to more than a half. */
  onFill: string;
  onHalf: string;
  font: string;
}

const light = {
  paper: '#ffffff',
  ink: '#1f1d1a',
  muted: '#69645d',
  rule: '#e3dfd8',
  blue: '#1f66ad',
  orange: '#bf4d0b',
  onFill: '#ffffff',
  onHalf: '#1f1d1a',
};

const dark = {
  paper: '#201e1c',
  ink: '#eeeae4',
  muted: '#a8a197',
  rule: '#3a3633',
  blue: '#6bb0f0',
  orange: '#f2955c',
  onFill: '#161412',
  onHalf: '#161412',
};

export const FONT = 'Inter';

/** For pictures in files. */
export const fileTheme: Theme = { ...light, font: FONT };

/** For pictures inside the page: each colour is a variable that `themeCss` defines. */
export const pageTheme: Theme = {
  ...(Object.fromEntries(Object.keys(light).map((name) => [name, `var(--${name})`])) as typeof light),
  font: 'inherit',
};

/** The variables of `pageTheme`, light and dark. */
export function themeCss(): string {
  const variables = (colours: typeof light) =>
    Object.entries(colours)
      .map(([name, value]) => `--${name}:${value}`)
      .join(';');
  return (
    `:root{color-scheme:light dark;--page:#f7f5f1;${variables(light)}}` +
    `@media(prefers-color-scheme:dark){:root{--page:#161412;${variables(dark)}}}`
  );
}
