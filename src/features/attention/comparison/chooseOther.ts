import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ComparedText } from '../../../protocol/attention.ts';

type Choice = { kind: 'document'; uri: vscode.Uri } | { kind: 'browse' } | { kind: 'trust' };
type Item = vscode.QuickPickItem & { choice?: Choice };

/** More than anybody looks through; what is typed finds one among them. */
const mostFiles = 5_000;

/**
 * Lets the user choose a document to compare with: an open one, a file of the workspace, or any other. In an untrusted workspace the
 * open ones alone, since no file is opened by its path there.
 *
 * @param own the address of the document that is explained
 */
export async function chooseOther(own: string | null): Promise<ComparedText | undefined> {
  const choice = await pick(own);
  if (choice?.kind === 'trust') await vscode.commands.executeCommand('workbench.trust.manage');
  const uri = choice?.kind === 'document' ? choice.uri : choice?.kind === 'browse' ? await browse() : undefined;
  return uri && { kind: 'file', uri: uri.toString() };
}

async function pick(own: string | null): Promise<Choice | undefined> {
  const quickPick = vscode.window.createQuickPick<Item>();
  quickPick.title = 'Compare Attention with Another File';
  quickPick.placeholder = 'The text that is run beside the one in the panel';
  quickPick.matchOnDescription = true;
  const open = openItems(own);
  const trusted = vscode.workspace.isTrusted;
  const last: Item[] = trusted
    ? [separator('Other files'), { label: 'Browse…', iconPath: new vscode.ThemeIcon('folder-opened'), choice: { kind: 'browse' } }]
    : [
        separator('Other files'),
        { label: 'Trust the Workspace…', detail: 'Its files can be chosen in a trusted workspace only.', choice: { kind: 'trust' } },
      ];
  quickPick.items = [...open, ...last];
  try {
    return await new Promise<Choice | undefined>((resolve) => {
      quickPick.onDidAccept(() => resolve(quickPick.selectedItems[0]?.choice));
      quickPick.onDidHide(() => resolve(undefined));
      quickPick.show();
      if (!trusted) return;
      quickPick.busy = true;
      const listed = new Set([own, ...open.map(addressOf)]);
      vscode.workspace
        .findFiles('**/*', '**/{node_modules,.git}/**', mostFiles)
        .then((files) => {
          const others = files.filter((uri) => !listed.has(uri.toString())).map(itemOf);
          if (others.length > 0) quickPick.items = [...open, separator('Files of the workspace'), ...others, ...last];
        })
        .then(
          () => (quickPick.busy = false),
          () => (quickPick.busy = false),
        );
    });
  } finally {
    quickPick.dispose();
  }
}

function openItems(own: string | null): Item[] {
  const inputs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
  const uris = inputs.flatMap((input) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  const others = new Map(uris.map((uri) => [uri.toString(), uri]));
  if (own !== null) others.delete(own);
  return others.size === 0 ? [] : [separator('Open editors'), ...[...others.values()].map(itemOf)];
}

function itemOf(uri: vscode.Uri): Item {
  const path = vscode.workspace.asRelativePath(uri);
  const folder = posix.dirname(path);
  return {
    label: posix.basename(uri.path) || uri.toString(),
    ...(folder !== '.' && { description: folder }),
    choice: { kind: 'document', uri },
  };
}

const addressOf = ({ choice }: Item): string | null => (choice?.kind === 'document' ? choice.uri.toString() : null);
const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });

async function browse(): Promise<vscode.Uri | undefined> {
  const [chosen] = (await vscode.window.showOpenDialog({ openLabel: 'Compare', title: 'Compare Attention with Another File' })) ?? [];
  return chosen;
}
