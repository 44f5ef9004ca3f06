/**
 * Registers the service worker, which stores the site for offline use. On hosts that send no isolation headers it also
 * adds them, so that WebAssembly can use threads. Only a page served by the worker is isolated, so the first visit
 * reloads once.
 */
const RELOADED = 'kinora-isolated';

export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('./service-worker.js');
  await navigator.serviceWorker.ready;
  if (self.crossOriginIsolated || sessionStorage.getItem(RELOADED) !== null) return;
  sessionStorage.setItem(RELOADED, 'yes'); // once: a browser that never isolates must not reload forever
  location.reload();
}

/** Removes the worker of a static site that had the address of this server before: its store would hide the server. */
export async function forgetOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  for (const registration of await navigator.serviceWorker.getRegistrations())
    await registration.unregister();
}
