/** The Python files that paths mean. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { about } from '../fileErrors.ts';

/** Folders that hold nothing that somebody here has written. */
const left = new Set(['node_modules', '__pycache__', 'site-packages']);
const isPython = (name: string): boolean => /\.(?:py|ipynb)$/i.test(name);

export type SourceFile = { readonly path: string; readonly error?: Error };

/**
 * Files as they are given, standard input as "-", and of folders the .py and .ipynb files in them, by name, at any depth; hidden
 * folders, links to folders and what others have made are left out.
 */
export async function* sourceFiles(paths: readonly string[]): AsyncGenerator<SourceFile> {
  for (const path of paths) {
    if (path === '-') {
      yield { path };
      continue;
    }
    try {
      if (!(await stat(path)).isDirectory()) {
        yield { path };
        continue;
      }
    } catch (error) {
      yield { path, error: about('read', path, error) };
      continue;
    }
    yield* filesIn(path);
  }
}

async function* filesIn(folder: string): AsyncGenerator<SourceFile> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    yield { path: folder, error: about('read', folder, error) };
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && !left.has(entry.name)) yield* filesIn(path);
    } else if (isPython(entry.name) && (entry.isFile() || entry.isSymbolicLink())) yield { path };
  }
}
