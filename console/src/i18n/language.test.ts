import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import en from './en';
import { choose, fill, languages, type LanguageCode } from './language.svelte';

const folder = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !/i18n.(en|zh|language)/.test(path) && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(folder, path), 'utf8'))
  .join('\n');
const keys = Object.keys(en);
const codes = Object.keys(languages) as LanguageCode[];
const names = (message: string) => [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(codes)('%s has every message, with the same values in it, and no other', async (code) => {
  const messages = await languages[code].load();
  expect(Object.keys(messages).sort()).toEqual([...keys].sort());
  for (const key of keys as (keyof typeof en)[]) {
    expect(names(messages[key]), `${code} ${key}`).toEqual(names(en[key]));
    expect(messages[key].trim() === '', `${code} ${key} is empty`).toBe(en[key].trim() === '');
  }
});

test('no language but English is left in English', async () => {
  for (const code of codes.filter((other) => other !== 'en')) {
    const messages = await languages[code].load();
    const same = keys.filter((key) => {
      const [theirs, ours] = [messages[key as keyof typeof en], en[key as keyof typeof en]];
      return theirs === ours && /[a-z]{3}/.test(theirs.replace(/\{\w+\}/g, ''));
    });
    expect(same, code).toEqual([]);
  }
});

test('every message is used somewhere', () => {
  const families = [...sources.matchAll(/`([\w.]+\.|[\w.]+_)\$\{/g), ...sources.matchAll(/'([\w.]+\.)'/g)].map(
    (match) => match[1] as string,
  );
  const unused = keys.filter((key) => {
    const stem = key.replace(/_(one|other)$/, '');
    return (
      !sources.includes(`'${key}'`) &&
      !sources.includes(`'${stem}'`) &&
      !families.some((family) => key.startsWith(family))
    );
  });
  expect(unused).toEqual([]);
});

test('no text stands in a page instead of in the messages', () => {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.svelte'));
  const bare = pages.flatMap((path) => {
    const markup = readFileSync(join(folder, path), 'utf8')
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
      .replace(/<!--[\s\S]*?-->/g, '');
    const attributes = [...markup.matchAll(/(?:aria-label|title|placeholder|alt)="([^"{]*[A-Za-z]{3,}[^"{]*)"/g)].map(
      (match) => match[1],
    );
    return attributes.filter((text) => text !== 'https://').map((text) => `${path}: ${text}`);
  });
  expect(bare).toEqual([]);
});

test('the nearest language is chosen, English when none is near', () => {
  expect(choose(['zh-TW', 'en'])).toBe('zh-Hant');
  expect(choose(['fr', 'en-GB'])).toBe('en');
  expect(choose(['fr'])).toBe('en');
  expect(choose([])).toBe('en');
});

test('values are put in where they are named', () => {
  expect(fill('{n} of {all}, {unknown}', { n: 1, all: 2 })).toBe('1 of 2, {unknown}');
});
