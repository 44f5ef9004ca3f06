/** The time of one figure: steps while it runs. It starts by itself only for readers who have not asked for less motion. */

const calm = matchMedia('(prefers-reduced-motion: reduce)');

export interface Clock {
  running: boolean;
}

/**
 * Calls `step` `rate()` times a second while the clock runs and the page is visible. To be called while a component is
 * set up; it ends with the component.
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
