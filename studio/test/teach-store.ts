/** For tests only: what Teach has stored in the browser. */
import type { Page } from 'playwright-core';

interface Stored {
  gestures: { removed?: number };
  takes: { made: number; removed?: number; part?: unknown; frames: { data: Uint8Array; width: number } };
  features: { id: string };
}

/** Every record of a store of the page's database. */
export const storedRecords = <Name extends keyof Stored>(page: Page, name: Name): Promise<Stored[Name][]> =>
  page.evaluate(async (name) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await settled(indexedDB.open('kinora teach'));
    const records = await settled(database.transaction(name).objectStore(name).getAll());
    database.close();
    return records;
  }, name);
