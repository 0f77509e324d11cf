/** The file of the part that is missing: beside the one that is there, or elsewhere. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { onDisk } from '../pathPicking.ts';
import { back, pickStep } from '../steps.ts';

type Choice = { readonly path: string } | 'browse' | 'none';
type Item = vscode.QuickPickItem & { readonly choice: Choice };

/** More are not listed: the file can be looked for. */
const mostListed = 50;

export interface MissingPart {
  /** What the file that is there is, and what it lacks: "a decoder", "encoder". */
  readonly there: string;
  readonly missing: string;
  /** What is had without it; null: nothing, so that it is needed. */
  readonly without: string | null;
}

/**
 * @param path the file that is there
 * @returns the other file; null: it is added without
 */
export async function askMissingPart(
  path: string,
  { there, missing, without }: MissingPart,
): Promise<{ readonly path: string | null } | typeof back | undefined> {
  const name = basename(path);
  const others = (await readdir(dirname(path)).catch(() => [])).filter((file) => /\.onnx$/i.test(file) && file !== name);
  const named = others.filter((file) => file.toLowerCase().includes(missing));
  const items: Item[] = [
    ...[...named, ...others.filter((file) => !named.includes(file))].slice(0, mostListed).map((file) => ({
      ...{ label: file, choice: { path: join(dirname(path), file) } },
      ...(named.includes(file) && { description: 'likely: of its name' }),
    })),
    { label: 'Another file…', choice: 'browse' },
    ...(without === null ? [] : [{ label: 'There is none', description: without, choice: 'none' as const }]),
  ];
  for (;;) {
    const question = `${name} is ${there} alone. Which file is its ${missing}?`;
    const picked = await pickStep<Item>({ title: `Add ${name}`, question, items, canGoBack: true });
    if (picked === undefined || picked === back) return picked;
    if (picked.choice === 'none') return { path: null };
    if (picked.choice !== 'browse') return picked.choice;
    const [file] =
      (await vscode.window.showOpenDialog({
        ...{ title: `The ${missing} of ${name}`, openLabel: `Take as ${missing}`, filters: { 'ONNX models': ['onnx'] } },
        defaultUri: vscode.Uri.file(dirname(path)),
      })) ?? [];
    if (file) return { path: onDisk(file) };
  }
}
