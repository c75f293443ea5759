import { expect, test } from 'vitest';
import type { Account } from '../../api/types';
import { changeOf, formOf } from './change';

const account = {
  name: 'lab',
  prepaid: false,
  retention_s: 172_800,
  quota_bytes: null,
  limits: { queued: 10, running: null },
} as unknown as Account;

test('a form that nobody touched changes nothing', () => {
  expect(changeOf(account, formOf(account))).toEqual({});
});

test('only what was changed is sent, in the units of the API', () => {
  const form = formOf(account);
  form.days = 1;
  form.quota_mb = '5';
  form.limits.running = 2;

  expect(changeOf(account, form)).toEqual({ retention_s: 86_400, quota_bytes: 5_000_000, limits: { running: 2 } });
});

test('an emptied field takes the limit away', () => {
  const form = formOf(account);
  form.days = '';
  form.limits.queued = null;

  expect(changeOf(account, form)).toEqual({ retention_s: null, limits: { queued: null } });
});

test('results that are kept for ever stay so unless days are given', () => {
  const kept = { ...account, retention_s: -1 } as Account;
  const form = formOf(kept);
  form.name = 'other';

  expect(changeOf(kept, form)).toEqual({ name: 'other' });
});

test('a new account is sent with what was filled in', () => {
  const form = formOf(null);
  form.name = 'new';
  form.prepaid = true;

  expect(changeOf(null, form)).toEqual({ name: 'new', prepaid: true });
});
