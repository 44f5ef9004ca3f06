/** Builds SVG and HTML as text: elements, escaping, numbers. Independent of charts. */
import type { Theme } from './theme.js';

/** Text that is already escaped. Everything else in a document goes through `escapeText`. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Child = Markup | string | number | false | undefined | readonly Child[];
type Attributes = Record<string, string | number | boolean | undefined>;

/** `el('rect', { width: 3 })`; attributes that are undefined or false are omitted, strings are escaped. */
export function el(name: string, attributes: Attributes = {}, ...children: Child[]): Markup {
  const words = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => (value === true ? ` ${key}=""` : ` ${key}="${escapeText(format(value!))}"`));
  const open = `<${name}${words.join('')}`;
  if (VOID.has(name)) return new Markup(`${open}>`);
  const inner = render(children);
  return new Markup(inner === '' && !CONTAINERS.has(name) ? `${open}/>` : `${open}>${inner}</${name}>`);
}

/** The concatenated text of children. */
export function render(child: Child): string {
  if (child instanceof Markup) return child.text;
  if (Array.isArray(child)) return child.map(render).join('');
  if (child === undefined || child === false) return '';
  return escapeText(String(child));
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

/** Two decimals are enough for coordinates. */
function format(value: string | number | boolean): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : String(value);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const VOID = new Set(['meta', 'link', 'img', 'br', 'hr']);
/** Elements that cannot be self-closing in HTML. */
const CONTAINERS = new Set([
  'div',
  'span',
  'p',
  'td',
  'th',
  'script',
  'style',
  'section',
  'figure',
  'a',
  'button',
]);

export interface PictureSize {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The frame of every picture: an `svg` with a background.
 * @param label the picture's alternative text; omit it if text beside the picture has the same content
 */
export function picture(
  { width, height }: PictureSize,
  label: string | undefined,
  theme: Theme,
  ...content: Parameters<typeof el>[2][]
): Markup {
  return el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      // A page never shows wide pictures much smaller than this, to keep them readable.
      style: `--width:${Math.round(width)}px`,
      role: label === undefined ? undefined : 'img',
      'aria-label': label,
      'font-family': theme.font,
      'font-size': 12,
    },
    el('rect', { width, height, fill: theme.paper }),
    ...content,
  );
}
