// Addresses of the server's own files. The API gives absolute ones, made from the server's public
// address; this page may be open under another name of the same server (localhost, 127.0.0.1).

/** The address under which this page may load a file that the API named. */
export function here(url: string, origin: string = location.origin): string {
  const parsed = new URL(url, origin);
  return parsed.pathname.startsWith('/files/') ? parsed.pathname + parsed.search : url;
}

/** A name to save a file under: "fox-in-the-snow-2.png". */
export function saveName(prompt: string | undefined, index: number, url: string): string {
  const words = (prompt ?? '')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  const ending = new URL(url, 'http://localhost').pathname.match(/\.([a-z0-9]{2,5})$/)?.[1] ?? 'png';
  return `${words || 'picture'}-${index + 1}.${ending}`;
}
