// The pages by name. The first one a person sees comes with the program, the others when they are asked for.
import type { Component } from 'svelte';
import type { pageOf } from '../places';

type Loader = () => Promise<{ default: Component }>;

export const pagesByName: Record<ReturnType<typeof pageOf>, Loader> = {
  explore: () => import('./Explore.svelte'),
  model: () => import('./Model.svelte'),
  generations: () => import('./Generations.svelte'),
  library: () => import('./Library.svelte'),
  keys: () => import('./Keys.svelte'),
  usage: () => import('./Usage.svelte'),
  account: () => import('./Account.svelte'),
  webhooks: () => import('./Webhooks.svelte'),
  accounts: () => import('./Accounts.svelte'),
  audit: () => import('./Audit.svelte'),
  system: () => import('./System.svelte'),
  status: () => import('./Status.svelte'),
};
