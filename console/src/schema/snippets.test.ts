import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlOf, pythonOf, quickStart, snippet } from './snippets';

const setting = {
  base: 'http://127.0.0.1:8080',
  model: 'google/nano-banana-2/text-to-image',
  input: { prompt: `it's "quoted" \\ 貓`, limit_generations: false, seed: 7, image_urls: ['https://a.example/b.png'] },
};

test('a shell gives curl the very input, whatever is quoted in it', () => {
  const command = curlOf('submit', setting).replace('curl', 'printf "%s\\n"');
  const words = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
  expect(JSON.parse(words.slice(words.indexOf('--data') + 6))).toEqual(setting.input);
});

test('Python reads the input as it is', () => {
  const program = `import json; print(json.dumps(${pythonOf(setting.input)}))`;
  expect(JSON.parse(execFileSync('python3', ['-c', program], { encoding: 'utf8' }))).toEqual(setting.input);
});

test('each snippet is a program of its language', () => {
  const steps = ['submit', 'status', 'result', 'cancel'] as const;
  const python = [...steps.map((step) => snippet('python', step, setting)), quickStart('python', setting)];
  execFileSync('python3', ['-c', 'import ast, sys; [ast.parse(text) for text in sys.argv[1:]]', ...python]);

  const javascript = [...steps.map((step) => snippet('javascript', step, setting)), quickStart('javascript', setting)];
  // Each in a block of its own: they name the same things.
  const input = javascript.map((text) => `{\n${text}\n}`).join('\n');
  execFileSync(process.execPath, ['--check', '--input-type=module', '-'], { input });
});

test('the calls go where the API has them', () => {
  expect(curlOf('cancel', setting)).toContain('--request POST');
  expect(curlOf('status', setting)).toContain('http://127.0.0.1:8080/v1/requests/{request_id}/status');
});
