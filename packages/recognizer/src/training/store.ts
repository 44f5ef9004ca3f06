/**
 * Clips and training in IndexedDB, so that a closed tab loses nothing. Clips are written when they are added, the state as one
 * record, so that it is the old one or the new one, never half of each.
 */
import { type KinoraError, kinoraError } from '@kinora/clip';
import type { StoredClip, TrainingStore } from './core.js';

const [CLIPS, STATE] = ['clips', 'state'] as const;
/** Keys in the store `state`. */
const [TRAINING, OWNER] = ['training', 'owner'] as const;

/** Opens the database of this name, or makes it. Throws `trainer/store` where the browser refuses. */
export async function openStore(name: string): Promise<TrainingStore> {
  const request = open(name);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(CLIPS, { keyPath: 'id' });
    request.result.createObjectStore(STATE);
  };
  const database = await settled(request, name);
  /** Done once the transaction is, so that what was written is there. */
  const write = (store: string, change: (store: IDBObjectStore) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(store, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(refused(name, transaction.error));
      change(transaction.objectStore(store));
    });
  const readAll = <T>(store: string, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    settled(ask(database.transaction(store).objectStore(store)), name);
  return {
    async read(fingerprint) {
      const owner = await readAll<string | undefined>(STATE, (store) => store.get(OWNER));
      if (owner === undefined) await write(STATE, (store) => store.put(fingerprint, OWNER));
      else if (owner !== fingerprint)
        throw kinoraError('trainer/store', name, 'a training of this export and these labels', 'another', {
          hint: 'open that one, choose another name for store, or indexedDB.deleteDatabase() it',
        });
      const clips = await readAll<StoredClip[]>(CLIPS, (store) => store.getAll());
      const state = await readAll<Uint8Array | undefined>(STATE, (store) => store.get(TRAINING));
      return { clips, state };
    },
    putClip: (clip) => write(CLIPS, (store) => store.put(clip)),
    deleteClip: (id) => write(CLIPS, (store) => store.delete(id)),
    putState: (state) => write(STATE, (store) => store.put(state, TRAINING)),
    close: () => database.close(),
  };
}

function open(name: string): IDBOpenDBRequest {
  try {
    return indexedDB.open(name, 1);
  } catch (cause) {
    throw refused(name, cause);
  }
}

function settled<T>(request: IDBRequest<T>, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(refused(name, request.error));
  });
}

const refused = (name: string, cause: unknown): KinoraError =>
  kinoraError('trainer/store', name, 'a browser that keeps data of this page', String(cause), {
    hint: 'free space, or leave private browsing; what was kept before is still there',
    cause,
  });
