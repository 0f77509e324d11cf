import * as vscode from 'vscode';
import { commands, panels as panelTypes } from './contributions.ts';
import { askPrompt, compareAttention, explainAttention, explainPrompt } from './features/attention/commands.ts';
import { EndNotices } from './features/attention/endNotices.ts';
import { AttentionPanels } from './features/attention/panels.ts';
import { Easel } from './features/attention/painting/easel.ts';
import { PaintingOptions } from './features/attention/painting/options.ts';
import { PanelStore } from './features/attention/panelStore.ts';
import { SymbolFinder } from './features/attention/symbols/symbols.ts';
import { DenoisingPanels } from './features/denoising/denoisingPanels.ts';
import { Engine } from './features/engine/engine.ts';
import { registerFormulas } from './features/formulas/register.ts';
import { addedGans } from './features/gan/addedGans.ts';
import { GanPanels } from './features/gan/ganPanels.ts';
import { GanModels } from './features/gan/ganModels.ts';
import { LatentDataSets } from './features/latent/latentData.ts';
import { LatentPanels } from './features/latent/latentPanels.ts';
import { disposeLog, showLog } from './features/log/log.ts';
import { AddedModels } from './features/models/added.ts';
import { chooseModel } from './features/models/chooseModel.ts';
import { addAny } from './features/models/addAny.ts';
import { Models } from './features/models/models.ts';
import { addedPipelines } from './features/pipelines/addedPipelines.ts';
import { DiffusionModels } from './features/pipelines/diffusionModels.ts';
import { RunStore } from './features/sampling/runStore.ts';
import { SamplingModels } from './features/sampling/samplingModels.ts';
import { SamplingView } from './features/sampling/samplingView.ts';
import { TextPlaces } from './features/sampling/textPlaces.ts';
import { addedVaes } from './features/vae/addedVaes.ts';
import { parseGanRun } from './features/adversarial/adversarialState.ts';
import { ganPanel } from './features/adversarial/ganPanel.ts';
import { denoiserPanel } from './features/diffusion/denoiserPanel.ts';
import { parseDenoiserRun } from './features/diffusion/denoiserState.ts';
import { TrainingRuns } from './features/training/trainingRuns.ts';
import { parseRunSummary } from './features/training/trainingState.ts';
import { vaePanel } from './features/training/vaePanel.ts';
import { VaeModels } from './features/vae/vaeModels.ts';
import { PythonReader } from './python/client.ts';
import { Typesetter } from './typeset/client.ts';

