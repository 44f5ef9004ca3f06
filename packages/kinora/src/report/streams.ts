/** The part of a report about streams: scores with intervals over people, tables, and a picture of each stream. */
import { el, type Markup } from '../figures/svg.js';
import { pageTheme } from '../figures/theme.js';
import { percent, plural } from '../figures/words.js';
import type { Interval } from '../measure/intervals.js';
import {
  type ActivityAlarms,
  alarmsByActivity,
  type LabelScore,
  type StreamScores,
  scoresByLabel,
  streamScores,
} from '../measure/streams.js';
import { section } from './document.js';
import type { StreamReport } from './stream-data.js';
import { factTable, plainTable } from './tables.js';
import { timeline } from './timeline.js';

const shares = (interval: Interval): string => withEnds(interval, percent);
const rates = (interval: Interval): string => withEnds(interval, (value) => value.toFixed(2));
const seconds = (interval: Interval): string => withEnds(interval, (value) => `${value.toFixed(2)} s`);

/** `81.2 % (75.0 % to 87.1 %)`; without ends where there is no interval. */
function withEnds({ value, low, high }: Interval, word: (value: number) => string): string {
  if (Number.isNaN(value)) return '–';
  return Number.isNaN(low) ? word(value) : `${word(value)} (${word(low)} to ${word(high)})`;
}

/** Names and values, for the terminal and the page alike. */
export function scoreFacts(scores: StreamScores): [string, string][] {
  const { right, again, wrong, falseAlarms, silent, mistaken } = scores.counts;
  return [
    [
      'streams',
      `${scores.streams} of ${plural(scores.people, 'person', 'people')}${scores.people === 1 ? ' (no intervals)' : ''}, ${scores.minutes.toFixed(1)} minutes, ${plural(scores.events, 'gesture')}`,
    ],
    ['Levenshtein accuracy', shares(scores.levenshtein)],
    ...scores.f1.map(
      (f1) => [`event F1, up to ${f1.tolerance} s after the end`, shares(f1)] as [string, string],
    ),
    ['false alarms a minute', rates(scores.falseAlarms)],
    ['missed', shares(scores.misses)],
    ['median delay from the start', seconds(scores.fromStart)],
    ['median delay from the end', seconds(scores.fromEnd)],
    [
      'detections',
      `${right} right, ${again} again, ${wrong} during another gesture, ${falseAlarms} false alarms`,
    ],
    ['gestures not detected', `${silent} without any detection, ${mistaken} with only wrong ones`],
  ];
}

/** The sections of a page. */
export function streamSections(report: StreamReport): Markup[] {
  const scores = streamScores(report.results);
  return [
    section(
      'Streams',
      `Every gesture of ${report.list} against what the recognizer detects, with 95 % intervals over people. A detection is right if it has the label of a gesture and comes between its start and one second after its end.`,
      factTable(scoreFacts(scores), 'Scores of streams'),
      ...(report.settings === undefined ? [] : [settingsTable(report.settings)]),
    ),
    section(
      'False alarms by activity',
      'While no gesture was made.',
      activityTable(alarmsByActivity(report.results)),
    ),
    section('Gestures in streams', undefined, labelTable(scoresByLabel(report.results, report.labels))),
    section(
      'Timelines',
      'Blue: right; orange: wrong or false alarm; grey: a gesture detected once more. The curve is the highest averaged probability of a gesture, the dashed line the threshold.',
      report.results.map((result, i) =>
        el(
          'div',
          { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Timeline of ${result.id}` },
          timeline(result, report.traces[i], pageTheme),
        ),
      ),
    ),
  ];
}

function settingsTable(settings: NonNullable<StreamReport['settings']>): Markup {
  const values = Object.entries(settings).map(([key, value]): [string, string] => [
    key,
    typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : JSON.stringify(value),
  ]);
  return el(
    'details',
    { style: 'margin-top:20px' },
    el('summary', {}, 'Settings'),
    el('div', { class: 'scroll' }, factTable(values, 'Settings of live recognition')),
  );
}

const activityTable = (rows: readonly ActivityAlarms[]): Markup =>
  plainTable(
    'False alarms by activity',
    ['Activity', 'False alarms', 'Minutes', 'A minute'],
    rows.map(({ activity, falseAlarms, minutes }) => [
      activity === '' ? 'anything else' : activity,
      String(falseAlarms),
      minutes.toFixed(1),
      minutes > 0 ? (falseAlarms / minutes).toFixed(2) : '–',
    ]),
  );

const labelTable = (rows: readonly LabelScore[]): Markup =>
  plainTable(
    'Detections by label',
    ['Label', 'Gestures', 'Detected', 'Recall', 'Wrong', 'False alarms'],
    rows.map(({ label, events, right, wrong, falseAlarms }) => [
      label,
      String(events),
      String(right),
      percent(right / events),
      String(wrong),
      String(falseAlarms),
    ]),
  );

/** The same numbers for other programs. */
export const streamNumbers = (report: StreamReport) => ({
  list: report.list,
  settings: report.settings,
  scores: streamScores(report.results),
  activities: alarmsByActivity(report.results),
  labels: scoresByLabel(report.results, report.labels),
  streams: report.results,
});
