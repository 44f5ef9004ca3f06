/**
 * Registers the service worker that keeps the site for reading without a network, and that isolates the page where
 * the host sends no isolation headers, so that WebAssembly may use threads. Isolation begins with a page that the
 * worker has served: the first visit reloads once.
 */
const RELOADED = 'kinora-isolated';

export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('./service-worker.js');
  await navigator.serviceWorker.ready;
  if (self.crossOriginIsolated || sessionStorage.getItem(RELOADED) !== null) return;
  sessionStorage.setItem(RELOADED, 'yes'); // once: a browser that never isolates must not reload for ever
  location.reload();
}
