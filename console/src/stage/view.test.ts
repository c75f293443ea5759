import { expect, test } from 'vitest';
import { clampShift, zoomed } from './view';

const box = { width: 1000, height: 500 };

test('what is under the pointer stays there', () => {
  const view = zoomed({ scale: 1, x: 0, y: 0 }, 2, { x: 100, y: 50 }, box);
  expect(view).toEqual({ scale: 2, x: -100, y: -50 });
});

test('a picture is never smaller than the window and never larger than twelve times', () => {
  expect(zoomed({ scale: 1, x: 0, y: 0 }, 0.1, { x: 0, y: 0 }, box).scale).toBe(1);
  expect(zoomed({ scale: 10, x: 0, y: 0 }, 5, { x: 0, y: 0 }, box).scale).toBe(12);
});

test('a picture that fits does not move, a larger one moves to its edge', () => {
  expect(clampShift({ scale: 1, x: 300, y: -20 }, box)).toMatchObject({ x: 0, y: 0 });
  expect(clampShift({ scale: 2, x: 900, y: -900 }, box)).toMatchObject({ x: 500, y: -250 });
});
