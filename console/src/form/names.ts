// What a model's input is called on the screen: our words for the common ones, else the schema's own.
import type { Field } from '../schema/fields';
import { spelled } from '../schema/fields';
import { word } from '../i18n/language.svelte';

export const nameOf = (field: Field) => word('input.', field.name, field.schema.title ?? spelled(field.name));
export const helpOf = (field: Field) => word('help.', field.name, field.schema.description ?? '');

const kFirst =
  /^(aspect_ratio|resolution|size|width|height|num_images|number_of_images|seed|negative_prompt|duration)$/;

// A person decides in this order, whatever the schema's.
const kOrder = ['prompt', 'aspect_ratio', 'resolution', 'size', 'width', 'height', 'num_images', 'number_of_images'];

/** The fields as they are asked for: what is shown first by importance, the rest as the schema has it. */
export function inOrder(fields: Field[]): Field[] {
  const rank = (field: Field) => {
    if (field.control.kind === 'file' || field.control.kind === 'files') return 0.5;
    const at = kOrder.indexOf(field.name);
    return at >= 0 ? at : kOrder.length;
  };
  return [...fields].sort((a, b) => rank(a) - rank(b));
}

/** Whether a field is seen at once; the others wait behind "More options". */
export function isFirst(field: Field): boolean {
  return field.required || kFirst.test(field.name) || field.control.kind === 'file' || field.control.kind === 'files';
}
