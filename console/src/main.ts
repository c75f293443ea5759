import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { begin as beginLanguage } from './i18n/language.svelte';
import { takeLinks } from './router.svelte';
import { begin as beginSession } from './session.svelte';

takeLinks(document);
await Promise.all([beginLanguage(), beginSession()]);
mount(App, { target: document.getElementById('console') as HTMLElement });
