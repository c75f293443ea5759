import { expect, test } from 'vitest';
import type { Schema } from '../api/types';
import { drawSeed, faultsOf, fieldsOf, inputOf, otherFaults, ratioBox, spelled, startOf, withPicture } from './fields';

const control = (name: string, property: Schema) => fieldsOf({ properties: { [name]: property } })[0]?.control;

test('a prompt is a long text, a name is a short one', () => {
  expect(control('negative_prompt', { type: 'string' })).toMatchObject({ kind: 'text', long: true });
  expect(control('name', { type: 'string', maxLength: 20 })).toEqual({ kind: 'text', long: false, most: 20 });
});

test('a list of shapes is a ratio picker, any other list a choice', () => {
  expect(control('aspect_ratio', { type: 'string', enum: ['auto', '16:9'] })).toEqual({
    kind: 'ratio',
    options: ['auto', '16:9'],
  });
  expect(control('safety_tolerance', { type: 'integer', enum: [1, 2] })).toEqual({ kind: 'choice', options: [1, 2] });
});

test('a number with near bounds is a slider, one without is typed', () => {
  expect(control('num_images', { type: 'integer', minimum: 1, maximum: 4 })).toMatchObject({ kind: 'count', step: 1 });
  expect(control('guidance', { type: 'number', minimum: 0, maximum: 10 })).toMatchObject({ kind: 'count', step: 0.1 });
  expect(control('steps', { type: 'integer' })).toMatchObject({ kind: 'number', whole: true });
  expect(control('seed', { type: 'integer', minimum: 0, maximum: 9 })).toEqual({ kind: 'seed' });
});

test('addresses of media are files, one or several', () => {
  expect(control('image_url', { type: 'string' })).toEqual({ kind: 'file', accept: 'image/*' });
  expect(control('source', { type: 'string', format: 'uri' })).toMatchObject({ kind: 'file' });
  expect(control('image_urls', { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 14 })).toEqual({
    kind: 'files',
    accept: 'image/*',
    least: 1,
    most: 14,
  });
});

test('what no control fits is written as JSON', () => {
  expect(control('loras', { type: 'array', items: { type: 'object' } })).toEqual({ kind: 'json' });
  expect(control('mixed', { enum: [null, 1] })).toEqual({ kind: 'json' });
});

test('the form begins with the defaults, or with what an earlier request had', () => {
  const fields = fieldsOf({ properties: { a: { type: 'integer', default: 1 }, b: { type: 'string' } } });
  expect(startOf(fields)).toEqual({ a: 1 });
  expect(startOf(fields, { a: 0, b: 'x', gone: true })).toEqual({ a: 0, b: 'x' });
});

test('what was left empty is not sent, and false and 0 are not empty', () => {
  const fields = fieldsOf({ properties: { a: {}, b: {}, c: {}, d: {} } });
  expect(inputOf(fields, { a: '', b: 0, c: false, d: [] })).toEqual({ b: 0, c: false });
});

test('a fault belongs to the field it points at or into', () => {
  const fields = fieldsOf({ properties: { image_urls: {}, image: {} } });
  const fault = { pointer: '/image_urls/0', rule: 'format', message: 'must be an address' };
  const misspelt = { pointer: '/sed', rule: 'unknown', message: 'did you mean seed?' };
  expect(faultsOf('image_urls', [fault, misspelt])).toEqual([fault]);
  expect(faultsOf('image', [fault])).toEqual([]);
  expect(otherFaults(fields, [fault, misspelt])).toEqual([misspelt]);
});

test('a ratio is drawn in its shape', () => {
  expect(ratioBox('16:9', 32)).toEqual({ width: 32, height: 18 });
  expect(ratioBox('9:16', 32)).toEqual({ width: 18, height: 32 });
  expect(ratioBox('auto', 32)).toEqual({ width: 32, height: 32 });
});

test('a drawn seed leaves room for sixteen pictures below 2^31', () => {
  expect(drawSeed(() => 0)).toBe(0);
  expect(drawSeed(() => 0.9999999999)).toBeLessThanOrEqual(2 ** 31 - 17);
});

test('a name is spelled as words', () => {
  expect(spelled('num_images')).toBe('Num images');
});

test('a picture goes to the others where there is room, in the place of the one where there is not', () => {
  const fields = fieldsOf({
    properties: {
      image_urls: { type: 'array', items: { type: 'string' }, maxItems: 2 },
      image_url: { type: 'string' },
    },
  });
  const taken = withPicture(fields, 'image_urls', { image_urls: ['a', 'b'] }, 'c');
  expect(taken.image_urls).toEqual(['b', 'c']);
  expect(withPicture(fields, 'image_urls', taken, 'c')).toEqual(taken);
  expect(withPicture(fields, 'image_url', { image_url: 'a' }, 'b')).toEqual({ image_url: 'b' });
  expect(withPicture(fields, undefined, { prompt: 'p' }, 'b')).toEqual({ prompt: 'p' });
});
