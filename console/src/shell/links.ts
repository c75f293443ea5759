// What stands in the navigation.
import Activity from '@lucide/svelte/icons/activity';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import CircleUser from '@lucide/svelte/icons/circle-user';
import Compass from '@lucide/svelte/icons/compass';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Images from '@lucide/svelte/icons/images';
import KeyRound from '@lucide/svelte/icons/key-round';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Server from '@lucide/svelte/icons/server';
import Users from '@lucide/svelte/icons/users';
import Webhook from '@lucide/svelte/icons/webhook';
import type { MessageKey } from '../i18n/language.svelte';
import { explore, pagePlace, type Place } from '../places';

export interface NavLink {
  page: Place['page'];
  to: string;
  name: MessageKey;
  icon: typeof Compass;
}

export interface NavGroup {
  name: MessageKey;
  admin?: boolean;
  links: NavLink[];
}

export const groups: NavGroup[] = [
  {
    name: 'nav.create',
    links: [
      { page: 'explore', to: explore(), name: 'nav.explore', icon: Compass },
      { page: 'generations', to: pagePlace('generations'), name: 'nav.generations', icon: Images },
      { page: 'library', to: pagePlace('library'), name: 'nav.library', icon: FolderOpen },
    ],
  },
  {
    name: 'nav.build',
    links: [
      { page: 'keys', to: pagePlace('keys'), name: 'nav.keys', icon: KeyRound },
      { page: 'webhooks', to: pagePlace('webhooks'), name: 'nav.webhooks', icon: Webhook },
      { page: 'usage', to: pagePlace('usage'), name: 'nav.usage', icon: ChartColumn },
    ],
  },
  {
    name: 'nav.run',
    admin: true,
    links: [
      { page: 'accounts', to: pagePlace('accounts'), name: 'nav.accounts', icon: Users },
      { page: 'audit', to: pagePlace('audit'), name: 'nav.audit', icon: ScrollText },
      { page: 'system', to: pagePlace('system'), name: 'nav.system', icon: Server },
    ],
  },
  {
    name: 'nav.you',
    links: [
      { page: 'account', to: pagePlace('account'), name: 'nav.account', icon: CircleUser },
      { page: 'status', to: pagePlace('status'), name: 'nav.status', icon: Activity },
    ],
  },
];

/** The page that is marked in the navigation while another of its kind is shown. */
export function markedBy(page: Place['page'] | undefined): Place['page'] | undefined {
  if (page === 'model') return 'explore';
  return page === 'generation' ? 'generations' : page;
}
