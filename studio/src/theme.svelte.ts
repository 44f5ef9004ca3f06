/** Light or dark theme: the system's setting until the reader chooses. Canvases read their colours from here. */

export type Theme = 'light' | 'dark';
export type Rgb = readonly [r: number, g: number, b: number];

const KEY = 'kinora-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

let chosen = $state(readChoice());
let system = $state<Theme>(dark.matches ? 'dark' : 'light');

export const theme = {
  get now(): Theme {
    return chosen ?? system;
  },
  toggle(): void {
    chosen = theme.now === 'dark' ? 'light' : 'dark';
    localStorage.setItem(KEY, chosen);
    apply();
  },
};

/** Keeps the `data-theme` attribute, which the style sheet reads, in sync with the theme. */
export function followTheme(): void {
  dark.addEventListener('change', () => {
    system = dark.matches ? 'dark' : 'light';
    apply();
  });
  apply();
}

function apply(): void {
  document.documentElement.dataset.theme = theme.now;
}

function readChoice(): Theme | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : undefined;
}

interface Palette {
  readonly paper: Rgb;
  readonly ink: Rgb;
  readonly positive: Rgb;
  readonly negative: Rgb;
  readonly accent: string;
  readonly time: string;
  readonly line: string;
}

const PALETTES: Record<Theme, Palette> = {
  light: {
    paper: [246, 243, 236],
    ink: [29, 28, 26],
    positive: [173, 74, 18],
    negative: [26, 92, 164],
    accent: '#b4431f',
    time: '#0f6b66',
    line: '#8d877c',
  },
  dark: {
    paper: [34, 32, 29],
    ink: [236, 232, 225],
    positive: [255, 158, 94],
    negative: [104, 172, 255],
    accent: '#f0996b',
    time: '#63c7bf',
    line: '#8d877c',
  },
};

/** The colours of figures, the same as in app.css. Reading it in an effect follows the theme. */
export const palette = (): Palette => PALETTES[theme.now];