export function activate(context: vscode.ExtensionContext): void {
  const { extension, extensionUri, subscriptions, globalState, workspaceState } = context;
  const inExtension = (...segments: string[]): string => vscode.Uri.joinPath(extensionUri, ...segments).fsPath;
  const engine = new Engine(inExtension('dist', 'inference.cjs'));
  const python = new PythonReader({ entry: inExtension('dist', 'python.cjs') });
  const typesetter = new Typesetter({ entry: inExtension('dist', 'typeset.cjs') });
  const models = new Models(inExtension('models'), new AddedModels(globalState));
  const prompt = (): Promise<string | undefined> => askPrompt(globalState);
  const painting = new PaintingOptions(globalState);
  const easel = new Easel(painting);
  const panels = new AttentionPanels({
    extensionUri,
    version: (extension.packageJSON as { version: string }).version,
    engine,
    models,
    store: new PanelStore(workspaceState),
    ends: new EndNotices(),
    easel,
    symbols: new SymbolFinder(python),
    askPrompt: prompt,
  });

  const places = new TextPlaces();
  const vaes = new VaeModels(models, engine, addedVaes(globalState));
  const gans = new GanModels({ models, engine, added: addedGans(globalState), folder: inExtension('models') });
  const diffusions = new DiffusionModels({ models, engine, added: addedPipelines(globalState), folder: inExtension('models') });
  const ganPanels = new GanPanels({
    extensionUri,
    models: gans,
    data: new LatentDataSets(inExtension('models', 'glyphs'), globalState),
    memento: workspaceState,
  });
  const denoising = new DenoisingPanels({ extensionUri, models: diffusions, memento: workspaceState });
  const sampling = new SamplingView({
    extensionUri,
    engine,
    models: new SamplingModels(models, vaes, gans, diffusions),
    transformers: models,
    vaes,
    gans,
    diffusions,
    places,
    runs: new RunStore(context.storageUri ?? context.globalStorageUri),
    memento: workspaceState,
    explain: ({ model, prompt: text, tokens: ids }) => panels.explain({ kind: 'prompt', text, drawn: { model, ids } }),
    exploreGan: (model, settings) => ganPanels.open({ model, settings }),
    addModel: () => addAny(models, vaes, gans, diffusions, engine),
  });

  const latent = new LatentPanels({
    extensionUri,
    models: vaes,
    data: new LatentDataSets(inExtension('models', 'glyphs'), globalState),
    memento: workspaceState,
  });

  const training = vaePanel({
    extensionUri,
    client: () => engine.training(inExtension('models', 'mixtures-2d')),
    runs: new TrainingRuns(context.storageUri ?? context.globalStorageUri, 'training', parseRunSummary),
    memento: workspaceState,
  });

  const adversarial = ganPanel({
    extensionUri,
    client: () => engine.training(inExtension('models', 'mixtures-2d')),
    runs: new TrainingRuns(context.storageUri ?? context.globalStorageUri, 'adversarial', parseGanRun),
    memento: workspaceState,
  });

  const denoiser = denoiserPanel({
    extensionUri,
    client: () => engine.training(inExtension('models', 'mixtures-2d')),
    runs: new TrainingRuns(context.storageUri ?? context.globalStorageUri, 'denoiser', parseDenoiserRun),
    memento: workspaceState,
  });

  subscriptions.push(
    // Before the engine, so that what runs is let go of while there is one.
    training,
    adversarial,
    denoiser,
    engine,
    python,
    typesetter,
    registerFormulas({ extensionUri, python, typesetter, memento: workspaceState }),
    panels,
    easel,
    places,
    sampling,
    latent,
    ganPanels,
    denoising,
    { dispose: disposeLog },
    vscode.window.registerWebviewPanelSerializer(panelTypes.attention, panels),
    vscode.commands.registerCommand(commands.explainAttention, (argument: unknown) => explainAttention(panels, prompt, argument)),
    vscode.commands.registerCommand(commands.explainPrompt, () => explainPrompt(panels, prompt)),
    vscode.commands.registerCommand(commands.compareWithHead, (argument: unknown) => compareAttention(panels, 'head', argument)),
    vscode.commands.registerCommand(commands.compareWithFile, (argument: unknown) => compareAttention(panels, 'file', argument)),
    vscode.commands.registerCommand(commands.exportAttention, () => panels.export()),
    vscode.window.registerWebviewPanelSerializer(panelTypes.latent, latent),
    vscode.commands.registerCommand(commands.openLatentSpace, () => latent.open()),
    vscode.commands.registerCommand(commands.addVae, () => vaes.add()),
    vscode.window.registerWebviewPanelSerializer(panelTypes.gan, ganPanels),
    vscode.commands.registerCommand(commands.exploreGan, () => ganPanels.open()),
    vscode.commands.registerCommand(commands.addGan, () => gans.add()),
    vscode.window.registerWebviewPanelSerializer(panelTypes.denoising, denoising),
    vscode.commands.registerCommand(commands.exploreDiffusion, () => denoising.open()),
    vscode.commands.registerCommand(commands.addDiffusion, () => diffusions.add()),
    vscode.window.registerWebviewPanelSerializer(panelTypes.training, training),
    vscode.commands.registerCommand(commands.trainVae, () => training.open()),
    vscode.window.registerWebviewPanelSerializer(panelTypes.adversarial, adversarial),
    vscode.commands.registerCommand(commands.trainGan, () => adversarial.open()),
    vscode.window.registerWebviewPanelSerializer(panelTypes.denoiser, denoiser),
    vscode.commands.registerCommand(commands.trainDenoiser, () => denoiser.open()),
    vscode.commands.registerCommand(commands.continueText, () => sampling.continueText()),
    vscode.commands.registerCommand(commands.chooseModel, async () => {
      if (await chooseModel(models, engine)) await panels.refreshVisible();
    }),
    vscode.commands.registerCommand(commands.togglePainting, () => painting.set({ on: !painting.choice.on })),
    vscode.commands.registerCommand(commands.togglePaintedRow, () =>
      painting.set({ on: true, row: painting.choice.row === 'token' ? 'predicting' : 'token' }),
    ),
    vscode.commands.registerCommand(commands.showLog, showLog),
    // The model that was chosen may run now.
    vscode.workspace.onDidGrantWorkspaceTrust(() => panels.refreshVisible()),
  );
}
