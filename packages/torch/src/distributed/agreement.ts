/**
 * Before ranks train together they compare what they are about to do: code, configuration, data. All learn of a
 * difference, and all refuse.
 */
import { type KinoraError, kinoraError } from '../error.js';
import type { Participant, Store } from './store.js';

/** Facts by name; those that are objects are compared entry by entry. */
export type Facts = Readonly<Record<string, unknown>>;

/** What rank 0 finds when it has asked everyone. */
interface Verdict {
  readonly absent: readonly number[];
  /** One sentence for each rank that differs. */
  readonly differences: readonly string[];
}

/**
 * Compares every rank's facts with those of rank 0.
 * @throws KinoraError `distributed/absent` naming the ranks that did not come, `distributed/differs` saying what differs
 */
export async function agree(
  store: Store,
  { rank, size }: Participant,
  facts: Facts,
  timeoutMs: number,
): Promise<void> {
  const own = flat({ ...facts, 'world size': size });
  if (rank === 0) store.set('facts', JSON.stringify(own));
  await need(store, 'facts', timeoutMs);
  const leading = JSON.parse(store.get('facts')) as Record<string, string>;
  const opinion = difference(leading, own, rank);
  store.set(opinionOf(rank), opinion);
  if (rank === 0) store.set('verdict', JSON.stringify(await collect(store, size, timeoutMs)));
  await need(store, 'verdict', timeoutMs + 10_000);
  const { absent, differences } = JSON.parse(store.get('verdict')) as Verdict;
  if (differences.length > 0) throw differs(differences);
  if (opinion !== '') throw differs([opinion]); // a stranger, who came when the others had agreed
  if (absent.length > 0) throw absentRanks(absent, timeoutMs);
}

const opinionOf = (rank: number): string => `opinion/${rank}`;

async function collect(store: Store, size: number, timeoutMs: number): Promise<Verdict> {
  const ranks = Array.from({ length: size }, (_, rank) => rank);
  const missing = new Set(await store.wait(ranks.map(opinionOf), timeoutMs));
  const absent = ranks.filter((rank) => missing.has(opinionOf(rank)));
  const present = ranks.filter((rank) => !missing.has(opinionOf(rank)));
  return {
    absent,
    differences: present.map((rank) => store.get(opinionOf(rank))).filter((text) => text !== ''),
  };
}

/** What one rank has otherwise than rank 0, in a sentence; empty where nothing is. */
function difference(
  leading: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
  rank: number,
): string {
  const names = [...new Set([...Object.keys(leading), ...Object.keys(own)])];
  const other = names.filter((name) => leading[name] !== own[name]);
  if (other.length === 0) return '';
  const parts = other.map(
    (name) => `${name} (${leading[name] ?? 'none'} there, ${own[name] ?? 'none'} here)`,
  );
  return `rank ${rank} differs from rank 0 in ${parts.join(', ')}`;
}

/** `{ config: { lr: 1 } }` as `{ 'config.lr': '1' }`. */
function flat(facts: Facts, prefix = ''): Record<string, string> {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.assign(
    {},
    ...entries.map(([name, value]) =>
      isRecord(value) ? flat(value, `${prefix}${name}.`) : { [prefix + name]: JSON.stringify(value) },
    ),
  );
}

const isRecord = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function need(store: Store, key: string, timeoutMs: number): Promise<void> {
  const missing = await store.wait([key], timeoutMs);
  if (missing.length > 0) throw absentRanks([0], timeoutMs);
}

function absentRanks(ranks: readonly number[], timeoutMs: number): KinoraError {
  return kinoraError('distributed/absent', 'rendezvous', {
    expected: `every rank to come within ${Math.round(timeoutMs / 1000)} s`,
    received: `nothing from ${ranks.length === 1 ? 'rank' : 'ranks'} ${ranks.join(', ')}`,
    hint: 'their own output says why',
  });
}

function differs(differences: readonly string[]): KinoraError {
  return kinoraError('distributed/differs', 'rendezvous', {
    expected: 'all ranks to train the same thing',
    received: differences.join('; '),
    hint: 'start every rank with the same version, configuration and lists',
  });
}
