/**
 * The site's service worker: stores every file of the site at its first visit, answers from that store, and adds the
 * headers that isolate the page. `kinora studio build` writes the list of files before this code.
 */
/// <reference lib="webworker" />

interface SiteFiles {
  /** Changes whenever a file changes. */
  readonly version: string;
  readonly files: readonly string[];
}

const worker = self as unknown as ServiceWorkerGlobalScope & { KINORA_FILES?: SiteFiles };
const { version, files } = worker.KINORA_FILES ?? { version: 'none', files: [] };
const STORE = `kinora-${version}`;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(STORE)
      .then((store) => store.addAll(files.map((file) => new Request(file, { cache: 'reload' }))))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(removeOldStores().then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  if (mode === 'navigate' && new URL(url).searchParams.has('token')) {
    // The link of an engine that has taken this address: from here on it answers.
    void worker.registration.unregister();
    return;
  }
  if (method === 'GET' && new URL(url).origin === location.origin) event.respondWith(answer(event.request));
});

async function removeOldStores(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith('kinora-') && name !== STORE) await caches.delete(name);
}

async function answer(request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  const kept = await store.match(request, { ignoreSearch: true });
  return isolated(kept ?? (await fetch(request)));
}

function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
