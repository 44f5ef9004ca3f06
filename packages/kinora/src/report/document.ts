/**
 * The HTML document of any report: header, sections, style and script in one file that needs nothing beside it, with no request
 * to the network.
 */
import { el, Markup } from '../figures/svg.js';
import { themeCss } from '../figures/theme.js';

/** The document around the header and the sections. */
export function htmlPage(title: string, sections: readonly (Markup | undefined)[]): string {
  const head = el(
    'head',
    {},
    el('meta', { charset: 'utf-8' }),
    el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    el('title', {}, title),
    el('style', {}, new Markup(STYLE)),
  );
  const body = el(
    'body',
    {},
    el('main', {}, sections),
    el('div', { id: 'tip', role: 'status', 'aria-hidden': 'true' }),
    el('script', {}, new Markup(SCRIPT)),
  );
  return `<!doctype html>\n${el('html', { lang: 'en' }, head, body)}\n`;
}

export interface Headline {
  /** The kind of report, above the title. */
  readonly eyebrow: string;
  readonly title: string;
  /** What was measured, and when. */
  readonly text: string;
  /** The figures to read first, as `[value, what it is]`. */
  readonly figures: readonly (readonly [string, string])[];
}

export function header({ eyebrow, title, text, figures }: Headline): Markup {
  return el(
    'header',
    {},
    el('p', { class: 'eyebrow' }, eyebrow),
    el('h1', {}, title),
    el('p', { class: 'muted' }, text),
    el(
      'ul',
      { class: 'figures' },
      figures.map(([value, label]) => el('li', {}, el('b', {}, value), el('span', {}, label))),
    ),
  );
}

/** `2026-11-30 09:25`, of an ISO date and time. */
export const minuteOf = (date: string): string => date.slice(0, 16).replace('T', ' ');

export function section(
  title: string,
  text: string | undefined,
  ...content: (Markup | readonly Markup[])[]
): Markup {
  return el(
    'section',
    {},
    el('h2', {}, title),
    text !== undefined && el('p', { class: 'muted' }, text),
    content,
  );
}

/** Content that may be wider than the page; a matrix is centred. */
export const scroll = (label: string, content: Markup, kind: 'wide' | 'matrix' = 'wide'): Markup =>
  el(
    'div',
    {
      class: kind === 'matrix' ? 'scroll matrix' : 'scroll',
      tabindex: 0,
      role: 'region',
      'aria-label': label,
    },
    content,
  );

/** One column of reading width, pictures as wide as they need, light and dark, no web fonts. */
const STYLE = `${themeCss()}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 Inter,ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:clamp(20px,4vw,56px) clamp(16px,4vw,40px) 64px}
h1{font-size:clamp(26px,4.5vw,38px);line-height:1.15;letter-spacing:-.02em;margin:0 0 6px;overflow-wrap:anywhere}
h2{font-size:20px;letter-spacing:-.01em;margin:0 0 4px}
p{margin:0 0 16px;max-width:80ch}
.muted,figcaption,.eyebrow{color:var(--muted)}
.eyebrow{font-size:13px;letter-spacing:.06em;text-transform:uppercase;margin:0 0 6px}
section{background:var(--paper);border:1px solid var(--rule);border-radius:14px;padding:clamp(16px,2.6vw,28px);margin-top:20px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:12px;margin:24px 0 0;padding:0;list-style:none}
.figures li{background:var(--paper);border:1px solid var(--rule);border-radius:14px;padding:14px 16px}
.figures b{display:block;font-size:28px;line-height:1.2;letter-spacing:-.02em;font-weight:650;font-variant-numeric:tabular-nums}
.figures li:first-child b{color:var(--blue)}
.figures span{font-size:14px;color:var(--muted)}
.curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:16px 24px}
.curves svg{width:100%;max-width:560px;height:auto;display:block}
.scroll{position:relative;overflow-x:auto;-webkit-overflow-scrolling:touch}
.scroll:focus-visible,a:focus-visible,button:focus-visible,summary:focus-visible{outline:2px solid var(--blue);outline-offset:3px;border-radius:4px}
.matrix svg{display:block;margin:0 auto;max-width:100%;min-width:min(620px,var(--width));height:auto}
.cell:hover rect{stroke:var(--ink);stroke-width:2}
table{border-collapse:collapse;width:100%;font-size:15px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:7px 14px 7px 0;border-top:1px solid var(--rule);font-weight:400;vertical-align:top}
thead th{border-top:0;color:var(--muted);font-size:14px;white-space:nowrap}
td.number,th.number{text-align:right;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
.facts{width:auto}.facts th{color:var(--muted);white-space:nowrap}.facts td{overflow-wrap:anywhere}
button{all:unset;cursor:pointer}
button::after{position:absolute;margin-left:3px}
[aria-sort=ascending] button::after{content:"↑"}[aria-sort=descending] button::after{content:"↓"}
.bar{display:inline-block;vertical-align:middle;width:clamp(40px,9vw,110px);height:8px;border-radius:4px;background:var(--rule);margin-right:10px;overflow:hidden}
.bar span{display:block;height:100%;background:var(--blue)}.bar.wrong span{background:var(--orange)}
.value{display:inline-block;min-width:3.9em}
figure{margin:0 0 22px}figure:last-child{margin-bottom:0}
figure img{display:block;border-radius:8px;max-width:none}
figcaption{font-size:15px;margin-bottom:6px}figcaption b{color:var(--ink);font-weight:600}
.predicted{color:var(--orange)!important}
details summary{cursor:pointer;font-weight:600}
details[open] summary{margin-bottom:12px}
a{color:var(--blue)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
#tip{position:fixed;z-index:1;pointer-events:none;max-width:280px;background:var(--ink);color:var(--paper);font-size:13px;line-height:1.4;padding:6px 10px;border-radius:8px;opacity:0;transition:opacity .1s}
@media(max-width:560px){.bar{display:none}.value{min-width:0}table{font-size:14px}th,td{padding-right:10px}}
@media print{body{background:#fff}section{break-inside:avoid;border:0;padding:0}}
`;

/**
 * The page's script: sorts tables by their headings and shows tooltips without delay. The page works without it,
 * because the values are also SVG titles.
 */
const SCRIPT = `
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener('click', () => {
    const up = head.getAttribute('aria-sort') === 'descending' || (column === 0 && !head.hasAttribute('aria-sort'));
    heads.forEach((other) => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const key = ({ cells }) => cells[column].dataset.value ?? cells[column].textContent;
    const order = (a, b) => String(key(a)).localeCompare(String(key(b)), 'en', { numeric: false });
    const value = (a, b) => (column === 0 ? order(a, b) : key(a) - key(b));
    body.append(...[...body.rows].sort((a, b) => (up ? value(a, b) : value(b, a))));
  }));
}
const tip = document.getElementById('tip');
const titles = new Map();
for (const title of document.querySelectorAll('svg title')) {
  titles.set(title.parentNode, title.textContent);
  title.remove();
}
document.addEventListener('pointermove', ({ target, clientX, clientY }) => {
  const owner = target.closest?.('svg .cell, svg circle');
  tip.style.opacity = owner ? 1 : 0;
  if (!owner) return;
  tip.textContent = titles.get(owner);
  const { offsetWidth: width, offsetHeight: height } = tip;
  tip.style.left = Math.max(4, Math.min(innerWidth - width - 4, clientX + 14)) + 'px';
  tip.style.top = (clientY + height + 22 > innerHeight ? clientY - height - 10 : clientY + 16) + 'px';
});
`;
