/** For tests only: a page at the width of a phone and of a desktop, dark and light. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { faults } from './faults.js';

export async function fits(page: Page): Promise<void> {
  for (const [width, colorScheme] of [
    [360, 'dark'],
    [1600, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBe(width);
    expect(await faults(page), `at ${width}`).toEqual([]);
  }
}
