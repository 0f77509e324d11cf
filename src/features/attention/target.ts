import { posix } from 'node:path';
import * as vscode from 'vscode';
import { editorsOf } from '../documents.ts';
import { referenceTo } from './documents.ts';
import type { Subject } from './subject.ts';

/** What a command was called on: a text, nothing, or something whose text the editor does not give. */
export type Target = { kind: 'text'; subject: Subject } | { kind: 'unreadable'; name: string } | { kind: 'nothing' };

/** @param argument what the menu that the command was chosen from passes: a Uri, a notebook cell, or nothing (palette) */
export function targetOf(argument: unknown): Target {
  if (isCell(argument)) return text(subjectOf(argument.document));
  const uri = argument instanceof vscode.Uri ? argument.toString() : undefined;
  const active = vscode.window.activeTextEditor;
  if (uri && active?.document.uri.toString() !== uri) {
    const other = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
    if (other) return text(subjectOf(other.document, other.selection));
  }
  const cell = activeCell(active?.document);
  if (cell) return text(subjectOf(cell.document));
  if (active) return text(subjectOf(active.document, active.selection));
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText) return { kind: 'unreadable', name: posix.basename(input.uri.path) };
  return { kind: 'nothing' };
}

/** The one text that can be seen while something else has the focus: a walkthrough, a preview. Of several, none. */
export function textInSight(): Subject | null {
  const [editor, ...others] = vscode.window.visibleTextEditors.filter(({ viewColumn }) => viewColumn !== undefined);
  return editor && others.length === 0 ? subjectOf(editor.document, editor.selection) : null;
}

/** A document with what is selected in it, or with its cursor. */
export function subjectOf(document: vscode.TextDocument, selection = editorsOf(document)[0]?.selection): Subject {
  const reference = referenceTo(document);
  if (!selection || selection.isEmpty) {
    return { kind: 'editor', document: reference, focus: selection ? document.offsetAt(selection.active) : 0 };
  }
  return { kind: 'selection', document: reference, start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) };
}

/**
 * The selected cell of the active notebook, unless the text editor with the focus is in it: that one also knows what is selected in
 * its text. A notebook reports an empty range of cells while a cell is being edited.
 */
function activeCell(focused: vscode.TextDocument | undefined): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor;
  if (!editor || editor.notebook.cellCount === 0) return undefined;
  const { notebook, selection } = editor;
  const candidates = notebook.getCells(selection.isEmpty ? undefined : selection);
  return candidates.some(({ document }) => document === focused) ? undefined : candidates[0];
}

function isCell(value: unknown): value is vscode.NotebookCell {
  return typeof value === 'object' && value !== null && 'notebook' in value && 'document' in value;
}

const text = (subject: Subject): Target => ({ kind: 'text', subject });
