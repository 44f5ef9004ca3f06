/** The report as one HTML page that needs nothing beside it: pictures inline, styles inline, no network. */

import { el, Markup } from '../figures/svg.js';
import type { ReportData } from './data.js';
import type { Mistake } from './mistakes.js';
import { classes, confusion, curves, details, header, worst } from './page.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

/** @param shown the worst clips with their strips, made once for page and files */
export function page(data: ReportData, shown: readonly Mistake[]): string {
  const sections = [
    header(data),
    curves(data.history),
    confusion(data),
    classes(data),
    worst(data, shown),
    details(data, shown),
  ];
  return htmlPage(`${data.name}: report`, sections);
}

/** The document around the sections of any report. */
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
