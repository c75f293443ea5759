import { expect, test } from 'vitest';
import { Chosen } from './chosen.svelte';

const all = ['a', 'b', 'c', 'd'];

test('one is marked and unmarked', () => {
  const chosen = new Chosen();
  chosen.toggle('b', all, false);
  expect([...chosen.ids]).toEqual(['b']);
  chosen.toggle('b', all, false);
  expect([...chosen.ids]).toEqual([]);
});

test('with shift all between the two are marked, in both directions', () => {
  const chosen = new Chosen();
  chosen.toggle('d', all, false);
  chosen.toggle('b', all, true);
  expect([...chosen.ids].sort()).toEqual(['b', 'c', 'd']);
});

test('shift without one before marks the one', () => {
  const chosen = new Chosen();
  chosen.toggle('c', all, true);
  expect([...chosen.ids]).toEqual(['c']);
});
