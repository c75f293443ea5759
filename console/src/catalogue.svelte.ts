// The models, fetched once and again when a person comes back to them.
import * as api from './api/calls';
import type { Model } from './api/types';
import { Load } from './load.svelte';

export const catalogue = new Load(async () => (await api.models()).models);

const kPictureInput = /^(image|image_url|image_urls|images|input_image|input_images)$/;

/** Models that take a picture; first those that can run, and of them those that make pictures. */
export function takersOfPictures(): Model[] {
  const rank = (model: Model) => (model.available ? 0 : 2) + (model.kind === 'image' ? 0 : 1);
  return (catalogue.value ?? [])
    .filter((model) => model.inputs.some((name) => kPictureInput.test(name)))
    .toSorted((one, other) => rank(one) - rank(other));
}

export const pictureInputOf = (model: Model) => model.inputs.find((name) => kPictureInput.test(name));

export const displayName = (id: string) => catalogue.value?.find((model) => model.model_id === id)?.display_name ?? id;
