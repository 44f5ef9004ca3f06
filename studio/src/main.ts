/** Starts the app. */
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { forgetOffline, keepOffline } from './offline.js';
import { followTheme } from './theme.svelte.js';
import { hasEngine } from './workbench/engine.js';

followTheme();
if (location.hash.startsWith('#/embed/')) {
  // One figure for the frame of another page, which needs neither the site's data nor its rooms.
  void import('./learn/playground/Embed.svelte').then(({ default: Embed }) =>
    mount(Embed, { target: document.body }),
  );
} else {
  mount(App, { target: document.body });
  if (import.meta.env.PROD) void (hasEngine() ? forgetOffline() : keepOffline());
}
