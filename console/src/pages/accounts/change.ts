// An account as a form, and the change that a filled-in form asks for. Pure.
import type { Account } from '../../api/types';

/** What stands in a field for a number; empty: as the server has it. */
type Typed = number | string | null | undefined;

export interface AccountForm {
  name: string;
  prepaid: boolean;
  /** Days that results are kept. */
  days: Typed;
  quota_mb: Typed;
  limits: Record<string, Typed>;
}

const kDay_s = 86_400;
const kMegabyte = 1_000_000;

export function formOf(account: Account | null): AccountForm {
  const kept = account?.retention_s ?? null;
  return {
    name: account?.name ?? '',
    prepaid: account?.prepaid ?? false,
    days: kept === null || kept < 0 ? '' : kept / kDay_s,
    quota_mb: account === null || account.quota_bytes === null ? '' : account.quota_bytes / kMegabyte,
    limits: { ...account?.limits },
  };
}

const numberOf = (typed: Typed): number | null =>
  typed === null || typed === undefined || typed === '' ? null : Number(typed);
const scaled = (typed: Typed, by: number) => {
  const value = numberOf(typed);
  return value === null ? null : Math.round(value * by);
};

/** Only what is different from the account, so that nothing else is written over. */
export function changeOf(account: Account | null, form: AccountForm): Record<string, unknown> {
  const before = formOf(account);
  const change: Record<string, unknown> = {};
  if (form.name !== before.name) change.name = form.name.trim();
  if (form.prepaid !== before.prepaid) change.prepaid = form.prepaid;
  if (numberOf(form.days) !== numberOf(before.days)) change.retention_s = scaled(form.days, kDay_s);
  if (numberOf(form.quota_mb) !== numberOf(before.quota_mb)) change.quota_bytes = scaled(form.quota_mb, kMegabyte);
  const limits = Object.keys(form.limits).filter(
    (name) => numberOf(form.limits[name]) !== numberOf(before.limits[name]),
  );
  if (limits.length > 0) change.limits = Object.fromEntries(limits.map((name) => [name, numberOf(form.limits[name])]));
  return change;
}
