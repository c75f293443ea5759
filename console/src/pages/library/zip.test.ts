import { strFromU8, unzipSync } from 'fflate';
import { afterEach, expect, test, vi } from 'vitest';
import { distinct, zipOf } from './zip';

afterEach(() => vi.unstubAllGlobals());

test('no two files in a zip have one name', () => {
  expect(distinct(['a.png', 'b.png', 'a.png', 'a.png'])).toEqual(['a.png', 'b.png', 'a (2).png', 'a (3).png']);
});

test('a zip holds every file under its name', async () => {
  vi.stubGlobal('location', { origin: 'http://localhost' });
  vi.stubGlobal('fetch', async (url: string) => new Response(`bytes of ${url}`));
  const heard: number[] = [];
  const wanted = [
    { url: '/files/1', name: 'a.png' },
    { url: '/files/2', name: 'a.png' },
  ];

  const files = unzipSync(new Uint8Array(await (await zipOf(wanted, (done) => heard.push(done))).arrayBuffer()));

  expect(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]))).toEqual({
    'a.png': 'bytes of /files/1',
    'a (2).png': 'bytes of /files/2',
  });
  expect(heard).toEqual([1, 2]);
});

test('a file that is gone fails the whole, with no half zip', async () => {
  vi.stubGlobal('location', { origin: 'http://localhost' });
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));

  await expect(zipOf([{ url: '/files/1', name: 'a.png' }], () => {})).rejects.toThrow('HTTP 404');
});
