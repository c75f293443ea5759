// What a model's input schema means as a form. Pure: a schema goes in, a list of fields comes out.
import type { Fault, Input, Schema } from '../api/types';

/** How a person fills in a value. */
export type Control =
  | { kind: 'text'; long: boolean; most?: number }
  | { kind: 'ratio'; options: string[] }
  | { kind: 'choice'; options: (string | number)[] }
  | { kind: 'count'; from: number; to: number; step: number; whole: boolean }
  | { kind: 'number'; from?: number; to?: number; whole: boolean }
  | { kind: 'seed' }
  | { kind: 'switch' }
  | { kind: 'file'; accept: string }
  | { kind: 'files'; accept: string; least: number; most: number }
  | { kind: 'json' };

export interface Field {
  name: string;
  schema: Schema;
  required: boolean;
  control: Control;
}

const kRatio = /^(auto|\d+:\d+)$/;
const kLongText = /prompt|text|description|lyrics|caption/;
const kFile = /(^|_)(image|video|audio|mask|file)(_urls?|s)?$|_urls?$/;

export function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    required: schema.required?.includes(name) ?? false,
    control: controlOf(name, property),
  }));
}

function controlOf(name: string, schema: Schema): Control {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (schema.enum) return choiceOf(schema.enum);
  switch (type) {
    case 'boolean':
      return { kind: 'switch' };
    case 'integer':
    case 'number':
      return numberOf(name, schema, type === 'integer');
    case 'string':
      if (isFile(name, schema)) return { kind: 'file', accept: acceptOf(name) };
      return {
        kind: 'text',
        long: kLongText.test(name) || String(schema.default ?? '').length > 60,
        most: schema.maxLength,
      };
    case 'array':
      if (schema.items?.type === 'string' && isFile(name, schema.items))
        return { kind: 'files', accept: acceptOf(name), least: schema.minItems ?? 0, most: schema.maxItems ?? 16 };
  }
  return { kind: 'json' };
}

function choiceOf(options: unknown[]): Control {
  const plain = options.filter((option): option is string | number => ['string', 'number'].includes(typeof option));
  if (plain.length !== options.length) return { kind: 'json' };
  if (plain.every((option) => kRatio.test(String(option)))) return { kind: 'ratio', options: plain.map(String) };
  return { kind: 'choice', options: plain };
}

function numberOf(name: string, schema: Schema, whole: boolean): Control {
  const { minimum: from, maximum: to } = schema;
  if (name === 'seed' || name.endsWith('_seed')) return { kind: 'seed' };
  if (from === undefined || to === undefined || to - from > 10_000) return { kind: 'number', from, to, whole };
  return { kind: 'count', from, to, whole, step: schema.multipleOf ?? (whole ? 1 : (to - from) / 100) };
}

const isFile = (name: string, schema: Schema) => schema.format === 'uri' || kFile.test(name);

function acceptOf(name: string): string {
  if (/video/.test(name)) return 'video/*';
  if (/audio/.test(name)) return 'audio/*';
  return 'image/*';
}

/** What the form begins with: the schema's defaults. The default of a required input is a sample. */
export function startOf(fields: Field[], given: Input = {}): Input {
  const input: Input = {};
  for (const { name, schema } of fields) {
    const value = given[name] ?? schema.default;
    if (value !== undefined) input[name] = value;
  }
  return input;
}

/** The form with one more picture in `name`, as far as there is room. */
export function withPicture(fields: Field[], name: string | undefined, values: Input, url: string): Input {
  const field = fields.find((candidate) => candidate.name === name);
  if (!field) return values;
  if (field.control.kind !== 'files') return { ...values, [field.name]: url };
  const before = Array.isArray(values[field.name]) ? (values[field.name] as string[]) : [];
  return { ...values, [field.name]: [...before.filter((other) => other !== url), url].slice(-field.control.most) };
}

/** What is sent: the form without what was left empty. */
export function inputOf(fields: Field[], values: Input): Input {
  const input: Input = {};
  for (const { name } of fields) {
    const value = values[name];
    const empty = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (!empty) input[name] = value;
  }
  return input;
}

/** The faults that are of one field: at it or inside it. */
export function faultsOf(name: string, faults: Fault[]): Fault[] {
  const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return faults.filter((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));
}

/** The faults that no field shows. */
export function otherFaults(fields: Field[], faults: Fault[]): Fault[] {
  return faults.filter((fault) => !fields.some((field) => faultsOf(field.name, [fault]).length > 0));
}

/** Width and height of a box in the shape of "16:9" whose longer side is `side`; a square for "auto". */
export function ratioBox(ratio: string, side: number): { width: number; height: number } {
  const [w = 1, h = 1] = /^\d+:\d+$/.test(ratio) ? ratio.split(':').map(Number) : [1, 1];
  const scale = side / Math.max(w, h);
  return { width: Math.round(w * scale), height: Math.round(h * scale) };
}

/** A seed that every engine takes; num_images more fit above it. */
export const drawSeed = (random: () => number = Math.random) => Math.floor(random() * (2 ** 31 - 16));

/** "num_images" as words, for a field that has neither a translation nor a title. */
export function spelled(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
