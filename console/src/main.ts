import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { begin as beginLanguage } from './i18n/language.svelte';
import { pagesByName } from './pages/pages';
import { pageOf } from './places';
import { route, takeLinks } from './router.svelte';
import { begin as beginSession } from './session.svelte';

takeLinks(document);
// The page comes while the server is asked who is there.
if (route.place) void pagesByName[pageOf(route.place)]();
await Promise.all([beginLanguage(), beginSession()]);
mount(App, { target: document.getElementById('console') as HTMLElement });
