// Files from the server onto the person's machine.
import { here } from '../api/addresses';

/** Saves a blob under a name. */
export function saveBlob(blob: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the blob after the click; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Saves a file that the server has. */
export async function saveFile(url: string, name: string) {
  const response = await fetch(here(url));
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  saveBlob(await response.blob(), name);
}
