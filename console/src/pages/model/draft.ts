// What stands in a model's form, kept for the time of this tab.
import type { Input } from '../../api/types';

const nameOf = (model: string) => `plantain.draft.${model}`;

export function readDraft(model: string): Input {
  try {
    return JSON.parse(sessionStorage.getItem(nameOf(model)) ?? '{}') as Input;
  } catch {
    return {};
  }
}

export function keepDraft(model: string, values: Input) {
  try {
    sessionStorage.setItem(nameOf(model), JSON.stringify(values));
  } catch {
    // A form with pictures inside may be larger than what the browser keeps; then it is not kept.
  }
}
