import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { BundledModel } from '../../models/registry.ts';
import { addModel } from './addModel.ts';
import type { Models } from './models.ts';
import type { Engine } from '../engine/engine.ts';

type Choice = { kind: 'model'; id: string } | { kind: 'add' } | { kind: 'trust' };
type Item = vscode.QuickPickItem & { choice?: Choice };

const removeButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove from the list (the file stays)' };

/** Lets the user choose the model that explains, or add one. Returns whether panels have to be made anew. */
export async function chooseModel(models: Models, engine: Engine): Promise<boolean> {
  const before = models.chosen;
  const choice = await pick(models);
  if (choice?.kind === 'trust') await vscode.commands.executeCommand('workbench.trust.manage');
  else if (choice) {
    const id = choice.kind === 'add' ? await addModel(models.added, engine) : choice.id;
    if (id !== undefined && id !== models.chosen) await models.choose(id);
  }
  // Another may be chosen also without a choice: the one chosen before was removed.
  return models.chosen !== before;
}

async function pick(models: Models): Promise<Choice | undefined> {
  const quickPick = vscode.window.createQuickPick<Item>();
  quickPick.title = 'Choose the Model That Explains';
  quickPick.placeholder = 'Takes effect at once in the attention panels that are visible';
  quickPick.matchOnDescription = true;
  quickPick.busy = true;
  const fill = async (): Promise<void> => {
    quickPick.items = await itemsOf(models);
    quickPick.activeItems = quickPick.items.filter(({ choice }) => choice?.kind === 'model' && choice.id === models.chosen);
    quickPick.busy = false;
  };
  try {
    return await new Promise<Choice | undefined>((resolve, reject) => {
      quickPick.onDidAccept(() => resolve(quickPick.selectedItems[0]?.choice));
      quickPick.onDidHide(() => resolve(undefined));
      quickPick.onDidTriggerItemButton(({ item: { choice } }) => {
        if (choice?.kind === 'model') models.remove(choice.id).then(fill).catch(reject);
      });
      quickPick.show();
      fill().catch(reject);
    });
  } finally {
    quickPick.dispose();
  }
}

async function itemsOf(models: Models): Promise<Item[]> {
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const trusted = vscode.workspace.isTrusted;
  const mark = (id: string): { iconPath?: vscode.ThemeIcon } => (id === models.chosen ? { iconPath: new vscode.ThemeIcon('check') } : {});
  const bundled = await Promise.all(
    (await models.bundled()).map(async (model) => ({ ...(await bundledItem(model)), ...mark(model.source.id) })),
  );
  const added = models.added.list().map(({ path, summary }): Item => ({
    label: basename(path),
    description: summary,
    detail: dirname(path),
    buttons: [removeButton],
    choice: { kind: 'model', id: path },
    ...mark(path),
  }));
  return [
    separator('Bundled'),
    ...bundled,
    ...(added.length > 0 && trusted ? [separator('Added'), ...added] : []),
    separator(''),
    trusted
      ? { label: '$(add) Add an ONNX file…', description: 'with its tokenizer.json beside it', alwaysShow: true, choice: { kind: 'add' } }
      : {
          label: '$(shield) Manage Workspace Trust…',
          description: 'added models run in trusted workspaces only',
          alwaysShow: true,
          choice: { kind: 'trust' },
        },
  ];
}

async function bundledItem({ manifest, source }: BundledModel): Promise<Item> {
  const size = await stat(source.path).then(
    (file) => [`${(file.size / 1e6).toFixed(1)} MB`],
    () => [],
  );
  const context = manifest.context === undefined ? [] : [`context ${manifest.context.toLocaleString('en')} tokens`];
  return {
    label: manifest.title,
    description: [manifest.family, ...size, ...context].join(' · '),
    detail: manifest.description,
    choice: { kind: 'model', id: source.id },
  };
}
