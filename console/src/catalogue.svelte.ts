// The models, fetched once and again when a person comes back to them.
import * as api from './api/calls';
import type { Model } from './api/types';
import { Load } from './load.svelte';

export const catalogue = new Load(async () => (await api.models()).models);

const kPictureInput = /^(image|image_url|image_urls|images|input_image|input_images)$/;

/** Models that take a picture. */
export function takersOfPictures(): Model[] {
  return (catalogue.value ?? []).filter((model) => model.inputs.some((name) => kPictureInput.test(name)));
}

export const pictureInputOf = (model: Model) => model.inputs.find((name) => kPictureInput.test(name));

export const displayName = (id: string) => catalogue.value?.find((model) => model.model_id === id)?.display_name ?? id;
