import { expect, test } from 'vitest';
import { generationPlace, modelPlace, pageOf, pagePlace, pages, placeOf } from './places';

test('each address leads to what it was made for', () => {
  expect(placeOf('/')).toEqual({ page: 'explore' });
  expect(placeOf(modelPlace('google/nano-banana-2/edit'))).toEqual({
    page: 'model',
    model: 'google/nano-banana-2/edit',
  });
  expect(placeOf(generationPlace('0193'))).toEqual({ page: 'generation', request: '0193' });
  for (const page of pages) expect(placeOf(pagePlace(page))).toEqual({ page });
});

test('what is not ours is left to the browser', () => {
  for (const path of ['/v1/models', '/docs/errors', '/openapi.json', '/files/a.png', '/models', '/keys/more'])
    expect(placeOf(path), path).toBeNull();
});

test('a request in detail lies over the list of all', () => {
  expect(pageOf({ page: 'generation', request: 'x' })).toBe('generations');
});
