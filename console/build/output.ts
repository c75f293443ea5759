// What is done to the built files: the budget of the first load, and their compressed twins.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

type Bundle = Record<string, { type: string; isEntry?: boolean; imports?: string[]; code?: string }>;

/** The names of the scripts that a first visit loads: the entries and what they import, and so on. */
export function firstLoad(bundle: Bundle): string[] {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    bundle[name]?.imports?.forEach(visit);
  };
  for (const [name, file] of Object.entries(bundle)) if (file.type === 'chunk' && file.isEntry) visit(name);
  return [...seen];
}

/** Stops the build when the scripts of a first visit have more than `most` bytes, compressed by gzip. */
export function firstLoadBudget(most: number): Plugin {
  return {
    name: 'first-load-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const scripts = firstLoad(bundle as Bundle);
      const bytes = scripts.reduce((sum, name) => sum + gzipSync((bundle as Bundle)[name]?.code ?? '').length, 0);
      if (bytes > most)
        this.error(`the first load is ${bytes} bytes of compressed script; at most ${most} are allowed`);
      this.info(`first load: ${bytes} bytes of compressed script in ${scripts.length} files`);
    },
  };
}

/** Writes a .br and a .gz beside each file of text, so that the server compresses nothing. */
export function precompressed(): Plugin {
  let folder = '';
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(html|js|css|svg|json|webmanifest|txt)$/.test(entry.name)) continue;
        const path = join(entry.parentPath ?? entry.path, entry.name);
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        const brotli = {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
        };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, brotli));
      }
    },
  };
}
