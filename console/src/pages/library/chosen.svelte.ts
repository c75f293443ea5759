// What a person has marked in a grid.
import { SvelteSet } from 'svelte/reactivity';

export class Chosen {
  readonly ids = new SvelteSet<string>();
  #last: string | null = null;

  /** Marks or unmarks one; with `through` all from the one before to this one. */
  toggle(id: string, all: string[], through: boolean) {
    const from = this.#last === null ? -1 : all.indexOf(this.#last);
    const to = all.indexOf(id);
    const mark = !this.ids.has(id);
    const range = through && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const each of range) {
      if (mark) this.ids.add(each);
      else this.ids.delete(each);
    }
    this.#last = id;
  }

  clear() {
    this.ids.clear();
    this.#last = null;
  }
}
