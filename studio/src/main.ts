/** Starts the app. */
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { keepOffline } from './offline.js';
import { followTheme } from './theme.svelte.js';

followTheme();
mount(App, { target: document.body });
if (import.meta.env.PROD) void keepOffline();
