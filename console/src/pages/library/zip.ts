// Many files of the server as one, made in the browser and written as they come.
import { Zip, ZipPassThrough } from 'fflate';
import { here } from '../../api/addresses';

export interface Wanted {
  url: string;
  name: string;
}

/** Names that are all different: "fox-1.png", "fox-1 (2).png". */
export function distinct(names: string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : name.replace(/(\.[^.]*)?$/, ` (${times})$1`);
  });
}

/** Fetches all and packs them. `told` hears how many are in. Pictures are not compressed a second time. */
export async function zipOf(files: Wanted[], told: (done: number) => void): Promise<Blob> {
  const parts: BlobPart[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    parts.push(chunk as BlobPart);
  });
  const names = distinct(files.map((file) => file.name));
  for (const [index, file] of files.entries()) {
    const response = await fetch(here(file.url));
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const entry = new ZipPassThrough(names[index] as string);
    zip.add(entry);
    entry.push(new Uint8Array(await response.arrayBuffer()), true);
    told(index + 1);
  }
  zip.end();
  return new Blob(parts, { type: 'application/zip' });
}
