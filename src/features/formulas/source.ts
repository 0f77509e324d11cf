/** What is read for the formulas of a document: its text, or that of the whole notebook that it is a cell of. */

import * as vscode from 'vscode';
import type { Span } from '../../maths/nesting.ts';
import { cellOf } from '../documents.ts';
import { joinCells } from '../../python/source/cells.ts';

/** A document's part of a text; UTF-16 offsets. */
interface Part {
  readonly document: vscode.TextDocument;
  readonly start: number;
  readonly end: number;
}

export interface Source {
  /** Of the file or notebook. */
  readonly uri: string;
  /** Another one whenever the text is another. */
  readonly version: string;
  readonly text: string;
  readonly parts: readonly Part[];
}

/** UTF-16 units: beyond it a text is not read. No module is that long; a data file may be. */
const longest = 2_000_000;

/** Null where it is no Python, or too long. */
export function sourceOf(document: vscode.TextDocument): Source | null {
  if (document.languageId !== 'python') return null;
  const notebook = cellOf(document)?.notebook;
  const source = notebook ? sourceOfNotebook(notebook) : sourceOfFile(document);
  return source.text.length > longest ? null : source;
}

export function sourceOfNotebook(notebook: vscode.NotebookDocument): Source {
  const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
  const { text, starts } = joinCells(cells.map(({ document }) => ({ language: document.languageId, text: document.getText() })));
  const parts = cells.flatMap(({ document }, index): Part[] => {
    const start = starts[index] ?? null;
    return start === null ? [] : [{ document, start, end: start + document.getText().length }];
  });
  const version = parts.map(({ document }) => `${document.uri.fragment}:${document.version}`).join(' ');
  return { uri: notebook.uri.toString(), version, text, parts };
}

function sourceOfFile(document: vscode.TextDocument): Source {
  const text = document.getText();
  return { uri: document.uri.toString(), version: String(document.version), text, parts: [{ document, start: 0, end: text.length }] };
}

/** The source as it is now, of a file or notebook that is open; null where it is none any more. */
export function openSource(uri: string): Source | null {
  const notebook = vscode.workspace.notebookDocuments.find((candidate) => candidate.uri.toString() === uri);
  if (notebook) return sourceOfNotebook(notebook);
  const document = vscode.workspace.textDocuments.find((candidate) => !candidate.isClosed && candidate.uri.toString() === uri);
  return document ? sourceOf(document) : null;
}

/** Null where the document is left out of the source. */
export function offsetIn({ parts }: Source, document: vscode.TextDocument, position: vscode.Position): number | null {
  const part = parts.find((candidate) => candidate.document === document);
  return part ? part.start + document.offsetAt(position) : null;
}

/** Where a span of the source stands: in more than one document where it reaches over cells. */
export function placesOf({ parts }: Source, { start, end }: Span): { document: vscode.TextDocument; range: vscode.Range }[] {
  return parts.flatMap(({ document, ...part }) => {
    const [from, to] = [Math.max(start, part.start) - part.start, Math.min(end, part.end) - part.start];
    return from < to ? [{ document, range: new vscode.Range(document.positionAt(from), document.positionAt(to)) }] : [];
  });
}

/** Where a span of the source begins, as far as it reaches in that document; it may be empty. Null where that is in no document. */
export function placeOf(source: Source, span: Span): { document: vscode.TextDocument; range: vscode.Range } | null {
  if (span.start < span.end) return placesOf(source, span)[0] ?? null;
  const part = source.parts.find(({ start, end }) => start <= span.start && span.start <= end);
  if (!part) return null;
  const position = part.document.positionAt(span.start - part.start);
  return { document: part.document, range: new vscode.Range(position, position) };
}

/** The source that a document is of. */
export const sourceUri = (document: vscode.TextDocument): string => (cellOf(document)?.notebook.uri ?? document.uri).toString();
