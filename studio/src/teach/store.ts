/**
 * Gestures and recordings in IndexedDB, each written as it is made, so that a reload, another room or a crash loses none.
 * What is removed is only marked, until the next visit a day later, so that it can be brought back.
 */
import type { Take } from '@kinora/recognizer';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import type { Part } from './trim.js';

export interface StoredGesture {
  readonly id: string;
  readonly label: string;
  /** Its place in the list, ascending. */
  readonly order: number;
  /** When it was removed, in milliseconds since 1970; absent while it is there. */
  readonly removed?: number;
}

export interface StoredTake extends Take {
  readonly id: string;
  /** Id of its gesture. */
  readonly gesture: string;
  /** How its frames were made: `takeGeometry` of the spec. */
  readonly geometry: string;
  /** What is learned of it; absent: all. The other frames stay, so that it can be chosen anew. */
  readonly part?: Part;
  readonly removed?: number;
}

/** Features of a take's windows, so that they are computed once. */
export interface StoredFeatures {
  /** Of the take and of the part that is learned: `featuresId`. */
  readonly id: string;
  /** Of the network that computed them. */
  readonly fingerprint: string;
  readonly windows: readonly Float32Array[];
}

/** The id of a take, with its part if it has one. */
export const featuresId = ({ id, part }: Pick<StoredTake, 'id' | 'part'>): string =>
  part === undefined ? id : `${id} ${part.from}-${part.until}`;
const takeOf = ({ id }: StoredFeatures): string => id.split(' ')[0]!;

interface Records {
  gestures: StoredGesture;
  takes: StoredTake;
  features: StoredFeatures;
}

const NAME = 'kinora teach';
const STORES = ['gestures', 'takes', 'features'] as const;
/** Milliseconds for which what was removed is kept. */
const KEPT = 24 * 3600 * 1000;

/** What was stored: gestures by their order, recordings by their time, with what was removed within a day. */
export type Stored = { readonly [Name in keyof Records]: readonly Records[Name][] };

export interface TeachStore {
  read(): Promise<Stored>;
  /** Adds or replaces records, all or none. Throws `studio/store`. */
  put(records: { readonly [Name in keyof Records]?: readonly Records[Name][] }): Promise<void>;
}

/** Opens the database of this page, or makes it. Throws `studio/store` where the browser refuses. */
export async function openTeachStore(name = NAME): Promise<TeachStore> {
  const database = await opened(name);
  const within = (change: (transaction: IDBTransaction) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(STORES, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(refused(transaction.error));
      change(transaction);
    });
  return {
    async read() {
      const all = database.transaction(STORES);
      const [gestures, takes, features] = await Promise.all([
        settled<StoredGesture[]>(all.objectStore('gestures').getAll()),
        settled<StoredTake[]>(all.objectStore('takes').getAll()),
        settled<StoredFeatures[]>(all.objectStore('features').getAll()),
      ]);
      const old = ({ removed }: { removed?: number }): boolean =>
        removed !== undefined && removed < Date.now() - KEPT;
      const gone = new Set(gestures.filter(old).map(({ id }) => id));
      const lost = new Set(takes.filter((take) => old(take) || gone.has(take.gesture)).map(({ id }) => id));
      await within((transaction) => {
        for (const id of gone) transaction.objectStore('gestures').delete(id);
        for (const id of lost) transaction.objectStore('takes').delete(id);
        for (const one of features)
          if (lost.has(takeOf(one))) transaction.objectStore('features').delete(one.id);
      });
      return {
        gestures: gestures.filter(({ id }) => !gone.has(id)).sort((a, b) => a.order - b.order),
        takes: takes.filter(({ id }) => !lost.has(id)).sort((a, b) => a.made - b.made),
        features: features.filter((one) => !lost.has(takeOf(one))),
      };
    },
    put: (records) =>
      within((transaction) => {
        for (const store of STORES)
          for (const record of records[store] ?? []) transaction.objectStore(store).put(record);
      }),
  };
}

async function opened(name: string): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store, { keyPath: 'id' });
    };
    return await settled(request);
  } catch (cause) {
    throw refused(cause);
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(refused(request.error));
  });
}

const refused = (cause: unknown): KinoraError =>
  kinoraError('studio/store', 'your recordings', {
    expected: 'a browser that keeps data of this page',
    received: String(cause),
    hint: 'they stay in this tab until it is closed, so save the project to a file; free space, or leave private browsing',
    cause,
  });
