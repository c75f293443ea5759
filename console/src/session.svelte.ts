// Who is signed in. The key itself is never kept: the server's cookie is, and scripts cannot read it.
import * as api from './api/calls';
import { ApiError, isMissing, listen } from './api/client';
import type { Role, Session } from './api/types';

/** absent: this server has no sessions. expired: was signed in until now. */
type State = 'checking' | 'out' | 'in' | 'expired' | 'unreachable' | 'absent';

let state = $state<State>('checking');
let current = $state.raw<Session | null>(null);
let online = $state(true);

// What one tab does, the others learn.
const tabs = new BroadcastChannel('plantain.session');

export const session = {
  get state() {
    return state;
  },
  get online() {
    return online;
  },
  get account() {
    return current?.account.name ?? '';
  },
  get keyId() {
    return current?.key.key_id ?? null;
  },
  get keyName() {
    return current?.key.name ?? '';
  },
  get expires() {
    return current?.expires_at ?? null;
  },
  get role(): Role | null {
    return current?.role ?? null;
  },
  get isAdmin() {
    return current?.role === 'admin';
  },
};

function enter(next: Session) {
  current = next;
  state = 'in';
}

function leave(how: 'out' | 'expired') {
  current = null;
  state = how;
}

/** Finds out who is signed in, by a one-time token in the address if there is one. */
export async function begin() {
  listen({
    csrf: () => current?.csrf_token ?? null,
    keyRefused: () => state === 'in' && leave('expired'),
    reachable: (yes) => (online = yes),
  });
  tabs.onmessage = () => void check();
  window.addEventListener('online', () => void check());
  window.addEventListener('offline', () => (online = false));
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return check();
  // A token opens once: it does not stay in the address, nor in the history.
  history.replaceState(null, '', location.pathname + location.search);
  try {
    await signIn({ token });
  } catch {
    await check();
  }
}

/** Asks the server again. */
export async function check() {
  try {
    enter(await api.session());
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) leave(state === 'in' ? 'expired' : 'out');
    else if (isMissing(error)) state = 'absent';
    else if (state !== 'in') state = 'unreachable';
  }
}

/** Throws what the server says against it. */
export async function signIn(by: { key: string } | { token: string }) {
  enter(await api.signIn(by));
  tabs.postMessage('in');
}

export async function signOut() {
  try {
    await api.signOut();
  } finally {
    leave('out');
    tabs.postMessage('out');
  }
}
