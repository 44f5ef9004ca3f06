/** A figure's clock. It starts automatically unless the reader prefers reduced motion. */

const calm = matchMedia('(prefers-reduced-motion: reduce)');

export interface Clock {
  running: boolean;
}

/**
 * Calls `step` `rate()` times a second while the clock runs and the page is visible. Call it during component
 * initialisation; it stops when the component is destroyed.
 */
export function createClock(step: () => void, rate: () => number, start = true): Clock {
  const clock = $state({ running: start && !calm.matches });
  $effect(() => {
    if (!clock.running) return;
    const timer = setInterval(() => {
      if (!document.hidden) step();
    }, 1000 / rate());
    return () => clearInterval(timer);
  });
  return clock;
}
